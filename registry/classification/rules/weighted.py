"""Questionnaires whose answers carry points, such as Canada's algorithmic impact assessment: read from their form, and scored.

The form is a SurveyJS document. A choice "item2-3" carries three points; a part whose name ends in -RS counts for the
raw impact, in -MS for mitigation, in -NS for neither. Source of the scoring: Treasury Board of Canada, Directive on
Automated Decision-Making, Appendix B, and the published assessment tool.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from graphlib import CycleError, TopologicalSorter
from typing import Any

from registry.classification.rules.conditions import (
    ALWAYS,
    Condition,
    Every,
    Known,
    asks_about,
    chosen,
    holds,
)
from registry.classification.rules.expressions import condition_from

MOST_QUESTIONS = 2_000
_DEEPEST = 8
_SINGLE = frozenset({"radiogroup", "dropdown"})
_CHOSEN = _SINGLE | {"checkbox"}
_TYPED = frozenset({"comment", "text"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
_POINTS = re.compile(r".*-(\d{1,4})", re.DOTALL)
_KINDS = ("impact", "mitigation")
_COUNTS = {"-RS": "impact", "-MS": "mitigation", "-NS": ""}


@dataclass(frozen=True, slots=True)
class Scale:
    """How points become a level. Where mitigation reaches `enough` of what can be had, `deduction` is taken off the impact.

    `steps` are the shares of the greatest impact up to which each level but the last reaches.
    """

    enough: Decimal = Decimal("0.8")
    deduction: Decimal = Decimal("0.15")
    steps: tuple[Decimal, ...] = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a form: what it is called, what it counts for ("impact", "mitigation" or ""), its choices."""

    name: str
    text: str
    page: str
    several: bool
    counts: str
    choices: tuple[str, ...]
    when: Condition
    """When it is asked: its own condition and those of the parts it stands in."""
    way: Condition
    """When its page is shown at all, which decides how much mitigation can be had."""

    @property
    def most(self) -> int:
        """The most points an answer can carry."""
        points = [points_of(value) for value in self.choices]
        return sum(points) if self.several else max(points, default=0)


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its questions in order, and the order in which their conditions can be told."""

    questions: tuple[Asked, ...]
    order: tuple[str, ...]

    @property
    def most_impact(self) -> int:
        """The greatest raw impact there can be."""
        return sum(each.most for each in self.questions if each.counts == "impact")


@dataclass(frozen=True, slots=True)
class Part:
    """What the answers of one page come to."""

    page: str
    impact: int
    mitigation: int


@dataclass(frozen=True, slots=True)
class Score:
    """What answers come to: raw impact and mitigation in points, each out of how many, the impact that is left, the level.

    `level` counts from one; None where a question that is asked and counts is `unanswered`.
    """

    impact: int
    most_impact: int
    mitigation: int
    most_mitigation: int
    left: int
    level: int | None
    unanswered: tuple[str, ...]
    parts: tuple[Part, ...]


def points_of(value: str) -> int:
    """The points a choice carries: the number behind its last dash, or none."""
    match = _POINTS.fullmatch(value)
    return int(match[1]) if match else 0


def form_from(content: Any, language: str = "default") -> Form:
    """A form from its document. Raises ValueError for one that is none, or whose conditions lead nowhere."""
    if type(content) is not dict or type(content.get("pages")) is not list:
        raise ValueError("this is no form: it has no pages")
    reader = _Reader(language)
    questions = tuple(each for page in content["pages"] for each in reader.page(page))
    if not questions or len(questions) > MOST_QUESTIONS:
        raise ValueError(f"a form has questions, and at most {MOST_QUESTIONS:,}")
    names = [each.name for each in questions]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"the question {min(twice)} stands twice")
    return Form(questions, _ordered(questions))


def _ordered(questions: tuple[Asked, ...]) -> tuple[str, ...]:
    before = {each.name: {one.question for one in asks_about(each.when)} for each in questions}
    for name, asked in before.items():
        unknown = asked - before.keys()
        if unknown:
            raise ValueError(f"{name}: no question is called {min(unknown)}")
    try:
        return tuple(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise ValueError(f"conditions lead in a circle: {' and '.join(error.args[1][:3])}") from error


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks through pages and panels; what a panel is named after, the questions in it count for."""

    language: str

    def page(self, page: Any) -> Iterator[Asked]:
        shown = self._condition(page)
        title = self._text(page.get("title")) or str(page.get("name", ""))
        for element in _elements(page):
            yield from self._element(element, title, "", shown, shown, 0)

    def _element(
        self, element: Any, page: str, counts: str, when: Condition, way: Condition, depth: int
    ) -> Iterator[Asked]:
        if depth > _DEEPEST:
            raise ValueError("a form is nested too deeply")
        condition, name = self._condition(element), str(element.get("name", ""))
        counts = next((kind for ending, kind in _COUNTS.items() if name.endswith(ending)), counts)
        within = condition if when is ALWAYS else when if condition is ALWAYS else Every((when, condition))
        kind = element.get("type")
        if kind == "panel":
            for inner in _elements(element):
                yield from self._element(inner, page, counts, within, way, depth + 1)
        elif kind in _CHOSEN | _TYPED:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name[:80]!r} is no name of a question")
            choices = tuple(_value(one) for one in element.get("choices", ())) if kind in _CHOSEN else ()
            text = self._text(element.get("title")) or name
            scored = counts if choices else ""
            yield Asked(name, text, page, kind == "checkbox", scored, choices, within, way)
        elif kind not in {"html", "image"}:
            raise ValueError(f"{name[:80]}: questions of the kind {str(kind)[:40]} are not understood")

    def _condition(self, part: Any) -> Condition:
        if type(part) is not dict:
            raise ValueError("this is no form: a part of it is no object")
        stated = part.get("visibleIf")
        return (
            ALWAYS if stated is None else condition_from(stated if isinstance(stated, str) else repr(stated))
        )

    def _text(self, stated: Any) -> str:
        if isinstance(stated, Mapping):
            stated = stated.get(self.language) or stated.get("default") or ""
        return stated.strip() if isinstance(stated, str) else ""


def _elements(part: Mapping[str, Any]) -> list[Any]:
    found = part.get("elements", [])
    return found if isinstance(found, list) else [None]


def _value(choice: Any) -> str:
    value = choice.get("value") if isinstance(choice, Mapping) else choice
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"this is no choice: {str(choice)[:80]}")


def problems_with_given(form: Form, answers: Any) -> list[tuple[str, str]]:
    """Objections to answers: questions there are not, values no question offers. Each with the question's name."""
    if not isinstance(answers, Mapping):
        return [("", "Answers are an object: question to value, or to a list of values.")]
    asked, problems = {each.name: each for each in form.questions}, []
    for name, given in answers.items():
        question = asked.get(name)
        if question is None:
            problems.append((str(name), "There is no such question."))
        elif not question.choices:
            if not isinstance(given, str):
                problems.append((name, "Give a text."))
        elif isinstance(given, list) is not question.several:
            problems.append((name, "Give a list of values." if question.several else "Give one value."))
        elif not {str(one) for one in (given if question.several else [given])} <= {*question.choices}:
            problems.append((name, "Choose among the values the question offers."))
    return problems


def weigh(form: Form, answers: Mapping[str, Any], scale: Scale = Scale()) -> Score:
    """What answers come to. Those to questions that are not asked count for nothing."""
    known = _known(form, answers)
    there = [each for each in form.questions if each.name in known]
    points = {each.name: _points(each, known) for each in there if each.counts}
    impact, mitigation = (_sum(there, points, kind) for kind in _KINDS)
    most = sum(each.most for each in form.questions if each.counts == "mitigation" and holds(each.way, known))
    reaches = most > 0 and mitigation >= scale.enough * most
    left = _rounded((1 - scale.deduction) * impact) if reaches else impact
    unanswered = tuple(each.name for each in there if each.counts and known[each.name] is None)
    level = 1 + sum(left > form.most_impact * step for step in scale.steps)
    pages = dict.fromkeys(each.page for each in there if each.counts)
    parts = tuple(
        Part(page, *(_sum([each for each in there if each.page == page], points, kind) for kind in _KINDS))
        for page in pages
    )
    return Score(
        impact, form.most_impact, mitigation, most, left, None if unanswered else level, unanswered, parts
    )


def _known(form: Form, answers: Mapping[str, Any]) -> Known:
    asked = {each.name: each for each in form.questions}
    known: dict[str, Any] = {}
    for name in form.order:
        is_asked = holds(asked[name].when, known)
        if is_asked is not False:
            given = answers.get(name) if is_asked else None
            known[name] = (
                tuple(map(str, given)) if isinstance(given, list) else None if given is None else str(given)
            )
    return known


def _points(question: Asked, known: Known) -> int:
    answer = known[question.name]
    return 0 if answer is None else sum(points_of(value) for value in chosen(answer))


def _sum(questions: list[Asked], points: Mapping[str, int], kind: str) -> int:
    return sum(points[each.name] for each in questions if each.counts == kind)


def _rounded(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))
