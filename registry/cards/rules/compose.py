"""compose(): the card's sections in their fixed order, with what is missing and how complete it is."""

from registry.cards.rules import assurance, control, proven, reviewed
from registry.cards.rules.canonical import content_hash
from registry.cards.rules.classification import classification
from registry.cards.rules.data import data
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.fairness import fairness
from registry.cards.rules.incidents import incidents
from registry.cards.rules.objective import objective
from registry.cards.rules.shapes import Card, Field, Missing, Section
from registry.cards.rules.subject import identity, intended_use, ownership
from registry.systems.rules.record import Tier

_NOT_HIGH = frozenset({Tier.MINIMAL, Tier.LIMITED})


def compose(facts: CardFacts, sha256: str = "") -> Card:
    """The whole card: sections 0 to 15, all of them always, in that order (standards paper, section 1k).

    A field that must be filled in for high risk is asked until the system is classified lower: a card does not
    become complete by leaving the risk open. `sha256` is the hash of the bytes they are kept as, where they are.
    """
    high = facts.tier not in _NOT_HIGH
    sections = (
        identity(facts),
        ownership(facts),
        objective(facts),
        intended_use(facts),
        classification(facts, high=high),
        data(facts, high=high),
        assurance.design(facts),
        assurance.performance(facts, high=high),
        fairness(facts, high=high),
        assurance.oversight(facts, high=high),
        assurance.risk(facts),
        assurance.monitoring(facts, high=high),
        incidents(facts),
        reviewed.compliance(facts, proven.evidence(facts)),
        control.references(facts),
    )
    sha256 = sha256 or content_hash(facts)
    missing = tuple(found for section in sections for found in _missing_in(section))
    first = control.control(facts, sections, sha256)
    return Card((first, *sections), sha256, missing)


def _missing_in(section: Section) -> list[Missing]:
    found = [_missing(field, "") for field in section.fields if _is_missing(field)]
    for group in section.groups:
        found += [_missing(field, group.title) for field in group.fields if _is_missing(field)]
    return found


def _is_missing(field: Field) -> bool:
    return field.counts and not field.is_stated


def _missing(field: Field, of: str) -> Missing:
    return Missing(field.number, field.label, of)
