"""A machine-learning bill of materials (CycloneDX 1.5 or 1.6) as the draft of a system."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry.data_sources.rules.sources import Purpose
from registry.interchange.rules.cards.shapes import CardDraft, CardRefused
from registry.interchange.rules.cards.taking import Taking
from registry.interchange.rules.cards.toolkit import of_system, purpose_said
from registry.interchange.rules.cards.values import Reader
from registry.kernel.text import listed, shortened

VERSIONS: Final = ("1.5", "1.6")
_MODEL: Final = "machine-learning-model"
_OURS: Final = "ai-registry:"
_USED_FOR: Final = "ai-registry:used-for"
_PICTURES: Final = "Pictures are not taken over. Attach them as evidence."
_NOT_A_RECORD: Final = (
    "It describes the file or the software around the model, and no part of a system's record."
)
_OF_THE_FILE: Final = (
    *("$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "dependencies"),
    *("services", "compositions", "vulnerabilities", "annotations", "formulation", "declarations"),
    *("definitions", "signature", "externalReferences", "properties"),
)
_OF_THE_SOFTWARE: Final = (
    *("bom-ref", "type", "mime-type", "scope", "hashes", "copyright", "cpe", "purl", "omniborId", "swhid"),
    *("swid", "modified", "pedigree", "components", "evidence", "releaseNotes", "signature"),
)
# What a card of this registry puts into properties, by the number of its field, and the field it came from.
_KNOWN: Final = {
    "1.2b": "description",
    "1.3c": "modality",
    "1.5a": "deployed_where",
    "1.5b": "regions",
    "2.4": "legal_roles",
    "2.5b": "vendor_contract",
    "3.1a": "problem",
    "3.1b": "decision_changed",
    "3.1c": "who_acts",
    "3.3a": "done_today",
    "3.3b": "todays_result",
    "3.3c": "why_ai",
    "3.4": "stop_condition",
    "4.1c": "affected_people",
    "4.2": "out_of_scope",
    "10.1b": "oversight_plan",
}
_NUMBERED: Final = re.compile(r"ai-registry:([0-9]{1,2}\.[0-9a-z]{1,3}):")
_STALE: Final = "It was true of the system the card was made of, and is not carried to another."


def is_cyclonedx(document: Mapping[str, Any]) -> bool:
    """Whether a document says it is CycloneDX."""
    return document.get("bomFormat") == "CycloneDX" or "specVersion" in document


def from_cyclonedx(document: Mapping[str, Any], file_name: str) -> CardDraft:
    """The draft that the one model of the file becomes. Raises CardRefused for other versions, no model, or several."""
    version = document.get("specVersion")
    if version not in VERSIONS:
        named = shortened(version, 20) if isinstance(version, str) and version else "none"
        raise CardRefused(f"CycloneDX is read in versions {listed(VERSIONS)}; this file names {named}.")
    components = list(_components(document))
    models = [each for each in components if each.get("type") == _MODEL]
    if not models:
        raise CardRefused(
            "The file names no component of type machine-learning-model, so there is no card in it."
        )
    if len(models) > 1:
        names = [shortened(str(each.get("name", "one without a name")), 60) for each in models[:5]]
        raise CardRefused(
            f"The file describes {len(models)} models ({listed(names)}). Leave the one to be registered in it."
        )
    taking = Taking(f"CycloneDX {version} bill of materials", file_name)
    whole = Reader(taking, document, "")
    for name in _OF_THE_FILE:
        whole.raw(name)
    whole.raw("components")
    data = {str(each.get("bom-ref")): each for each in components if each.get("type") == "data"}
    _model(taking, Reader(taking, models[0], "component"), data)
    told = {line.place.rpartition(" (")[2].removesuffix(")") for line in taking.report}
    for ref, each in data.items():
        # What the model's card refers to is told there; data beside it are at least named.
        if ref not in told:
            taking.to_note(f"components ({ref})", "Data the file names besides", str(each.get("name") or ref))
    others = len(components) - 1 - len(data)
    if others:
        taking.to_nothing("components", f"{others:,} other components: {_NOT_A_RECORD}")
    whole.rest()
    return taking.draft()


def _components(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    metadata = document.get("metadata")
    first = metadata.get("component") if isinstance(metadata, Mapping) else None
    listed_ones = document.get("components")
    waiting = deque([first, *(listed_ones if isinstance(listed_ones, list) else ())])
    while waiting:
        each = waiting.popleft()
        if isinstance(each, Mapping):
            yield each
            inner = each.get("components")
            waiting += inner if isinstance(inner, list) else ()


def _model(taking: Taking, model: Reader, data: Mapping[str, Any]) -> None:
    for name in _OF_THE_SOFTWARE:
        model.raw(name)
    named = "/".join(filter(None, (model.text("group"), model.text("name"))))
    taking.to_field(model.at("name"), "name", named)
    taking.to_field(model.at("description"), "description", model.text("description"))
    taking.to_note(model.at("version"), "Version the card is of", model.text("version"))
    supplier = model.inner("supplier")
    taking.to_field(supplier.at("name"), "vendor_name", supplier.text("name"))
    for name in ("publisher", "author"):
        taking.to_note(model.at(name), "Publisher and authors", model.text(name))
    for maker in (model.inner("manufacturer"), *model.objects("authors")):
        taking.to_note(maker.place, "Publisher and authors", maker.text("name"))
    for licence in model.objects("licenses"):
        _licence(taking, licence)
    for reference in model.objects("externalReferences"):
        label = reference.text("comment") or reference.text("type").replace("-", " ")
        taking.to_link(reference.place, label, reference.text("url"))
    for place, tag in model.texts("tags"):
        taking.to_note(place, "Tags the card carries", tag)
    ours = _properties(taking, model)
    _card(taking, model.inner("modelCard"), data, "" if ours else named)
    model.without("data", _NOT_A_RECORD)
    model.without("cryptoProperties", _NOT_A_RECORD)
    model.rest()


def _licence(taking: Taking, licence: Reader) -> None:
    inner = licence.inner("license")
    told = [inner.text("id") or inner.text("name"), inner.text("url"), licence.text("expression")]
    taking.to_note(licence.place, "Licence", " ".join(filter(None, told)))


def _properties(taking: Taking, holder: Reader) -> bool:
    """The properties of a component or card; whether any of them is this registry's own."""
    ours = False
    for each in holder.objects("properties"):
        name, value = each.text("name"), each.text("value")
        place = f"{each.place} ({name})"
        if not name.startswith(_OURS):
            taking.to_note(place, name or "Properties", value)
            continue
        ours = True
        number = _NUMBERED.match(name)
        if number and number[1] in _KNOWN:
            taking.to_field(place, _KNOWN[number[1]], value)
        else:
            taking.to_nothing(place, _STALE)
    return ours


def _card(taking: Taking, card: Reader, data: Mapping[str, Any], system: str) -> None:
    card.raw("bom-ref")
    parameters = card.inner("modelParameters")
    approach = parameters.inner("approach")
    taking.to_field(approach.at("type"), "technique", approach.text("type"))
    for name in ("architectureFamily", "modelArchitecture"):
        taking.to_field(parameters.at(name), "technique", parameters.text(name))
    taking.to_note(parameters.at("task"), "Task", parameters.text("task"))
    for dataset in parameters.objects("datasets"):
        _dataset(taking, dataset, data, system)
    for way, title in (("inputs", "Format of its inputs"), ("outputs", "Format of its outputs")):
        for each in parameters.objects(way):
            taking.to_note(each.place, title, each.text("format"))
            each.rest()
    parameters.rest()
    analysis = card.inner("quantitativeAnalysis")
    for metric in analysis.objects("performanceMetrics"):
        interval = metric.inner("confidenceInterval")
        low, high = interval.text("lowerBound"), interval.text("upperBound")
        told = f"{low or '?'} to {high or '?'}" if low or high else ""
        taking.to_result(metric.place, metric.text("type"), metric.text("value"), metric.text("slice"), told)
        metric.rest()
    analysis.without("graphics", _PICTURES)
    analysis.rest()
    _considerations(taking, card.inner("considerations"))
    _properties(taking, card)
    card.rest()


def _dataset(taking: Taking, dataset: Reader, data: Mapping[str, Any], system: str) -> None:
    ref = dataset.text("ref")
    component = data.get(ref)
    inner = component.get("data") if isinstance(component, Mapping) else None
    if isinstance(component, Mapping) and isinstance(inner, list) and inner:
        place = f"{dataset.place} ({ref})"
        described = Reader(taking, inner[0], place)
        name = described.text("name") or str(component.get("name", ""))
        told = [str(component.get("description", ""))]
    elif ref:
        taking.to_note(dataset.place, "Data the card refers to", ref)
        return
    else:
        described, told, place = dataset, [], dataset.place
        name = described.text("name")
    contents = described.inner("contents")
    sensitive = [each for _, each in described.texts("sensitiveData")]
    level = described.text("classification")
    told += [
        described.text("description"),
        contents.text("url"),
        f"Classification the card gives: {level}." if level else "",
        f"Sensitive, as the card says: {'; '.join(sensitive)}." if sensitive else "",
    ]
    text = "\n\n".join(filter(None, told))
    purposes = _stated_uses(contents) or [purpose_said(f"{name} {text}")]
    personal = True if "Personal data" in sensitive else None
    described.without("graphics", _PICTURES)
    for known in ("bom-ref", "type", "governance"):
        described.raw(known)
    for purpose in purposes:
        if name and purpose:
            taking.to_source(place, of_system(name, system), purpose, text, is_personal=personal)
        else:
            taking.to_note(place, "Data of which the card does not say what it is for", f"{name}\n\n{text}")
    contents.without("attachment", "Attachments are not taken over.")
    described.rest()


def _stated_uses(contents: Reader) -> list[Purpose | None]:
    """What a card of this registry says data are used for."""
    named = {(each.text("name"), each.text("value")) for each in contents.objects("properties")}
    return [purpose for purpose in Purpose if (_USED_FOR, purpose.value) in named]


def _considerations(taking: Taking, considerations: Reader) -> None:
    for name, target, before in (
        ("users", "users", ""),
        ("useCases", "intended_use", ""),
        ("technicalLimitations", "known_limitations", ""),
        ("performanceTradeoffs", "known_limitations", "Trade-off: "),
    ):
        for place, text in considerations.texts(name):
            taking.to_field(place, target, f"{before}{text}" if text.strip() else "")
    for risk in considerations.objects("ethicalConsiderations"):
        _told(taking, risk, "Ethical considerations", (("name", ""), ("mitigationStrategy", "Mitigation")))
    for each in considerations.objects("fairnessAssessments"):
        entries = (("groupAtRisk", "Group at risk"), ("benefits", "Benefits"), ("harms", "Harms"))
        _told(taking, each, "Fairness", (*entries, ("mitigationStrategy", "Mitigation")))
    environment = considerations.raw("environmentalConsiderations")
    if environment:
        taking.to_nothing(
            considerations.at("environmentalConsiderations"), "The record has no place for energy yet."
        )
    considerations.rest()


def _told(taking: Taking, entry: Reader, title: str, names: tuple[tuple[str, str], ...]) -> None:
    told = [(said, text) for name, said in names if (text := entry.text(name))]
    taking.to_note(
        entry.place, title, "\n\n".join(f"{said}: {text}" if said else text for said, text in told)
    )
    entry.rest()
