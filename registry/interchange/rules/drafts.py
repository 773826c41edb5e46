"""What one row becomes: the draft of a system, or a refusal, each with everything that has to be told."""

from dataclasses import dataclass, fields
from typing import Any

from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.dates import PartialDate
from registry.kernel.rows import RowProblem
from registry.systems.rules.record import Kind, Link, Stage

Problem = RowProblem


@dataclass(frozen=True, slots=True)
class DataDraft:
    """Data the row says the system uses. `purpose` is one of targets.PURPOSES, `personal_data` yes, no or unknown."""

    name: str
    description: str
    purpose: str
    personal_data: str = "unknown"


@dataclass(frozen=True, slots=True)
class Draft:
    """A system as its row describes it. Long texts are Markdown that shows the source's text as it stands.

    `source_facts` holds, column by column, the unchanged text of every filled cell that no field carries word for
    word, so that nothing the source says is lost.
    """

    row: int
    profile: str
    key: str
    name: str
    summary: str
    description: str = ""
    unit: tuple[str, ...] = ()
    stage: Stage = Stage.PROPOSED
    kind: Kind | None = None
    technique: str = ""
    modality: str = ""
    intended_use: str = ""
    users: str = ""
    affected_people: str = ""
    affected_count: int | None = None
    out_of_scope: str = ""
    autonomy: int | None = None
    volume_per_day: int | None = None
    vendor_name: str = ""
    vendor_contract: str = ""
    vendor_data_access: str = ""
    vendor_exit: str = ""
    deployed_where: str = ""
    regions: str = ""
    legal_roles: str = ""
    in_service_on: PartialDate | None = None
    retired_on: PartialDate | None = None
    links: tuple[Link, ...] = ()
    known_limitations: str = ""
    complaints_contact: str = ""
    oversight_plan: str = ""
    owner_name: str = ""
    owner_email: str = ""
    tags: tuple[str, ...] = ()
    objective_problem: str = ""
    objective_outputs: str = ""
    data_sources: tuple[DataDraft, ...] = ()
    source_facts: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of everything the row says, whatever its place in the file: equal digests, equal content."""
        content = {
            each.name: _plain(getattr(self, each.name))
            for each in fields(self)
            if each.name not in _NOT_CONTENT
        }
        return sha256_hex(canonical(content))

    @property
    def stated(self) -> frozenset[str]:
        """The fields the row says anything about; the others must not overwrite what a person has entered."""
        return frozenset(
            each.name
            for each in fields(self)
            if each.name not in _NOT_CONTENT and getattr(self, each.name) not in (None, "", ())
        )


_NOT_CONTENT = frozenset({"row", "profile", "key", "problems"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that becomes no system, and why. `digest` tells rows apart that are refused alike."""

    row: int
    reason: str
    digest: str
    problems: tuple[Problem, ...]


def cells_digest(cells: dict[str, str]) -> str:
    """The SHA-256 of a row's filled cells as they stand."""
    return sha256_hex(canonical({column: cell for column, cell in cells.items() if cell.strip()}))


def _plain(value: Any) -> Any:
    """A value as canonical JSON takes it."""
    if isinstance(value, PartialDate):
        return [value.said, value.remark]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Link | DataDraft):
        return [getattr(value, each.name) for each in fields(value)]
    return value
