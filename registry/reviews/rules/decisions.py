"""What a submission and a decision need, and how a review goes on."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.evidence.rules.record import PREFIX as EVIDENCE_PREFIX
from registry.kernel.errors import Problem
from registry.kernel.text import counted, listed
from registry.reviews.rules.kinds import UNDECIDED, WANTING, Answer, Decision, Severity, State
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, Stage, text_problems

MOST_CONDITIONS = 5
# More digits than any number of the register has would be somebody's typing, and no database would take them.
_EVIDENCE = re.compile(rf"\b{EVIDENCE_PREFIX}-0*(\d{{1,9}})\b")


@dataclass(frozen=True, slots=True)
class Question:
    """One control of a framework's edition as a checklist asks it: met or not. `practices` are shared between frameworks."""

    pack: str
    control: str
    title: str
    explains: str = ""
    group: str = ""
    practices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """How an answer names it: "baseline 2026.1/B01"."""
        return f"{self.pack}/{self.control}"


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """Something that has to be met by a day for an approval to stand."""

    text: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What a reviewer is about to decide, on the content with this hash."""

    decision: Decision | None
    reason: str
    content_sha256: str
    conditions: tuple[ConditionFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the checklist has come: its questions, the answers given by key, the system's findings not verified as mended.

    `again` are the keys of the answers that were given on another record than the one handed in last, `waived` the
    controls, by their ids, that need not be met for a while.
    """

    questions: Sequence[Question]
    answers: Mapping[str, Answer]
    unverified: Sequence[Severity] = ()
    again: Collection[str] = ()
    waived: Collection[str] = ()

    @property
    def unanswered(self) -> list[Question]:
        """The questions without an answer."""
        return [each for each in self.questions if each.key not in self.answers]

    @property
    def outdated(self) -> list[Question]:
        """The questions whose answer has to be looked at again."""
        return [each for each in self.questions if each.key in self.again]

    @property
    def answered(self) -> int:
        """How many questions have an answer that counts."""
        return len(self.questions) - len(self.unanswered) - len(self.outdated)

    @property
    def wanting(self) -> list[Question]:
        """The questions whose answer a plain approval cannot stand beside; none of a control that is waived."""
        return [
            each
            for each in self.questions
            if self.answers.get(each.key) in WANTING and each.control not in self.waived
        ]


def is_outdated(answered_at: datetime, handed_in: Sequence[tuple[datetime, str]]) -> bool:
    """Whether an answer was given on another record than the one handed in last.

    `handed_in` tells when each record was handed in and its hash, the newest last.
    """
    if not handed_in:
        return False
    then = [sha256 for at, sha256 in handed_in if at <= answered_at]
    return not then or then[-1] != handed_in[-1][1]


def evidence_named(shown_by: str) -> frozenset[int]:
    """The numbers of the pieces of evidence a text names, as in "EVD-0003, page 4"."""
    return frozenset(int(number) for number in _EVIDENCE.findall(shown_by))


def problems_with_retired(stage: Stage) -> list[Problem]:
    """Objections to anything that lets a system be used, once it is retired."""
    return [Problem("", "This system is retired: there is nothing more to allow.")] * (stage is Stage.RETIRED)


def problems_with_submission(state: State, note: str) -> list[Problem]:
    """Objections to handing a review to the reviewers, for the first time or again."""
    if state not in UNDECIDED:
        return [Problem("", f"This review is over: it was {state.said}. Ask for a new one.")]
    if not note.strip():
        return [Problem("note", "Say in a few words what is to be decided and what has changed.")]
    return text_problems("note", note, TEXT_LIMIT)


def problems_with_answer(state: State, answer: Answer | None, note: str) -> list[Problem]:
    """Objections to an answer on the checklist."""
    if state not in UNDECIDED:
        return [Problem("", f"This review is over: it was {state.said}. Its answers stay as they are.")]
    if answer in WANTING and not note.strip():
        return [Problem("note", "Say what is missing or why it cannot be verified.")]
    return text_problems("note", note, TEXT_LIMIT)


def problems_with_decision(
    facts: DecisionFacts, state: State, checked: Checked, today: date, until: date
) -> list[Problem]:
    """Objections to a decision; that its content is the one submitted and standing is asked apart, since that is a conflict.

    `until` is the last day on which an approval given today holds.
    """
    if state is not State.SUBMITTED:
        return [Problem("", f"There is nothing to decide: the review is {state.said}.")]
    if facts.decision is None:
        return [Problem("decision", "Choose what you decide.")]
    problems = text_problems("reason", facts.reason, TEXT_LIMIT)
    if facts.decision is not Decision.APPROVE and not facts.reason.strip():
        problems.append(Problem("reason", "Say why; the owner acts on this."))
    problems += _condition_problems(facts, today, until)
    if facts.decision.leads_to in {State.APPROVED, State.CONDITIONAL}:
        problems += _approval_problems(facts.decision, checked)
    return problems


def _approval_problems(decision: Decision, checked: Checked) -> list[Problem]:
    problems = []
    if missing := checked.unanswered:
        said = f"Answer {counted(len(missing), 'more control')} first ({_some(missing)})."
        problems.append(Problem("decision", said))
    if old := checked.outdated:
        said = f"The record has changed since {counted(len(old), 'control')} ({_some(old)}) got an answer: look again."
        problems.append(Problem("decision", said))
    if decision is Decision.APPROVE and checked.wanting:
        said = (
            f"Not everything is met ({_some(checked.wanting)}): approve with conditions, or ask for changes."
        )
        problems.append(Problem("decision", said))
    if Severity.HIGH in checked.unverified:
        said = "A finding of high severity on this system is not verified as mended: nothing is approved beside it."
        problems.append(Problem("decision", said))
    return problems


def _some(questions: Sequence[Question]) -> str:
    first = [each.control for each in questions[:5]]
    return f"{', '.join(first)} and more" if len(questions) > 5 else listed(first)


def _condition_problems(facts: DecisionFacts, today: date, until: date) -> list[Problem]:
    wants = facts.decision is Decision.APPROVE_WITH_CONDITIONS
    if wants and not facts.conditions:
        return [Problem("condition_1", "Name at least one condition and the day it has to be met by.")]
    if not wants and facts.conditions:
        return [Problem("decision", "You named conditions: then it is “Approve with conditions”.")]
    problems = []
    if len(facts.conditions) > MOST_CONDITIONS:
        said = f"Name {MOST_CONDITIONS} conditions at most: what takes more is not ready to be used."
        problems.append(Problem("decision", said))
    for number, each in enumerate(facts.conditions, start=1):
        problems += text_problems(f"condition_{number}", each.text, LINE_LIMIT)
        if not each.text.strip():
            problems.append(Problem(f"condition_{number}", "Say what has to be met by that day."))
        if each.due_on is None or not today < each.due_on <= until:
            said = f"Give a day to come, no later than {until.isoformat()}, when this approval ends."
            problems.append(Problem(f"due_{number}", said))
    return problems
