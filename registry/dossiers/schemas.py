"""Results as JSON, in; dossiers, and the receipt for results, out."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from registry.dossiers.actions import Receipt
from registry.dossiers.queries import Line, Tried
from registry.dossiers.rules.cases import CaseType, Outcome
from registry.dossiers.rules.results import MOST_RESULTS, Read, Result, Unread, result_of
from registry.web.describing import Day, Instant, Words


class UnreadOut(TypedDict):
    """A row that was not taken, counted from one, and why."""

    row: int
    says: str


class ResultsReceipt(TypedDict):
    """What became of every row that was sent. `known_already`: the same file came last."""

    dossier: str
    rows: int
    passed: int
    failed: int
    skipped: int
    cases_added: int
    known_already: bool
    unread: list[UnreadOut]


class CoverageOut(TypedDict):
    """How far one type of case is covered."""

    type: Annotated[str, Words(CaseType)]
    cases: int
    run: int
    passed: int
    failed: int
    skipped: int


class SignatureOut(TypedDict):
    """Who signed a dossier, over what; `has_changed_since` where it says something else now."""

    by: str
    at: Instant
    sha256: str
    words: str
    rows_unread: int
    has_changed_since: bool


class DossierOut(TypedDict):
    """The tests of one version: what they cover, and who signed."""

    id: str
    number: int
    version: str
    cases: int
    coverage: list[CoverageOut]
    signatures: list[SignatureOut]


class RunOfCase(TypedDict):
    """One try of a case."""

    outcome: Annotated[str, Words(Outcome)]
    actual: str
    ran_on: Day
    tester: str | None
    conditions_similar: bool
    because: str
    source: str


class CaseOut(TypedDict):
    """One case with its newest run. `type_assumed`: it named no type itself."""

    number: int
    type: Annotated[str, Words(CaseType)]
    type_assumed: bool
    name: str
    reference: str
    expected: str
    newest_run: RunOfCase | None


class DossierWhole(DossierOut):
    """One dossier with a page of its cases."""

    items: list[CaseOut]
    next: str | None


class ResultIn(BaseModel):
    """How one case went."""

    model_config = ConfigDict(extra="forbid")

    name: str
    outcome: str
    reference: str = ""
    type: str = ""
    actual: str = ""
    ran_on: date | None = None


class ResultsIn(BaseModel):
    """The results of one run of a test programme."""

    model_config = ConfigDict(extra="forbid")

    results: list[ResultIn] = Field(max_length=MOST_RESULTS)

    def read(self) -> Read:
        """As the rules read a file: each row a result, or named with what is wrong with it."""
        rows = [
            result_of(number, each.model_dump(mode="json", exclude_none=True))
            for number, each in enumerate(self.results, 1)
        ]
        return Read(
            tuple(row for row in rows if isinstance(row, Result)),
            tuple(row for row in rows if isinstance(row, Unread)),
        )


def receipt_out(dossier: str, receipt: Receipt) -> ResultsReceipt:
    """What became of every row."""
    return {
        "dossier": dossier,
        "rows": receipt.rows,
        "passed": receipt.passed,
        "failed": receipt.failed,
        "skipped": receipt.skipped,
        "cases_added": receipt.added,
        "known_already": receipt.is_known,
        "unread": [{"row": each.row, "says": each.says} for each in receipt.unread],
    }


def told(line: Line) -> dict[str, Any]:
    """One dossier with what it covers and who signed; people by e-mail address."""
    return {
        "id": line.dossier.key,
        "number": line.dossier.id,
        "version": line.model.label,
        "cases": line.cases,
        "coverage": [
            {
                "type": each.type.value,
                "cases": each.cases,
                "run": each.run,
                "passed": each.passed,
                "failed": each.failed,
                "skipped": each.skipped,
            }
            for each in line.covered
        ],
        "signatures": [
            {
                "by": each.person.email,
                "at": each.signature.signed_at.isoformat(),
                "sha256": each.signature.sha256,
                "words": each.signature.words,
                "rows_unread": each.signature.unread,
                "has_changed_since": each.has_changed,
            }
            for each in line.signed
        ],
    }


def case_told(tried: Tried) -> dict[str, Any]:
    """One case with its newest run."""
    case, run = tried.case, tried.run
    return {
        "number": case.id,
        "type": case.type.value,
        "type_assumed": tried.assumed is not None,
        "name": case.name,
        "reference": case.reference,
        "expected": case.expected,
        "newest_run": {
            "outcome": run.outcome.value,
            "actual": run.actual,
            "ran_on": run.ran_on.isoformat(),
            "tester": tried.tester.email if tried.tester else None,
            "conditions_similar": run.is_similar,
            "because": run.similar_because,
            "source": run.source,
        }
        if run
        else None,
    }
