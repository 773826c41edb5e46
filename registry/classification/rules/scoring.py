"""What follows from answers: which questions are asked, which outcomes and roles are found, which duties are owed.

Nothing is taken for "no" because nobody said so: as long as a question that is asked has no answer, nothing is found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.classification.rules.conditions import (
    Answer,
    Condition,
    Judged,
    Known,
    asks_about,
    chosen,
    holds,
    led_by,
)
from registry.classification.rules.questionnaire import (
    TIERS,
    Duty,
    Finding,
    Kind,
    Outcome,
    Question,
    Questionnaire,
    Reading,
)
from registry.kernel.errors import Problem
from registry.kernel.text import listed
from registry.systems.rules.record import Tier

Answers = Mapping[str, Any]
"""Answers as they were given: question to value, or to a list of values."""


@dataclass(frozen=True, slots=True)
class Led:
    """One answer that led somewhere, in words, so that it can be read without the questionnaire."""

    question: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Starts:
    """From when something applies by one reading, or that it does not."""

    on: date | None
    says: str


@dataclass(frozen=True, slots=True)
class Found:
    """One outcome with its article, its reason and the answers that led there."""

    outcome: Outcome
    article: str
    says: str
    applies: tuple[Starts, ...]
    led_by: tuple[Led, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A role that is held, and what made it so."""

    role: str
    article: str
    says: str
    led_by: tuple[Led, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that is owed: by holders of which roles, because of which outcomes, from when."""

    id: str
    article: str
    title: str
    says: str
    roles: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    applies: tuple[Starts, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What answers come to. Where any question that is asked is `unanswered`, nothing else is stated."""

    answers: Mapping[str, Answer]
    unanswered: tuple[str, ...]
    found: tuple[Found, ...] = ()
    roles: tuple[Held, ...] = ()
    duties: tuple[Owed, ...] = ()
    tier: Tier | None = None
    rationale: str = ""

    @property
    def is_complete(self) -> bool:
        return not self.unanswered

    @property
    def outcomes(self) -> frozenset[Outcome]:
        return frozenset(each.outcome for each in self.found)


def known_from(questionnaire: Questionnaire, answers: Answers) -> dict[str, Answer | None]:
    """Every question that is asked after these answers, with its answer or None.

    Answers to questions that are not asked, and answers that are no choices of theirs, are left out of account.
    """
    known: dict[str, Answer | None] = {}
    judged: Judged = {}
    for question in questionnaire.questions:
        is_asked = holds(question.when, known, judged)
        if is_asked is not False:
            known[question.id] = taken(question, answers.get(question.id)) if is_asked else None
    return known


def asked(questionnaire: Questionnaire, known: Known) -> Iterator[Question]:
    """The questions that are asked for certain, in order: those not told yet wait for the answer before them."""
    for question in questionnaire.questions:
        if question.id in known and holds(question.when, known):
            yield question


def taken(question: Question, given: Any) -> Answer | None:
    """The answer in its one spelling, or None where nothing was chosen that the question offers."""
    if not given or problem_with(question, given) is not None:
        return None
    if question.kind is Kind.SEVERAL:
        return tuple(value for value in question.values if value in given) or None
    return str(given)


def problem_with(question: Question, given: Any) -> str | None:
    """Why this cannot be an answer; None where it can, or where there is none."""
    if given is None or given in ("", [], ()):
        return None
    if question.kind is not Kind.SEVERAL:
        return None if isinstance(given, str) and given in question.values else "Choose one of the answers."
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return "Give a list of answers."
    if not {*given} <= {*question.values}:
        return "Choose among the answers."
    alone = [choice for choice in question.choices if choice.alone and choice.value in given]
    if alone and len({*given}) > 1:
        return f"“{alone[0].says}” cannot be chosen beside another answer."
    return None


def problems_with_answers(questionnaire: Questionnaire, answers: Answers) -> list[Problem]:
    """Objections to answers as they were given: questions there are not, values no question offers."""
    problems = []
    for name, given in answers.items():
        question = questionnaire.question(name)
        says = "There is no such question." if question is None else problem_with(question, given)
        if says:
            problems.append(Problem(name, says))
    return problems


def score(questionnaire: Questionnaire, answers: Answers) -> Result:
    """What these answers come to."""
    known = known_from(questionnaire, answers)
    given = {name: answer for name, answer in known.items() if answer is not None}
    unanswered = tuple(name for name, answer in known.items() if answer is None)
    if unanswered:
        asked_now = tuple(each.id for each in asked(questionnaire, known) if known[each.id] is None)
        return Result(given, asked_now)
    case = _Case(questionnaire, known, {})
    rules = [each for each in questionnaire.findings if case.holds(each.when)] or [questionnaire.otherwise]
    found = tuple(case.found(each) for each in rules)
    roles = tuple(
        Held(each.role, each.article, each.says, case.led(each.when))
        for each in questionnaire.roles
        if case.holds(each.when)
    )
    tier = max((questionnaire.tiers[each.outcome] for each in found), key=TIERS.index)
    deciding = [each for each in found if questionnaire.tiers[each.outcome] is tier]
    duties = tuple(case.duties(found, {each.role for each in roles}))
    return Result(given, (), found, roles, duties, tier, _because(deciding))


@dataclass(frozen=True, slots=True)
class _Case:
    """A questionnaire with every question that is asked answered."""

    questionnaire: Questionnaire
    known: Known
    judged: Judged

    def holds(self, condition: Condition) -> bool:
        return holds(condition, self.known, self.judged) is True

    def found(self, rule: Finding) -> Found:
        return Found(rule.outcome, rule.article, rule.says, self.starts(rule.applies), self.led(rule.when))

    def led(self, condition: Condition) -> tuple[Led, ...]:
        wanted = {*led_by(condition, self.known, self.judged)}
        return tuple(
            Led(each.id, each.text, answer_said(each, self.known[each.id]))
            for each in self.questionnaire.questions
            if each.id in wanted
        )

    def duties(self, found: tuple[Found, ...], roles: set[str]) -> Iterator[Owed]:
        there = {each.outcome for each in found}
        for duty in self.questionnaire.duties:
            behind = tuple(each for each in duty.outcomes if each in there)
            of = tuple(role for role in duty.roles if role in roles)
            if (duty.outcomes and not behind) or (duty.roles and not of) or not self.holds(duty.when):
                continue
            applies = dict.fromkeys((*self.starts(duty.applies), *_as_found(duty, found)))
            yield Owed(duty.id, duty.article, duty.title, duty.says, of, behind, tuple(applies))

    def starts(self, readings: Iterable[Reading]) -> tuple[Starts, ...]:
        return tuple(Starts(each.starts, each.says) for each in readings if self.holds(each.when))


def _as_found(duty: Duty, found: tuple[Found, ...]) -> Iterator[Starts]:
    if duty.as_found:
        for each in found:
            if each.outcome in duty.outcomes:
                yield from each.applies


def answer_said(question: Question, answer: Answer | None) -> str:
    """An answer in the words of its choices."""
    if answer is None:
        return "not answered"
    says = {choice.value: choice.says for choice in question.choices}
    return "; ".join(says.get(value, value) for value in chosen(answer))


def _because(found: list[Found]) -> str:
    """Which articles decide the tier, each once and the first few by name."""
    articles = list(dict.fromkeys(each.article for each in found))
    more = f" and {len(articles) - 3} more" if len(articles) > 3 else ""
    says = list(dict.fromkeys(each.says.rstrip(".") for each in found))
    return f"{says[0]} ({listed(articles[:3]) if not more else ', '.join(articles[:3]) + more})."


def follows_from(questionnaire: Questionnaire, question: Question) -> tuple[Led, ...]:
    """The earlier answers a question follows from, in words: each question once, with the answers that count."""
    by_question: dict[str, list[str]] = {}
    for each in asks_about(question.when):
        by_question.setdefault(each.question, []).append(each.value)
    found = []
    for name, values in by_question.items():
        before = questionnaire.question(name)
        if before is not None:
            said = {choice.value: choice.says for choice in before.choices}
            found.append(Led(name, before.text, " or ".join(dict.fromkeys(said[value] for value in values))))
    return tuple(found)
