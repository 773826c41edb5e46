"""A questionnaire from data: every part checked as it is read, so that one that is loaded can be relied upon."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from registry.classification.rules.conditions import ALWAYS, Condition, Every, read_condition, unknown_in
from registry.classification.rules.questionnaire import (
    YES_OR_NO,
    Choice,
    Duty,
    Finding,
    Kind,
    Outcome,
    Question,
    Questionnaire,
    Reading,
    RoleRule,
    Section,
)
from registry.systems.rules.record import Tier

LARGEST = 400_000
"""The most characters a questionnaire may have; the shipped one has a tenth of it."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,59}")
_AS_FOUND = "outcome"


def questionnaire_from(content: Any) -> Questionnaire:
    """A questionnaire from parsed YAML or JSON. Raises ValueError that says what does not fit, and where."""
    try:
        return _read(dict(content))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"this is not a questionnaire: {error}") from error


def _read(content: dict[str, Any]) -> Questionnaire:
    sections = tuple(Section(**each) for each in content.pop("sections"))
    named: dict[str, Condition] = {}
    questions = _questions(content.pop("questions"), named)
    readings = {
        name: tuple(_reading(each, named) for each in some) for name, some in content.pop("readings").items()
    }
    found = Questionnaire(
        id=content.pop("id"),
        edition=content.pop("edition"),
        title=content.pop("title"),
        source=content.pop("source"),
        as_of=_day(content.pop("as_of")),
        effective_from=_day(content.pop("effective_from")),
        sections=sections,
        questions=questions,
        roles=tuple(_role(each, named) for each in content.pop("roles")),
        findings=tuple(_finding(each, named, readings) for each in content.pop("findings")),
        otherwise=_finding(content.pop("otherwise"), named, readings),
        duties=tuple(_duty(each, named, readings) for each in content.pop("duties")),
        tiers={Outcome(name): Tier(tier) for tier, names in content.pop("tiers").items() for name in names},
    )
    if content:
        raise ValueError(f"this is not a questionnaire: nobody knows what {min(content)} means")
    _refuse_other_kinds(found)
    problems = problems_with(found)
    if problems:
        raise ValueError("; ".join(problems))
    return found


def _questions(stated: Iterable[Mapping[str, Any]], named: dict[str, Condition]) -> tuple[Question, ...]:
    """In order; a name given to a condition among them holds from there on, so that it only looks back."""
    found: list[Question] = []
    for each in stated:
        given = dict(each)
        if "named" in given:
            condition = read_condition(given["when"], named)
            _refuse_unknown(condition, found, given["named"])
            named[given["named"]] = condition
            continue
        kind = Kind(given.pop("kind"))
        choices = YES_OR_NO if kind is Kind.YES_NO else tuple(_choice(one) for one in given.pop("choices"))
        when = read_condition(given.pop("when"), named) if "when" in given else ALWAYS
        question = Question(**given, kind=kind, choices=choices, when=when)
        _refuse_unknown(when, found, question.id)
        found.append(question)
    return tuple(found)


def _refuse_unknown(condition: Condition, earlier: Iterable[Question], where: str) -> None:
    unknown = unknown_in(condition, {each.id: each.values for each in earlier})
    if unknown:
        raise ValueError(f"{where}: {unknown[0]}")


def _choice(stated: Mapping[str, Any]) -> Choice:
    return Choice(**stated)


def _reading(stated: Mapping[str, Any], named: Mapping[str, Condition]) -> Reading:
    given = dict(stated)
    when = read_condition(given.pop("when"), named) if "when" in given else ALWAYS
    starts = given.pop("starts", None)
    return Reading(starts=None if starts is None else _day(starts), when=when, **given)


def _role(stated: Mapping[str, Any], named: Mapping[str, Condition]) -> RoleRule:
    given = dict(stated)
    return RoleRule(when=read_condition(given.pop("when"), named), **given)


Readings = Mapping[str, tuple[Reading, ...]]


def _finding(stated: Mapping[str, Any], named: Mapping[str, Condition], readings: Readings) -> Finding:
    given = dict(stated)
    outcome, applies = Outcome(given.pop("outcome")), given.pop("applies")
    when = read_condition(given.pop("when"), named) if "when" in given else ALWAYS
    return Finding(outcome=outcome, when=when, applies=_those(applies, readings), **given)


def _duty(stated: Mapping[str, Any], named: Mapping[str, Condition], readings: Readings) -> Duty:
    given = dict(stated)
    applies = given.pop("applies", [_AS_FOUND])
    return Duty(
        roles=tuple(given.pop("roles", ())),
        outcomes=tuple(Outcome(each) for each in given.pop("outcomes", ())),
        when=read_condition(given.pop("when"), named) if "when" in given else ALWAYS,
        applies=_those([each for each in applies if each != _AS_FOUND], readings),
        as_found=_AS_FOUND in applies,
        **given,
    )


def _those(names: Iterable[str], readings: Readings) -> tuple[Reading, ...]:
    return tuple(one for name in names for one in readings[name])


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    raise ValueError(f"{value!r} is no date")


def problems_with(found: Questionnaire) -> list[str]:
    """Objections to a questionnaire whose parts could be read: what is missing, stands twice or leads nowhere."""
    problems = [f"{name} is no name of small letters, digits, dots and dashes" for name in _bad_names(found)]
    for kind, ids in (
        ("question", [each.id for each in found.questions]),
        ("section", [each.id for each in found.sections]),
        ("duty", [each.id for each in found.duties]),
    ):
        problems += [f"{each} is no id of at most 40 small letters" for each in ids if not _is_id(each)]
        problems += [f"the {kind} {each} stands twice" for each, n in Counter(ids).items() if n > 1]
    sections = {each.id for each in found.sections}
    problems += [
        f"{each.id}: no section {each.section}" for each in found.questions if each.section not in sections
    ]
    problems += [f"the section {each} asks nothing" for each in sections if not found.in_section(each)]
    problems += [f"{each.id}: it needs an explanation" for each in found.questions if not each.explains]
    problems += [
        f"{each.id}: it needs two choices or more" for each in found.questions if len(each.choices) < 2
    ]
    problems += [
        f"{each.id}: equal choices" for each in found.questions if len({*each.values}) < len(each.values)
    ]
    problems += [f"no tier for {each}" for each in Outcome if each not in found.tiers]
    values = {each.id: each.values for each in found.questions}
    for where, condition in _conditions(found):
        problems += [f"{where}: {each}" for each in unknown_in(condition, values)]
    roles = {rule.role for rule in found.roles}
    problems += [
        f"{each.id}: nobody is a {role}" for each in found.duties for role in each.roles if role not in roles
    ]
    return problems


def _refuse_other_kinds(found: Questionnaire) -> None:
    """Whatever is a text, or yes or no, is one in the file, too: pages show them as they stand."""
    choices = [choice for each in found.questions for choice in each.choices]
    dated: Iterable[Finding | Duty] = (*found.findings, found.otherwise, *found.duties)
    readings = [one for each in dated for one in each.applies]
    parts: Iterable[Any] = (*found.sections, *found.questions, *choices, *found.roles, *dated, *readings)
    for each in (found, *parts):
        for field in fields(each):
            value = getattr(each, field.name)
            if field.type in (str, bool) and type(value) is not field.type:
                raise ValueError(f"{field.name} is {_CALLED[field.type]}, and not {value!r}"[:300])


_CALLED = {str: "a text", bool: "true or false"}


def _bad_names(found: Questionnaire) -> list[str]:
    return [name for name in (found.id, found.edition) if not (type(name) is str and _NAME.fullmatch(name))]


def _is_id(text: object) -> bool:
    return type(text) is str and _ID.fullmatch(text) is not None


def _conditions(found: Questionnaire) -> Iterable[tuple[str, Condition]]:
    yield from ((rule.role, rule.when) for rule in found.roles)
    for finding in (*found.findings, found.otherwise):
        yield finding.article, Every((finding.when, *(reading.when for reading in finding.applies)))
    for duty in found.duties:
        yield duty.id, Every((duty.when, *(reading.when for reading in duty.applies)))
