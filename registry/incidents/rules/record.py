"""What an incident states, what keeps it from standing, and its texts in their storable form."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Final

from registry.incidents.rules.kinds import DetectedBy, Harm, Kind, Pattern, Severity
from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import clean
from registry.systems.rules.record import LINE_LIMIT, text_problems

ENTRY_LIMIT: Final = 4_000
# Nothing that went wrong with software did so before.
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LARGEST_COUNT: Final = 10_000_000_000
PROSE_LIMIT: Final = 20_000
# "1.1 (90 %), 2.0 (10 %)" has to fit a line whatever the labels are.
_MOST_VERSIONS: Final = 4


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What a person states of an incident. `started_at` None: nobody knows yet when it began.

    What may not be missing in the end may be None here, so that a form can be told what it lacks.
    """

    title: str
    summary: str = ""
    kind: Kind | None = Kind.INCIDENT
    severity: Severity | None = None
    pattern: Pattern | None = None
    harms: tuple[str, ...] = ()
    affected_count: int | None = None
    affected_people: str = ""
    detected_by: DetectedBy | None = None
    started_at: datetime | None = None
    detected_at: datetime | None = None
    lead_id: int | None = None


# A judgement: another one takes a reason, so editing leaves these two alone.
JUDGED: Final = ("severity", "pattern")
_CHOICES: Final = {
    "kind": "Say whether it happened, was caught in time, could happen, or is a complaint.",
    "severity": "Choose how bad it is, from 1 to 5.",
    "pattern": "Choose the pattern of failure it comes closest to.",
    "detected_by": "Say who noticed it first.",
}
_KNOWN_HARMS: Final = frozenset(harm.value for harm in Harm)


def tidy(facts: IncidentFacts) -> IncidentFacts:
    """The facts with every text in its storable form and each harm named once, in their usual order."""
    changes: dict[str, Any] = {
        each.name: tidied(getattr(facts, each.name))
        for each in fields(facts)
        if type(getattr(facts, each.name)) is str
    }
    named = [harm.value for harm in Harm if harm.value in facts.harms]
    unknown = [harm for harm in facts.harms if harm not in _KNOWN_HARMS]
    return replace(facts, **changes, harms=(*named, *unknown))


def tidied(text: str) -> str:
    """A text in its storable form, or as it is when it has none; the rules then refuse it."""
    try:
        return clean(text)
    except ValueError:
        return text


def problems_with_incident(facts: IncidentFacts, now: datetime) -> list[Problem]:
    """Every objection to what is stated of an incident at that instant."""
    problems = text_problems("title", facts.title, LINE_LIMIT, one_line=True)
    if not facts.title:
        problems.append(Problem("title", "Say in a line what went wrong."))
    for name in ("summary", "affected_people"):
        problems += prose_problems(name, getattr(facts, name))
    problems += [Problem(name, says) for name, says in _CHOICES.items() if getattr(facts, name) is None]
    if any(harm not in _KNOWN_HARMS for harm in facts.harms):
        problems.append(Problem("harms", "Choose from the harms that are listed."))
    if facts.affected_count is not None and not 0 <= facts.affected_count <= LARGEST_COUNT:
        problems.append(Problem("affected_count", "Give a whole number from 0 to ten billion."))
    return problems + _problems_with_times(facts.started_at, facts.detected_at, now)


def _problems_with_times(started: datetime | None, detected: datetime | None, now: datetime) -> list[Problem]:
    problems = []
    if detected is None:
        problems.append(Problem("detected_at", "Say when somebody noticed it."))
    for name, instant in (("started_at", started), ("detected_at", detected)):
        problems += instant_problems(name, instant, now)
    if started is not None and detected is not None and started > detected:
        problems.append(
            Problem(
                "started_at",
                "It cannot have begun after somebody noticed it. Leave this empty while nobody knows.",
            )
        )
    return problems


def problems_with_changed_times(
    detected: datetime | None,
    *,
    acknowledged: datetime | None,
    mitigated: datetime | None,
    resolved: datetime | None,
) -> list[Problem]:
    """Objections to moving the instant of detection past what followed it."""
    followed = (
        ("it was taken on", acknowledged),
        ("the harm was stopped", mitigated),
        ("it was resolved", resolved),
    )
    late = [said for said, instant in followed if detected and instant and detected > instant]
    return [Problem("detected_at", f"It must have been noticed before {said}.") for said in late[:1]]


def problems_with_surroundings(
    started: datetime | None,
    noticed: tuple[datetime | None, int],
    *,
    aware_at: datetime | None,
    earlier: tuple[datetime, int] | None,
    later: tuple[datetime, int] | None,
) -> list[Problem]:
    """Objections to instants that what hangs on them contradicts: reports to authorities, and incidents that repeat it.

    `noticed`, `earlier` and `later` are when incidents were noticed, each with its number, which decides between equals.
    """
    problems = []
    if started is not None and aware_at is not None and started > aware_at:
        says = f"It cannot have begun after somebody was aware of it, {moment_said(aware_at)}: an authority's clock runs from there."
        problems.append(Problem("started_at", says))
    at, number = noticed
    if at is not None and earlier is not None and earlier > (at, number):
        says = f"It repeats incident {earlier[1]}, which was noticed {moment_said(earlier[0])}. Give a later time."
        problems.append(Problem("detected_at", says))
    if at is not None and later is not None and (at, number) > later:
        says = (
            f"Incident {later[1]} repeats it and was noticed {moment_said(later[0])}. Give an earlier time."
        )
        problems.append(Problem("detected_at", says))
    return problems


def moment_said(at: datetime) -> str:
    """An instant in words: "3 Nov 2026 10:05 UTC"."""
    return f"{at.day} {at:%b %Y %H:%M} UTC"


def prose_problems(name: str, text: str) -> list[Problem]:
    """Objections to one long text: too long, too many lines, or signs that cannot be stored."""
    problems = text_problems(name, text, PROSE_LIMIT)
    return problems or [Problem(name, f"This text {why}") for why in problems_with_prose(text)]


def reason_problems(text: str, missing: str, name: str = "because") -> list[Problem]:
    """Objections to a reason, which may not be left out; `missing` says what it is for."""
    return text_problems(name, text, ENTRY_LIMIT) if text else [Problem(name, missing)]


def entry_problems(text: str, evidence: str, at: datetime, now: datetime) -> list[Problem]:
    """Objections to an entry of the timeline. What led to an incident may be told too, so `at` may be early."""
    problems = reason_problems(text, "Say what happened.", "text")
    problems += text_problems("evidence", evidence, ENTRY_LIMIT)
    return problems + instant_problems("at", at, now)


def instant_problems(name: str, at: datetime | None, now: datetime) -> list[Problem]:
    """Objections to an instant of the past: it is still to come, or so early that it is a slip of the keys."""
    if at is not None and at > now:
        return [Problem(name, "This is still to come. Give the time at which it happened.")]
    if at is not None and at < EARLIEST:
        return [Problem(name, f"This lies before {EARLIEST.year}. Give the time at which it happened.")]
    return []


def versions_said(live: list[tuple[str, int]]) -> str:
    """The versions that were live, with their shares in percent, in words: "1.1 (90 %), 2.0 (10 %)"."""
    if len(live) == 1:
        return live[0][0][:LINE_LIMIT]
    shown = [f"{label[:60]} ({share} %)" for label, share in live[:_MOST_VERSIONS]]
    more = len(live) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
