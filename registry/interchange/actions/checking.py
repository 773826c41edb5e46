"""What the worker writes down of a dry run, in small transactions. None of it is in the ledger: nothing has happened yet."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlmodel import Session, col, delete, insert

from registry.interchange.models import ImportLikeness, ImportRow, InventoryImport
from registry.interchange.queries.imports import likenesses_of
from registry.interchange.rules.drafts import Draft, Problem, Refused
from registry.interchange.rules.imports import Choice, ImportState
from registry.interchange.rules.likeness import Likeness
from registry.interchange.rules.outcomes import Outcome
from registry.interchange.rules.owners import Owners
from registry.interchange.rules.units import placed, remark_on_added, said
from registry.kernel import clock
from registry.kernel.rows import Ending, Tally
from registry.kernel.text import counted, shortened
from registry.people.rules.unit_paths import UnitIndex

_NAME_LIMIT = 300
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Findings:
    """What a dry run has found out of a file as a whole."""

    tally: Tally
    plan_digest: str
    remarks: Sequence[str]
    alike: Sequence[Likeness]
    alike_rows: Sequence[Likeness]
    names: Mapping[int, str]


def row_values(inventory: InventoryImport, outcome: Outcome, result: Draft | Refused) -> dict[str, Any]:
    """One row of the report as it is stored."""
    problems = [asdict(each) for each in result.problems]
    refused = outcome.ending is Ending.REFUSED
    if refused and isinstance(result, Draft):
        # Only the register could tell, so the row itself knows nothing of it.
        problems.append(asdict(Problem(outcome.row, "", result.registry_id, outcome.says)))
    return {
        "import_id": inventory.id,
        "attempt": inventory.attempt,
        "row_number": outcome.row,
        "ending": outcome.ending,
        "says": outcome.says,
        "natural_key": outcome.key,
        "system_id": outcome.system,
        "becomes": _becomes(result) if isinstance(result, Draft) and not refused else {},
        "problems": problems,
        "problem_count": len(problems),
        "differences": [],
    }


@dataclass(slots=True)
class Outlook:
    """The units and people of the register, and what the rows noted so far would ask of them."""

    units: UnitIndex
    owners: Owners
    added: set[str] = field(default_factory=set)
    unowned: int = 0

    def note(self, row: dict[str, Any], draft: Draft) -> None:
        """Count a row, and say in it, as it is stored, where its unit would stand."""
        new = row["ending"] is Ending.CREATED
        if new and self.owners.meant(draft.owner_email, draft.owner_name) is None:
            self.unowned += 1
        if not new and not any(each["field"] == "unit" for each in row["differences"]):
            return
        placing = placed(draft.unit, self.units)
        self.added.update(placing.added)
        row["becomes"]["unit"] = said(placing.path)
        if placing.says:
            row["problems"].append(asdict(Problem(draft.row, "", said(draft.unit), placing.says)))
            row["problem_count"] += 1

    @property
    def remarks(self) -> list[str]:
        """What a person should know before any of it happens."""
        unowned = (
            f"{counted(self.unowned, 'new system names', 'new systems name')} nobody who is here as owner"
        )
        told = f"{unowned}: the steward answers until somebody confirms." if self.unowned else ""
        return [each for each in (remark_on_added(self.added), told) if each]


def _becomes(draft: Draft) -> dict[str, str]:
    return {
        "name": shortened(draft.name, _NAME_LIMIT),
        "unit": " / ".join(draft.unit),
        "stage": "" if "stage" in draft.assumed else draft.stage.value,
        "summary": draft.summary,
        "owner": draft.owner_email or draft.owner_name,
    }


def clear_rows(session: Session, import_id: int) -> None:
    """Forget the rows of earlier dry runs of this import."""
    session.exec(delete(ImportRow).where(col(ImportRow.import_id) == import_id))


def keep_rows(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store some rows of one report, in the place of what another worker may have stored of them meanwhile."""
    if not rows:
        return
    same = col(ImportRow.import_id) == rows[0]["import_id"], col(ImportRow.attempt) == rows[0]["attempt"]
    numbers = [row["row_number"] for row in rows]
    session.exec(delete(ImportRow).where(*same, col(ImportRow.row_number).in_(numbers)))
    session.execute(insert(ImportRow), rows)


def conclude(session: Session, inventory: InventoryImport, found: Findings) -> None:
    """Note the outcome of a dry run; what a person has decided about likenesses before stays decided."""
    decided = {
        (one.row_number, one.system_id, one.other_row): one.choice
        for one in likenesses_of(session, inventory.id or 0)
    }
    session.exec(delete(ImportLikeness).where(col(ImportLikeness.import_id) == inventory.id))
    pairs: list[tuple[Likeness, int | None, int | None]] = []
    pairs += [(each, each.number, None) for each in found.alike]
    pairs += [(each, None, each.number) for each in found.alike_rows]
    for each, system_id, other_row in sorted(pairs, key=lambda pair: pair[0].row):
        session.add(
            ImportLikeness(
                import_id=inventory.id or 0,
                row_number=each.row,
                name=shortened(found.names[each.row], _SHOWN),
                system_id=system_id,
                other_row=other_row,
                says=each.says,
                choice=decided.get((each.row, system_id, other_row), Choice.OPEN),
            )
        )
    inventory.tally, inventory.plan_digest = asdict(found.tally), found.plan_digest
    inventory.remarks = list(found.remarks)
    inventory.state, inventory.trouble, inventory.changed_at = ImportState.CHECKED, "", clock.now()


def give_back(inventory: InventoryImport, state: ImportState, trouble: str) -> None:
    """The work could not be done, and why: the import stands again where a person can act on it."""
    inventory.state, inventory.trouble, inventory.changed_at = state, trouble, clock.now()
