"""The card as JSON of Google's Model Card Toolkit, schema 0.0.2, in which every value is text."""

from datetime import UTC
from typing import Any, Final

from registry.cards.render.exports.documents import address, as_bytes, filled
from registry.cards.render.exports.measured import at_risk, digits, measured
from registry.cards.render.exports.stated import text
from registry.cards.rules.canonical import content_hash
from registry.cards.rules.facts import CardFacts, Source
from registry.cards.rules.words import cell, line
from registry.data_sources.rules.sources import Stated

CARRIES: Final = frozenset(
    {"0.1a", "0.1b", "1.1a", "1.2a", "1.2b", "1.3b", "4.1a", "4.1b", "4.1c", "4.2", "6.4f", "8.5", "10.1b"}
)
IN_PART: Final = frozenset(
    {"1.1b", "2.1", "6.1", "6.2", "6.3", "6.4", "8.1", "8.2", "8.3a", "9.1", "9.1f", "15.1"}
)


def to_toolkit(facts: CardFacts) -> bytes:
    """What the toolkit has a place for. Values are of the newest windows; the citation names the card and its hash."""
    return as_bytes(
        {
            "schema_version": "0.0.2",
            **filled(
                model_details=_details(facts),
                model_parameters=filled(
                    model_architecture=line(facts.identity.technique),
                    data=[_dataset(each) for each in facts.sources],
                ),
                quantitative_analysis=filled(performance_metrics=_metrics(facts)),
                considerations=_considerations(facts),
            ),
        }
    )


def _details(facts: CardFacts) -> dict[str, Any]:
    what, owner = facts.identity, facts.ownership.owner
    return filled(
        name=cell(line(what.name), what.key),
        overview=line(what.summary),
        documentation=text(what.description),
        owners=[filled(name=line(owner.name), contact=line(owner.email))] if owner else [],
        version=_version(facts),
        references=[{"reference": url} for link in what.links if (url := address(link.url))],
        citations=[{"citation": _citation(facts)}],
    )


def _version(facts: CardFacts) -> dict[str, Any]:
    """The version most of the use goes to; the toolkit knows one only."""
    if not facts.versions:
        return {}
    most = max(facts.versions, key=lambda each: each.share)
    return filled(
        name=line(most.label),
        date=most.since.astimezone(UTC).date().isoformat(),
        diff=text(most.changed),
    )


def _citation(facts: CardFacts) -> str:
    what, edition = facts.identity, facts.edition
    return (
        f"{what.key} {cell(line(what.name), '')}".strip()
        + f". AI system card, edition {edition.number}, {edition.name}. SHA-256 of card.json: {content_hash(facts)}"
    )


def _dataset(source: Source) -> dict[str, Any]:
    told = [f"{use.purpose.said}" for use in source.uses]
    sensitive = [
        says
        for says, answer in (
            ("Personal data", source.personal_data),
            ("Special categories of personal data", source.special_category),
        )
        if answer is Stated.YES
    ]
    return filled(
        name=f"{source.key} {cell(line(source.name), '')}".strip(),
        description="\n\n".join(filter(None, (text(source.description), *told))),
        sensitive=filled(sensitive_data=sensitive),
    )


def _metrics(facts: CardFacts) -> list[dict[str, Any]]:
    return [
        filled(
            type=each.kind,
            value=digits(each.value),
            slice=each.slice,
            confidence_interval=filled(lower_bound=digits(each.low), upper_bound=digits(each.high)),
        )
        for each in measured(facts)
    ]


def _considerations(facts: CardFacts) -> dict[str, Any]:
    use = facts.use
    outside = text(use.out_of_scope)
    affected, watched = text(use.affected_people), text(use.oversight_plan)
    ethical = filled(
        name=f"People affected: {affected}" if affected else "Human oversight" if watched else "",
        mitigation_strategy=watched,
    )
    return filled(
        users=_described(text(use.users)),
        use_cases=_described(text(use.intended)),
        limitations=[
            *_described(text(use.known_limitations)),
            *_described(f"Out of scope: {outside}" if outside else ""),
        ],
        ethical_considerations=[
            *([ethical] if ethical else []),
            *({"name": f"{each.group}. {each.says}"} for each in at_risk(facts)),
        ],
    )


def _described(found: str) -> list[dict[str, str]]:
    return [{"description": found}] if found else []
