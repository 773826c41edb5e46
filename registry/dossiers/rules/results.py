"""Results of tests as other tools write them, CSV and JUnit XML: every row read or named with what is wrong with it."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from xml.parsers import expat

from registry.dossiers.rules.cases import NAME_LIMIT, REFERENCE_LIMIT, CaseType, Outcome
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import clean, counted, shortened

MOST_BYTES: Final = 10_000_000
MOST_RESULTS: Final = 5_000
MOST_EMPTY: Final = 20_000
MOST_ELEMENTS: Final = 200_000
DEEPEST: Final = 30
_LONGEST_TEXT: Final = 4_000
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "passed": Outcome.PASSED,
    "pass": Outcome.PASSED,
    "ok": Outcome.PASSED,
    "success": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "fail": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "error": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "skip": Outcome.SKIPPED,
}
# What a column of a table may be called.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "case", "test"),
    "outcome": ("outcome", "result", "status"),
    "reference": ("reference", "id"),
    "type": ("type", "kind"),
    "actual": ("actual", "message", "detail"),
    "ran_on": ("ran_on", "date", "at"),
}
_VERDICTS: Final = {"failure": Outcome.FAILED, "error": Outcome.FAILED, "skipped": Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class Result:
    """How one case went, as a file tells it; `row` counts from one. Without `type` or `ran_on` the caller's hold."""

    row: int
    name: str
    outcome: Outcome
    reference: str = ""
    type: CaseType | None = None
    actual: str = ""
    ran_on: date | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that says nothing that can be kept, and why."""

    row: int
    says: str


@dataclass(frozen=True, slots=True)
class Read:
    """Everything a file holds: each row is among the results or among those that could not be read."""

    results: tuple[Result, ...] = ()
    unread: tuple[Unread, ...] = ()


def result_of(row: int, told: Mapping[str, str]) -> Result | Unread:
    """One row told by the names of its parts, or what is wrong with it."""
    try:
        values = {name: clean(text) for name, text in told.items()}
        return _result(row, values)
    except ValueError as reason:
        return Unread(row, str(reason))


def _result(row: int, values: Mapping[str, str]) -> Result:
    """Raises ValueError with the sentence that says what is wrong."""
    name, reference = (" ".join(values.get(part, "").split()) for part in ("name", "reference"))
    if not name:
        raise ValueError("It has no name.")
    if len(name) > NAME_LIMIT or len(reference) > REFERENCE_LIMIT:
        raise ValueError(f"Its name or reference has more than {NAME_LIMIT} characters.")
    outcome = _OUTCOMES.get(values.get("outcome", "").casefold())
    if outcome is None:
        raise ValueError("Its outcome is none of passed, failed, skipped.")
    # Other tools have types of their own ("unit", "smoke"): such a one says nothing of the six, and no result is lost
    # for it.
    kind = values.get("type", "").casefold().replace(" ", "_").replace("-", "_")
    kind = kind if kind in {each.value for each in CaseType} else ""
    actual = values.get("actual", "").strip()[:_LONGEST_TEXT]
    day = _day(values.get("ran_on", ""))
    return Result(row, name, outcome, reference, CaseType(kind) if kind else None, actual, day)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        raise ValueError("Its date is not such as 2026-11-30.") from None


def from_csv(content: bytes) -> Read:
    """The results of a table with a heading row. Raises RuleBroken for a file that is none."""
    _refuse_size(content)
    try:
        text = content.decode("utf-8-sig")
        return _table(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as reason:
        raise _refused("This is no CSV file in UTF-8. Save it as such and send that.") from reason


def _table(rows: Iterator[list[str]]) -> Read:
    """The results of a table, read row by row and no further than one may hold."""
    heading = [cell.strip().casefold() for cell in next(rows, [])]
    found = {
        name: next((heading.index(each) for each in names if each in heading), None)
        for name, names in _COLUMNS.items()
    }
    if found["name"] is None or found["outcome"] is None:
        raise _refused("The first row must name the columns: at least “name” and “outcome”.")
    told: list[Result | Unread] = []
    for number, row in enumerate(rows, 1):
        # Rows without anything in them are passed over, but not by the million.
        _refuse_count(number - MOST_EMPTY)
        if any(cell.strip() for cell in row):
            _refuse_count(len(told) + 1)
            cells = {name: row[at] for name, at in found.items() if at is not None and at < len(row)}
            told.append(result_of(number, cells))
    return _sorted(told)


def from_junit(content: bytes) -> Read:
    """The test cases of a JUnit report. Raises RuleBroken for what is none, or declares types or entities."""
    _refuse_size(content)
    report = _Report()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = report.begin, report.end
    parser.CharacterDataHandler = report.text
    # Whatever could make a parser fetch or multiply anything is refused before it is looked at.
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbidden
    parser.ExternalEntityRefHandler = _fetched
    try:
        parser.Parse(content, True)
    except expat.ExpatError as reason:
        says = f"This is no well-formed XML (line {reason.lineno}). Send the report as the tool wrote it."
        raise _refused(says) from reason
    except (LookupError, ValueError) as reason:
        # An encoding that is declared is looked up by its name, and whatever that codec raises comes out here.
        raise _refused("This XML is in an encoding that is not read. Send it in UTF-8.") from reason
    if not report.is_junit:
        raise _refused("This is no JUnit report: it begins with neither testsuites nor testsuite.")
    return _sorted([result_of(number, told) for number, told in enumerate(report.cases, 1)])


def _forbidden(*_given: object) -> None:
    raise _refused(
        "The report declares a document type or entities, which no test tool writes. It is not read."
    )


def _fetched(*given: object) -> int:
    _forbidden(*given)
    return 0


@dataclass
class _Report:
    """A report while it is read."""

    cases: list[dict[str, str]] = field(default_factory=list)
    is_junit: bool = False
    _elements: int = 0
    _open: list[str] = field(default_factory=list)
    _days: list[str] = field(default_factory=list)
    _here: dict[str, str] | None = None

    def begin(self, name: str, given: dict[str, str]) -> None:
        self._elements += 1
        if not self._open:
            self.is_junit = name in {"testsuites", "testsuite"}
        if self._elements > MOST_ELEMENTS or len(self._open) >= DEEPEST or not self.is_junit:
            raise _refused("This is no JUnit report, or one far larger or deeper than any tool writes.")
        self._open.append(name)
        if name == "testsuite":
            self._days.append(given.get("timestamp", "")[:10])
        elif name == "testcase" and self._here is None:
            self._here = self._case(given)
        elif self._here is not None:
            self._add(self._here, name, given)

    def _case(self, given: dict[str, str]) -> dict[str, str]:
        _refuse_count(len(self.cases) + 1)
        name, place = given.get("name", ""), given.get("classname", "")
        return {
            "name": name,
            "reference": f"{place}.{name}" if place else "",
            "outcome": "passed",
            "ran_on": self._days[-1] if self._days else "",
        }

    @staticmethod
    def _add(case: dict[str, str], name: str, given: dict[str, str]) -> None:
        if name in _VERDICTS:
            # The first failure of a case is the one that tells; what follows is its consequence.
            if case["outcome"] != Outcome.FAILED:
                case["outcome"] = _VERDICTS[name].value
                # What follows inside the element is another line, not the end of this one.
                message = given.get("message", "")[:_LONGEST_TEXT]
                case["actual"] = f"{message}\n" if message else ""
        elif name == "property" and given.get("name") == "type":
            case["type"] = given.get("value", "")

    def text(self, words: str) -> None:
        case = self._here
        if case is not None and self._open[-1] in _VERDICTS and len(case.get("actual", "")) < _LONGEST_TEXT:
            case["actual"] = case.get("actual", "") + words

    def end(self, name: str) -> None:
        self._open.pop()
        if name == "testsuite" and self._days:
            self._days.pop()
        elif name == "testcase" and self._here is not None and "testcase" not in self._open:
            self.cases.append(self._here)
            self._here = None


def _sorted(rows: list[Result | Unread]) -> Read:
    return Read(
        tuple(row for row in rows if isinstance(row, Result)),
        tuple(row for row in rows if isinstance(row, Unread)),
    )


def _refuse_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise _refused(f"The file has more than {MOST_BYTES / 1e6:,.0f} MB. Send it in parts.")


def _refuse_count(count: int) -> None:
    if count > MOST_RESULTS:
        raise _refused(f"The file holds more than {counted(MOST_RESULTS, 'result')}. Send it in parts.")


def _refused(says: str) -> RuleBroken:
    return RuleBroken([Problem("file", says)])


def told(unread: tuple[Unread, ...], most: int = 10) -> list[str]:
    """The rows that could not be read, in words, the first few of them."""
    return [f"Row {each.row}: {shortened(each.says, 200)}" for each in unread[:most]]


def digest_of(content: bytes) -> str:
    """The SHA-256 by which a file is known again."""
    return sha256_hex(content)
