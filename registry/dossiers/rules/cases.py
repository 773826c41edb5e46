"""Cases, runs and signatures of a dossier: what each states, who may test and sign, and what the tests cover."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import counted, worded
from registry.systems.rules.record import text_problems
from registry.versions.rules.record import VersionFacts

PREFIX: Final = "TST"
NAME_LIMIT: Final = 300
REFERENCE_LIMIT: Final = 300
SOURCE_LIMIT: Final = 20
MOST_CASES: Final = 5_000


class CaseType(StrEnum):
    """What a case tries."""

    EDGE_CASE = "edge_case"
    HIGH_VOLUME = "high_volume"
    UNEXPECTED_INPUT = "unexpected_input"
    ADVERSARIAL = "adversarial"
    SUBGROUP = "subgroup"
    DEPENDENCY_FAILURE = "dependency_failure"

    @property
    def said(self) -> str:
        """The type with what it means."""
        return f"{worded(self.value).capitalize()}: {_SAID[self]}"


_SAID: Final[Mapping[CaseType, str]] = {
    CaseType.EDGE_CASE: "rare, and at the limits of what it is for",
    CaseType.HIGH_VOLUME: "more at once than on an ordinary day",
    CaseType.UNEXPECTED_INPUT: "missing, broken, or of another kind",
    CaseType.ADVERSARIAL: "made by somebody who wants it to fail",
    CaseType.SUBGROUP: "a group of people it may treat differently",
    CaseType.DEPENDENCY_FAILURE: "what it relies on is late, wrong or away",
}


class Outcome(StrEnum):
    """How a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


FROM_BEST: Final = (Outcome.PASSED, Outcome.SKIPPED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a case states. `reference` is what other tools call it; left out, it is known by its name alone."""

    type: CaseType | None
    name: str
    reference: str = ""
    expected: str = ""
    steps: str = ""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How one case went. `is_similar` says whether conditions were similar to those of use, `similar_because` why."""

    outcome: Outcome | None
    actual: str = ""
    ran_on: date | None = None
    is_similar: bool | None = None
    similar_because: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """How many cases of one type there are, how many of them were run, and how the newest run of each ended."""

    type: CaseType
    cases: int = 0
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def run(self) -> int:
        """How many were run: a run that was skipped is none."""
        return self.passed + self.failed


def name_key(name: str) -> str:
    """The form in which two names of cases are compared: case and white space make no difference."""
    return " ".join(name.casefold().split())


def problems_with_case(facts: CaseFacts, *, name_taken: bool, cases: int) -> list[Problem]:
    """Every objection to a case of a dossier that has so many."""
    problems = text_problems("name", facts.name, NAME_LIMIT, one_line=True)
    problems += text_problems("reference", facts.reference, REFERENCE_LIMIT, one_line=True)
    if not facts.name.strip():
        problems.append(Problem("name", "Give the case a name."))
    elif name_taken:
        problems.append(
            Problem("name", "This dossier has a case of this name. Record another run of it instead.")
        )
    if facts.type is None:
        problems.append(Problem("type", "Say what the case tries."))
    if not facts.expected.strip():
        problems.append(Problem("expected", "Say what the system should do, before you try it."))
    if cases >= MOST_CASES:
        problems.append(Problem("", f"A dossier holds {counted(MOST_CASES, 'case')} at most."))
    return problems + _prose(facts, "expected", "steps")


def problems_with_untyped(count: int) -> list[Problem]:
    """Why a file may not be taken in with so many new tests of which nobody says what they try.

    Left to a default, they would fill a type that nobody tried.
    """
    if not count:
        return []
    says = f"{counted(count, 'test is', 'tests are')} new, and the file does not say what {'it tries' if count == 1 else 'they try'}."
    return [Problem("type", f"{says} Choose it; it is marked as assumed.")]


def problems_with_run(facts: RunFacts, *, today: date) -> list[Problem]:
    """Every objection to one run."""
    problems = []
    if facts.outcome is None:
        problems.append(Problem("outcome", "Say how it ended."))
    if facts.ran_on is None:
        problems.append(Problem("ran_on", "Say when it was run."))
    elif facts.ran_on > today:
        problems.append(Problem("ran_on", "This day is still to come."))
    if facts.outcome in {Outcome.FAILED, Outcome.SKIPPED} and not facts.actual.strip():
        asked = "Say what it did instead." if facts.outcome is Outcome.FAILED else "Say why it was not run."
        problems.append(Problem("actual", asked))
    return (
        problems + problems_with_conditions(facts.is_similar, facts.similar_because) + _prose(facts, "actual")
    )


def problems_with_conditions(is_similar: bool | None, because: str) -> list[Problem]:
    """Why it does not stand how similar the conditions were to those of use."""
    problems = [Problem("similar_because", f"This text {says}") for says in problems_with_prose(because)]
    if is_similar is None:
        problems.append(Problem("is_similar", "Say whether conditions were similar to those of use."))
    elif not because.strip():
        problems.append(Problem("similar_because", "Say what made them similar, or what was different."))
    return problems


def objection_to(person_id: int | None, builders: Collection[int | None], *, leads: bool) -> str | None:
    """Why this person may not test or sign a version, or None: whoever built it is not the one who says that it works.

    `builders` are all who ever wrote or edited the version; `leads` says whether the person leads the system's
    engineering, or has led it at any time since the version was added.
    """
    if person_id is not None and person_id in builders:
        return "You added or edited this version, so somebody else tests and signs it: ask a colleague or a reviewer."
    if leads:
        return "You lead the engineering of this system, or have led it since this version was added, so somebody else tests and signs it: ask a reviewer."
    return None


def problems_with_signature(words: str, covered: Sequence[Covered], *, is_signed: bool) -> list[Problem]:
    """Why a dossier may not be signed: every case was run or its absence explained, and a statement goes with it.

    `is_signed` says that this person has signed just this.
    """
    problems = []
    cases = sum(each.cases for each in covered)
    open_cases = cases - sum(each.run + each.skipped for each in covered)
    if not cases:
        problems.append(Problem("", "There is no case to sign for. Add the cases and run them first."))
    elif open_cases:
        says = f"{counted(open_cases, 'case')} {'has' if open_cases == 1 else 'have'} no run yet. Run them, or record why not."
        problems.append(Problem("", says))
    if is_signed:
        problems.append(Problem("", "You have signed just this already."))
    if not words.strip():
        asked = "Say what the tests show, what failed, and why types without a case are not needed."
        problems.append(Problem("words", asked))
    return [*problems, *(Problem("words", f"This text {says}") for says in problems_with_prose(words))]


def version_hash(facts: VersionFacts) -> str:
    """The SHA-256 of what a version is: its label, its artifact, what was changed and what it learned from.

    Why it was made, how it was evaluated and how far it has come are left out: these are written after the tests.
    """
    learned = sorted(
        [each.source_id, *(day.isoformat() if day else "" for day in (each.from_on, each.to_on))]
        for each in facts.trained_on
    )
    told = {name: getattr(facts, name) for name in ("label", "changed", "artifact", "digest")}
    return sha256_hex(canonical(told | {"trained_on": learned}))


def content_hash(version: str, cases: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]) -> str:
    """The SHA-256 of everything a signature stands for: what was tested, by its hash, and each case and run in order."""
    return sha256_hex(canonical({"version": version, "cases": list(cases), "runs": list(runs)}))


def coverage(counts: Mapping[tuple[CaseType, Outcome | None], int]) -> list[Covered]:
    """Every type with its cases by how their newest run ended (None: not run), those without a case among them."""

    def of(kind: CaseType, outcome: Outcome | None) -> int:
        return counts.get((kind, outcome), 0)

    return [
        Covered(
            kind,
            sum(of(kind, outcome) for outcome in (None, *Outcome)),
            of(kind, Outcome.PASSED),
            of(kind, Outcome.FAILED),
            of(kind, Outcome.SKIPPED),
        )
        for kind in CaseType
    ]


def _prose(facts: CaseFacts | RunFacts, *names: str) -> list[Problem]:
    return [
        Problem(name, f"This text {says}")
        for name in names
        for says in problems_with_prose(getattr(facts, name))
    ]
