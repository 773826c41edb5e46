"""What a submission and a decision need, and how a review goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.kernel.errors import Problem
from registry.kernel.text import counted, listed
from registry.reviews.rules.kinds import UNDECIDED, WANTING, Answer, Decision, Severity, State
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems

MOST_CONDITIONS = 5


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
    """How far the checklist has come: the answers given by key, how many questions there are, open findings by severity."""

    questions: Sequence[Question]
    answers: Mapping[str, Answer]
    open_findings: Sequence[Severity] = ()

    @property
    def unanswered(self) -> list[Question]:
        """The questions without an answer."""
        return [each for each in self.questions if each.key not in self.answers]

    @property
    def wanting(self) -> list[Question]:
        """The questions whose answer a plain approval cannot stand beside."""
        return [each for each in self.questions if self.answers.get(each.key) in WANTING]


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
    facts: DecisionFacts, state: State, checked: Checked, today: date
) -> list[Problem]:
    """Objections to a decision; that its content is the one submitted and standing is asked apart, since that is a conflict."""
    if state is not State.SUBMITTED:
        return [Problem("", f"There is nothing to decide: the review is {state.said}.")]
    if facts.decision is None:
        return [Problem("decision", "Choose what you decide.")]
    problems = text_problems("reason", facts.reason, TEXT_LIMIT)
    if facts.decision is not Decision.APPROVE and not facts.reason.strip():
        problems.append(Problem("reason", "Say why; the owner acts on this."))
    problems += _condition_problems(facts, today)
    if facts.decision.leads_to in {State.APPROVED, State.CONDITIONAL}:
        problems += _approval_problems(facts.decision, checked)
    return problems


def _approval_problems(decision: Decision, checked: Checked) -> list[Problem]:
    problems = []
    if missing := checked.unanswered:
        first = listed([each.control for each in missing[:5]])
        more = f" ({first}{' and more' if len(missing) > 5 else ''})"
        problems.append(Problem("decision", f"Answer {counted(len(missing), 'more control')} first{more}."))
    if decision is Decision.APPROVE and checked.wanting:
        said = listed([each.control for each in checked.wanting[:5]])
        problems.append(
            Problem(
                "decision", f"Not everything is met ({said}): approve with conditions, or ask for changes."
            )
        )
    if Severity.HIGH in checked.open_findings:
        problems.append(
            Problem("decision", "A finding of high severity is still open: nothing is approved beside it.")
        )
    return problems


def _condition_problems(facts: DecisionFacts, today: date) -> list[Problem]:
    wants = facts.decision is Decision.APPROVE_WITH_CONDITIONS
    if wants and not facts.conditions:
        return [Problem("condition_1", "Name at least one condition and the day it has to be met by.")]
    if not wants and facts.conditions:
        return [Problem("decision", "You named conditions: then it is “Approve with conditions”.")]
    problems = []
    for number, each in enumerate(facts.conditions, start=1):
        problems += text_problems(f"condition_{number}", each.text, LINE_LIMIT)
        if not each.text.strip():
            problems.append(Problem(f"condition_{number}", "Say what has to be met by that day."))
        if each.due_on is None or not today < each.due_on <= _years_on(today):
            problems.append(Problem(f"due_{number}", "Give a day to come, within two years."))
    return problems


def _years_on(today: date) -> date:
    return today.replace(year=today.year + 2, day=min(today.day, 28))
