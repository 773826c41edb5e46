"""The statement of applicability: what may be stated of a control, and how far a framework is covered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.kernel.errors import Problem
from registry.kernel.text import clean
from registry.packs.rules.shapes import Control, Pack

TEXT_LIMIT = 4_000
_SHORTEST_HOW = 3


class Implementation(StrEnum):
    """How far what is said to be done is done."""

    NOT_STARTED = "not_started"
    IN_PART = "in_part"
    IN_PLACE = "in_place"

    @property
    def said(self) -> str:
        """In words."""
        return {"not_started": "not started", "in_part": "in part", "in_place": "in place"}[self.value]


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What is stated of one control. `applicable` is None until somebody has said."""

    applicable: bool | None = None
    because: str = ""
    how: str = ""
    status: Implementation | None = None
    owner_id: int | None = None


def problems_with_statement(facts: StatementFacts, *, owner_is_here: bool) -> list[Problem]:
    """Objections to a statement. Why a control does not apply must be said; why it does may be."""
    problems = []
    for field in ("because", "how"):
        problems += _text_problems(field, getattr(facts, field))
    if facts.owner_id is not None and not owner_is_here:
        problems.append(Problem("owner_id", "Choose somebody who is here."))
    if facts.applicable is None:
        problems.append(Problem("applicable", "Say whether it applies to the organisation."))
    elif not facts.applicable:
        problems += _problems_with_none(facts)
    elif facts.status is None:
        problems.append(Problem("status", "Say how far it is in place; “not started” is an answer."))
    elif facts.status is not Implementation.NOT_STARTED and len(facts.how.strip()) < _SHORTEST_HOW:
        problems.append(Problem("how", "Say what is done, so that others can find it."))
    if facts.applicable and facts.status is Implementation.IN_PLACE and facts.owner_id is None:
        problems.append(Problem("owner_id", "Name who answers for what is in place."))
    return problems


def _problems_with_none(facts: StatementFacts) -> list[Problem]:
    """What is said besides of a control that does not apply is refused and not dropped: one of the two is a slip."""
    problems = []
    if not facts.because.strip():
        problems.append(Problem("because", "Say why it does not apply; an auditor will ask."))
    for field, said in (("status", "state"), ("how", "answer"), ("owner_id", "person who answers for it")):
        if getattr(facts, field):
            says = f"What does not apply has no {said}. Take it out, or say that the control applies."
            problems.append(Problem(field, says))
    return problems


def _text_problems(name: str, text: str) -> list[Problem]:
    if len(text) > TEXT_LIMIT:
        return [Problem(name, f"Shorten this to {TEXT_LIMIT:,} characters; it has {len(text):,}.")]
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(name, f"This text {reason}. Remove it and try again.")]
    return []


def tidied(facts: StatementFacts) -> StatementFacts:
    """The same without what cannot be: what does not apply is neither done nor answered for."""
    because, how = facts.because.strip(), facts.how.strip()
    if facts.applicable is False:
        return StatementFacts(applicable=False, because=because)
    return StatementFacts(facts.applicable, because, how, facts.status, facts.owner_id)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many controls of a framework are stated as what, and how many were found to be met by at least one system.

    `asked` is None as long as no review has asked about any: that is not the same as none being met.
    """

    total: int
    in_place: int
    in_part: int
    not_started: int
    not_applicable: int
    asked: int | None = None

    @property
    def stated(self) -> int:
        """Of how many controls it is said whether they apply."""
        return self.in_place + self.in_part + self.not_started + self.not_applicable

    @property
    def applying(self) -> int:
        """How many are said to apply."""
        return self.stated - self.not_applicable


def coverage(
    pack: Pack,
    statements: Mapping[str, StatementFacts],
    answers: Mapping[str, int] | None = None,
) -> Coverage:
    """How far the controls of a framework are stated.

    `answers` says for each control how many systems a review found to meet it; None: no review has asked yet.
    Statements and answers to controls the edition does not have count for nothing.
    """
    stated = [statements[each.id] for each in pack.controls if each.id in statements]
    found = Counter(facts.status for facts in stated if facts.applicable)
    return Coverage(
        len(pack.controls),
        found[Implementation.IN_PLACE],
        found[Implementation.IN_PART],
        found[Implementation.NOT_STARTED],
        sum(facts.applicable is False for facts in stated),
        None if answers is None else sum(each.id in answers for each in pack.controls),
    )


def stated_otherwise(
    framework: Pack, editions: Iterable[Pack], stated_by: Mapping[str, str]
) -> dict[str, str]:
    """The controls that say something else now than when they were stated, each with the edition it was stated by.

    `stated_by` is the edition by which each control was stated. An edition nobody knows any more counts as another.
    """
    known = {pack.edition: pack for pack in editions if pack.id == framework.id}
    return {
        control.id: by
        for control in framework.controls
        if (by := stated_by.get(control.id, framework.edition)) != framework.edition
        and (by not in known or known[by].control(control.id) != control)
    }


def served_with(
    packs: Iterable[Pack], pack_id: str, control: Control
) -> list[tuple[Pack, Sequence[tuple[Control, tuple[str, ...]]]]]:
    """The controls of other frameworks that share a practice with this one, by framework, each with what they share.

    What answers one of them answers, in that much, the other.
    """
    mine = frozenset(control.practices)
    found: list[tuple[Pack, Sequence[tuple[Control, tuple[str, ...]]]]] = []
    for pack in packs:
        shared = [
            (each, tuple(sorted(mine & frozenset(each.practices))))
            for each in pack.controls
            if pack.id != pack_id and mine & frozenset(each.practices)
        ]
        if shared:
            found.append((pack, shared))
    return found
