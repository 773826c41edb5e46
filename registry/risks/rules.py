"""What a risk states, how large it is, who may accept what is left of it, and how it stands on a day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from registry.kernel.actor import Actor, Role
from registry.kernel.calendar import day_said
from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.systems.rules.record import text_problems

PREFIX: Final = "RSK"
TITLE_LIMIT: Final = 200
LEVELS: Final = range(1, 6)
# From this score on nobody accepts what is left of a risk of their own.
NEEDS_ANOTHER: Final = 15
LONGEST_ACCEPTANCE: Final = timedelta(days=366)
_ABOVE_THE_OWNER: Final = frozenset({Role.REVIEWER, Role.EXECUTIVE})

LIKELIHOODS: Final[Mapping[int, str]] = {
    1: "Rare: not expected within ten years",
    2: "Unlikely: once in several years",
    3: "Possible: about once a year",
    4: "Likely: several times a year",
    5: "Almost certain: every month, or already happening",
}
IMPACTS: Final[Mapping[int, str]] = {
    1: "Negligible: a nuisance, put right within the day",
    2: "Minor: few people, small loss, put right within weeks",
    3: "Serious: many people, or a loss that is felt",
    4: "Major: lasting harm to people, or a breach of law",
    5: "Catastrophic: life, livelihood or fundamental rights of people",
}


class Status(StrEnum):
    """What is being done about a risk."""

    OPEN = "open"
    MITIGATING = "mitigating"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Level(StrEnum):
    """How large a risk is, in a word."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """What a person states of a risk. Levels go from 1 to 5; the residual ones say what is left with the controls in place."""

    title: str
    cause: str = ""
    event: str = ""
    consequence: str = ""
    likelihood: int | None = None
    impact: int | None = None
    controls: str = ""
    residual_likelihood: int | None = None
    residual_impact: int | None = None
    owner_id: int | None = None
    review_on: date | None = None
    pattern: str = ""
    status: Status = Status.OPEN
    closed_because: str = ""


TEXTS: Final = ("cause", "event", "consequence", "controls", "closed_because")
# What is borne, in the words in which a change of it is named: any change of these ends an acceptance, and any rise of
# the levels below. A smaller risk stays accepted.
_BORNE: Final[Mapping[str, str]] = {
    "title": "title",
    "cause": "cause",
    "event": "event",
    "consequence": "consequence",
    "controls": "controls",
    "owner_id": "who watches it",
}
_LEVELS_BORNE: Final[Mapping[str, str]] = {
    "likelihood": "likelihood without controls",
    "impact": "impact without controls",
    "left_likelihood": "likelihood that is left",
    "left_impact": "impact that is left",
}
_ASKED: Final[Mapping[str, str]] = {
    "title": "Give the risk a title by which people will know it.",
    "cause": "Say what would bring it about.",
    "event": "Say what would happen.",
}


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """Why what is left of a risk is borne, and up to which day."""

    because: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An acceptance as it was made: of what the risk stated then (`borne_of`), up to and with a day."""

    stated: Mapping[str, Any]
    until: date


@dataclass(frozen=True, slots=True)
class Standing:
    """How a risk stands on a day. `says` adds to the word what its reader should know."""

    status: Status
    says: str
    is_late: bool = False


def score(likelihood: int, impact: int) -> int:
    """How large a risk is: likelihood times impact, from 1 to 25."""
    return likelihood * impact


def level(likelihood: int, impact: int) -> Level:
    """The same in a word. What would be catastrophic is never low."""
    points = score(likelihood, impact)
    if points >= NEEDS_ANOTHER:
        return Level.SEVERE
    if points >= 10:
        return Level.HIGH
    return Level.MODERATE if points >= 5 else Level.LOW


def left(facts: RiskFacts) -> tuple[int, int]:
    """Likelihood and impact that are left: the residual ones, or, where none are stated, those before any control."""
    if facts.residual_likelihood is None or facts.residual_impact is None:
        return facts.likelihood or 1, facts.impact or 1
    return facts.residual_likelihood, facts.residual_impact


def needs_another(facts: RiskFacts) -> bool:
    """Whether a risk is so large that nobody accepts it who had a hand in it: by its levels before any control.

    What controls leave of it is the word of those who answer for them, so it alone excuses nobody.
    """
    return score(facts.likelihood or 1, facts.impact or 1) >= NEEDS_ANOTHER


def borne_of(facts: RiskFacts) -> dict[str, Any]:
    """What somebody bears who accepts a risk as it is stated: kept with the acceptance, and compared with ever after."""
    likelihood, impact = left(facts)
    texts = {name: getattr(facts, name) for name in _BORNE}
    levels = (facts.likelihood or 1, facts.impact or 1, likelihood, impact)
    return texts | dict(zip(_LEVELS_BORNE, levels, strict=True))


def changed_since(facts: RiskFacts, stated: Mapping[str, Any]) -> list[str]:
    """What of a risk is no longer what was accepted, in words: other texts, another watcher, or a level that rose.

    Each level by itself: what is less likely and far worse is another risk, though its score is the same.
    """
    now = borne_of(facts)
    changed = [said for name, said in _BORNE.items() if now[name] != stated.get(name)]
    return changed + [said for name, said in _LEVELS_BORNE.items() if now[name] > stated.get(name, 0)]


def problems_with(
    facts: RiskFacts, *, patterns: Iterable[str], owner_is_active: bool, today: date
) -> list[Problem]:
    """Every objection to a risk. `patterns` are those there are."""
    problems = text_problems("title", facts.title, TITLE_LIMIT, one_line=True)
    problems += [Problem(name, says) for name, says in _ASKED.items() if not getattr(facts, name).strip()]
    for name in TEXTS:
        problems += [Problem(name, f"This text {says}") for says in problems_with_prose(getattr(facts, name))]
    problems += _problems_with_levels(facts)
    if facts.owner_id is None:
        problems.append(Problem("owner_id", "Name who watches this risk."))
    elif not owner_is_active:
        problems.append(Problem("owner_id", "Choose somebody who is here."))
    if facts.pattern and facts.pattern not in patterns:
        problems.append(Problem("pattern", "Choose one of the list."))
    return problems + _problems_with_status(facts, today)


def _problems_with_levels(facts: RiskFacts) -> list[Problem]:
    problems = []
    for name in ("likelihood", "impact"):
        before, after = getattr(facts, name), getattr(facts, f"residual_{name}")
        if before not in LEVELS:
            problems.append(Problem(name, "Choose a level from 1 to 5: as it would be without any control."))
        if after is not None and after not in LEVELS:
            problems.append(Problem(f"residual_{name}", "Choose a level from 1 to 5, or leave it out."))
        elif after is not None and before in LEVELS and after > before:
            says = "Controls cannot make it larger. Correct the level before controls, or this one."
            problems.append(Problem(f"residual_{name}", says))
    if (facts.residual_likelihood is None) != (facts.residual_impact is None):
        missing = "residual_likelihood" if facts.residual_likelihood is None else "residual_impact"
        problems.append(Problem(missing, "State both levels that are left, or neither."))
    elif facts.residual_likelihood is not None and not facts.controls.strip():
        problems.append(Problem("controls", "Say which controls leave only that much of it."))
    return problems


def _problems_with_status(facts: RiskFacts, today: date) -> list[Problem]:
    if facts.status is Status.ACCEPTED:
        return [Problem("status", "A risk is accepted on a page of its own, with a reason and a last day.")]
    if facts.status is Status.CLOSED:
        asked = "Say why it is closed: what made it go away."
        return [] if facts.closed_because.strip() else [Problem("closed_because", asked)]
    if facts.review_on is None:
        return [Problem("review_on", "Say when it is looked at again.")]
    if facts.review_on < today:
        return [Problem("review_on", "This day is over. Give the next day on which it is looked at.")]
    return []


def problems_with_acceptance(
    facts: AcceptanceFacts, risk: RiskFacts, actor: Actor, *, involved: Collection[int], today: date
) -> list[Problem]:
    """Why what is left of a risk may not be accepted by this person, for these reasons, up to that day.

    `involved` are all who hold a seat on its system or held one since the risk was last changed, who ever watched it,
    and who ever added to it or edited it.
    """
    problems = []
    if actor.token is not None or actor.person_id is None:
        problems.append(Problem("", "A person accepts a risk, not a program. Sign in and do it there."))
    if risk.status is Status.CLOSED:
        problems.append(Problem("", "This risk is closed. Open it again first."))
    problems += _problems_with_hands(risk, actor, involved, "accept")
    if not facts.because.strip():
        problems.append(Problem("because", "Say why it is borne and not mitigated further."))
    problems += [Problem("because", f"This text {says}") for says in problems_with_prose(facts.because)]
    if facts.until is None or not today < facts.until <= today + LONGEST_ACCEPTANCE:
        problems.append(Problem("until", "Give the last day it holds for: after today, and within a year."))
    return problems


def _problems_with_hands(
    risk: RiskFacts, actor: Actor, involved: Collection[int], does: str
) -> list[Problem]:
    """Why somebody may not `does` (accept, close) so large a risk: whoever had a hand in it does not."""
    if not needs_another(risk):
        return []
    if not actor.roles & _ABOVE_THE_OWNER:
        says = f"So large a risk is {does.removesuffix('e')}ed by a reviewer or an executive. Ask one of them to do it."
        return [Problem("", says)]
    if actor.person_id not in involved:
        return []
    says = f"Nobody {does}s so large a risk of their own: one they watch or watched, wrote down or edited, or one of a "
    says += "system they hold a seat on. Ask another reviewer or executive to do it."
    return [Problem("", says)]


def problems_with_closing(
    because: str, risk: RiskFacts, actor: Actor, *, involved: Collection[int]
) -> list[Problem]:
    """Why a risk may not be closed by this person, for these reasons. `involved` as for an acceptance."""
    problems = []
    if actor.token is not None or actor.person_id is None:
        problems.append(Problem("", "A person closes a risk, not a program. Sign in and do it there."))
    if risk.status is Status.CLOSED:
        problems.append(Problem("", "This risk is closed already."))
    problems += _problems_with_hands(risk, actor, involved, "close")
    if not because.strip():
        problems.append(Problem("because", "Say why it is closed: what made it go away."))
    return problems + [Problem("because", f"This text {says}") for says in problems_with_prose(because)]


def closes_large(facts: RiskFacts, before: RiskFacts | None) -> bool:
    """Whether an edit leaves a risk closed that is so large that only somebody above its owner may close it, and that was not
    closed as such: by its levels before or after the edit.
    """
    if facts.status is not Status.CLOSED:
        return False
    if before is None or before.status is not Status.CLOSED:
        return needs_another(facts) or (before is not None and needs_another(before))
    return needs_another(facts) and not needs_another(before)


def standing(facts: RiskFacts, accepted: Accepted | None, on: date) -> Standing:
    """How a risk stands on a day. An acceptance that has lapsed, or was of another risk, counts as open."""
    is_late = facts.status is not Status.CLOSED and facts.review_on is not None and facts.review_on < on
    if facts.status is not Status.ACCEPTED:
        return Standing(facts.status, "its review is overdue" if is_late else "", is_late)
    if accepted is None:
        return Standing(Status.OPEN, "no acceptance of it is kept", is_late)
    if changed := changed_since(facts, accepted.stated):
        return Standing(Status.OPEN, f"changed since it was accepted, in {', '.join(changed)}", is_late)
    if accepted.until < on:
        return Standing(Status.OPEN, f"its acceptance lapsed on {day_said(accepted.until)}", is_late)
    return Standing(Status.ACCEPTED, f"until {day_said(accepted.until)}", is_late)
