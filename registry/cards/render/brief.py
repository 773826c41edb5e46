"""The first page of a card: what somebody who must decide reads, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from registry.cards.rules.control import TERMS
from registry.cards.rules.data import personal_data_said
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.objective import metric_row
from registry.cards.rules.reviewed import signed_said, verdict_said
from registry.cards.rules.shapes import NOT_STATED, Card
from registry.cards.rules.subject import part_in_decisions
from registry.cards.rules.words import cell, chosen, day_of, line, pack_said
from registry.kernel.text import counted

MOST_METRICS: Final = 6
_DRAFT: Final = "A draft: it states what the record says, and nobody has put their name to this card."
_FROZEN: Final = (
    "It was frozen before cards stated reviews and sign-offs; they stand in the registry under Compliance."
)


@dataclass(frozen=True, slots=True)
class Brief:
    """The first page."""

    name: str
    summary: str
    edition: str
    stage: str
    tier: str
    lines: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, ...], ...]
    more_metrics: str
    silent: str
    terms: tuple[str, ...]


def brief_of(facts: CardFacts, card: Card, objective: str | None) -> Brief:
    """The first page of a composed card; `objective` is the problem in a few plain words."""
    what = facts.identity
    more = len(facts.metrics) - MOST_METRICS
    return Brief(
        name=line(what.name) or what.key,
        summary=cell(line(what.summary)),
        edition=facts.edition.name,
        stage=cell(chosen(what.stage.value)),
        tier=f"{chosen(facts.tier.value)} risk" if facts.tier else "Risk not classified",
        lines=(
            ("Accountable owner", _owner(facts)),
            ("Unit", cell(line(facts.ownership.unit))),
            ("Objective", cell(objective)),
            ("Part in decisions", cell(part_in_decisions(facts.use.autonomy))),
            ("Personal data", personal_data_said(facts)),
            *((("Success metrics", "no success metric is defined"),) if not facts.metrics else ()),
            *_looked_at(facts),
            ("Completeness", _completeness(facts, card)),
        ),
        metrics=tuple(metric_row(metric) for metric in facts.metrics[:MOST_METRICS]),
        more_metrics=f"{counted(more, 'more metric')} in section 3." if more > 0 else "",
        silent=_silent(facts),
        terms=TERMS,
    )


def _silent(facts: CardFacts) -> str:
    if facts.edition.number:
        return _FROZEN if facts.assurance is None else ""
    return _DRAFT


def _looked_at(facts: CardFacts) -> Iterator[tuple[str, str]]:
    if (review := verdict_said(facts)) is not None:
        yield "Review", review
    if (signed := signed_said(facts)) is not None:
        yield "Sign-off", signed


def _owner(facts: CardFacts) -> str:
    owner = facts.ownership.owner
    if owner is None:
        return NOT_STATED
    said = f"accepted {day_of(owner.accepted_at)}" if owner.is_confirmed else "to be confirmed"
    return f"{cell(line(owner.name))}, {cell(line(owner.email))} ({said})"


def _completeness(facts: CardFacts, card: Card) -> str:
    held = sum(criterion.holds for criterion in facts.criteria)
    return (
        f"{card.stated:,} of {counted(card.asked, 'required field')} stated; "
        f"{held:,} of {counted(len(facts.criteria), 'criterion', 'criteria')} of rule pack {pack_said(facts)} hold"
    )
