"""card.cdx.json: the card as a CycloneDX 1.6 bill of materials with a model card (ML-BOM)."""

import re
import uuid
from typing import Any, Final

from registry.cards.render.exports.documents import address, as_bytes, filled
from registry.cards.render.exports.measured import at_risk, digits, measured
from registry.cards.render.exports.stated import everything_stated, text
from registry.cards.rules.canonical import content_hash
from registry.cards.rules.facts import CardFacts, Source
from registry.cards.rules.words import cell, line
from registry.data_sources.rules.sources import Purpose, Stated
from registry.kernel.clock import written
from registry.systems.rules.record import Link

MEDIA_TYPE: Final = "application/vnd.cyclonedx+json; version=1.6"

OURS: Final = "ai-registry:"
"""Begins the name of every property that the standard has no place of its own for."""

USED_FOR: Final = "used-for"
"""Names the property of a source of data that says what it is used for; the standard tells no uses apart."""

# What the standard has a place for, and holds there whole.
_IN_PLACE: Final = frozenset({"1.1a", "1.2a", "1.3b", "2.5a", "4.1a", "4.1b", "8.5", "15.1"})
_LEARNING: Final = frozenset({Purpose.TRAINING, Purpose.VALIDATION, Purpose.TEST})
_SENSITIVE: Final = (
    ("personal_data", "Personal data"),
    ("special_category", "Special categories of personal data"),
)
_SERIALS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:ai-registry:card")
_LONGEST_VERSION: Final = 1024


def to_cyclonedx(facts: CardFacts) -> bytes:
    """The whole card as CycloneDX JSON.

    The serial number follows from the hash of card.json and the time stamp is that of the record, so that the same
    facts are the same bytes. Fields without a place in the standard are properties that begin with `ai-registry:`.
    """
    # A source stands once, however often it is used.
    sources = {source.key: source for source in facts.sources}
    key, sha256 = facts.identity.key, content_hash(facts)
    return as_bytes(
        {
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{uuid.uuid5(_SERIALS, sha256)}",
            "version": 1,
            "metadata": {
                "timestamp": written(facts.origin.at),
                "tools": {"components": [{"type": "application", "name": "AI Registry"}]},
                "properties": [_property("card-sha256", sha256)],
            },
            "components": [_system(facts), *(_data(each) for each in sources.values())],
            "dependencies": [
                {"ref": key, "dependsOn": [each for each in sources if each != key]},
                *({"ref": each} for each in sources if each != key),
            ],
        }
    )


def _system(facts: CardFacts) -> dict[str, Any]:
    what, supplier = facts.identity, line(facts.ownership.supplier.name)
    return filled(
        **{"bom-ref": what.key},
        type="machine-learning-model",
        name=cell(line(what.name), what.key),
        version=", ".join(filter(None, (line(each.label) for each in facts.versions)))[:_LONGEST_VERSION],
        description=line(what.summary),
        supplier=filled(name=supplier),
        externalReferences=[found for link in what.links if (found := _reference(link))],
        modelCard=filled(
            modelParameters=filled(architectureFamily=line(what.technique), datasets=_datasets(facts)),
            quantitativeAnalysis=filled(performanceMetrics=_metrics(facts)),
            considerations=_considerations(facts),
        ),
        properties=_properties(facts),
    )


def _datasets(facts: CardFacts) -> list[dict[str, str]]:
    learning = {
        source.key: source for source in facts.sources if any(use.purpose in _LEARNING for use in source.uses)
    }
    return [{"ref": key} for key in learning]


def _metrics(facts: CardFacts) -> list[dict[str, Any]]:
    return [
        filled(
            type=each.kind,
            value=digits(each.value),
            slice=each.slice,
            confidenceInterval=filled(lowerBound=digits(each.low), upperBound=digits(each.high)),
        )
        for each in measured(facts)
    ]


def _considerations(facts: CardFacts) -> dict[str, Any]:
    use = facts.use
    return filled(
        users=_listed(use.users),
        useCases=_listed(use.intended),
        technicalLimitations=_listed(use.known_limitations),
        fairnessAssessments=[{"groupAtRisk": each.group, "harms": each.says} for each in at_risk(facts)],
    )


def _listed(typed: str) -> list[str]:
    found = text(typed)
    return [found] if found else []


def _properties(facts: CardFacts) -> list[dict[str, str]]:
    named = [
        _property(f"{each.number}:{_worded(each.label)}", f"{each.of}: {each.says}" if each.of else each.says)
        for each in everything_stated(facts)
        if each.number not in _IN_PLACE
    ]
    # An address that is none cannot be a reference; it is still what somebody stated.
    stray = [link for link in facts.identity.links if _reference(link) is None]
    return [
        *named,
        *(_property("link", f"{cell(line(each.label))}: {cell(line(each.url))}") for each in stray),
    ]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"{OURS}{name}", "value": value}


def _worded(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower().replace("'", "")).strip("-")


def _reference(link: Link) -> dict[str, str] | None:
    url = address(link.url)
    if url is None:
        return None
    label = line(link.label) or ""
    is_code = "source code" in label.casefold() or "repository" in label.casefold()
    return filled(url=url, type="vcs" if is_code else "other", comment=label)


def _data(source: Source) -> dict[str, Any]:
    level = source.classification
    return filled(
        **{"bom-ref": source.key},
        type="data",
        name=cell(line(source.name), source.key),
        version=str(source.revision),
        description=text(source.description),
        data=[
            filled(
                type="dataset",
                name=line(source.name),
                contents=filled(
                    properties=[
                        _property(USED_FOR, purpose)
                        for purpose in sorted({use.purpose for use in source.uses})
                    ]
                ),
                classification=level.value if level else None,
                sensitiveData=[says for name, says in _SENSITIVE if getattr(source, name) is Stated.YES],
                governance=filled(
                    custodians=_party(source.custodian),
                    stewards=_party(source.steward),
                    owners=_party(source.owner),
                ),
            )
        ],
    )


def _party(name: str) -> list[dict[str, Any]]:
    found = line(name)
    return [{"contact": {"name": found}}] if found else []
