"""A card of Google's Model Card Toolkit as the draft of a system. Versions 0.0.1 and 0.0.2 differ in kind and are told apart."""

from collections.abc import Mapping
from typing import Any, Final

from registry.data_sources.rules.sources import Purpose
from registry.interchange.rules.cards.shapes import CardDraft, CardRefused
from registry.interchange.rules.cards.taking import Taking
from registry.interchange.rules.cards.values import Reader
from registry.kernel.text import shortened

OLD, NEW = "0.0.1", "0.0.2"
PARTS: Final = frozenset({"model_details", "model_parameters", "quantitative_analysis", "considerations"})
_PICTURES: Final = "Pictures are not taken over. Attach them as evidence."
_OUT_OF_SCOPE: Final = "Out of scope: "
_AFFECTED: Final = "People affected: "
_PERSONAL: Final = "Personal data"
_OWNERS: Final = "Owners the card names; nobody here was asked"


def is_toolkit(document: Mapping[str, Any]) -> bool:
    """Whether a document is a card of this kind, by the parts it has."""
    return bool(PARTS & document.keys()) and "bomFormat" not in document


def version_of(document: Mapping[str, Any]) -> str:
    """The version a card is written in: the one it names, else the one its entries have the shape of.

    Raises CardRefused for a version that is neither of the two.
    """
    named = document.get("schema_version")
    if isinstance(named, str) and named.strip():
        if named.strip() not in {OLD, NEW}:
            raise CardRefused(
                f"Cards of the Model Card Toolkit are read in versions {OLD} and {NEW}; this one names "
                f"“{shortened(named, 20)}”."
            )
        return named.strip()
    return OLD if _looks_old(document) else NEW


def _looks_old(document: Mapping[str, Any]) -> bool:
    details, parameters = document.get("model_details"), document.get("model_parameters")
    by_licence = isinstance(details, Mapping) and isinstance(details.get("license"), str)
    by_data = isinstance(parameters, Mapping) and isinstance(parameters.get("data"), Mapping)
    return by_licence or by_data


def from_toolkit(document: Mapping[str, Any], file_name: str) -> CardDraft:
    """The draft a card becomes. Raises CardRefused for an unknown version."""
    version = version_of(document)
    taking = Taking(f"Model Card Toolkit card {version}", file_name)
    card = Reader(taking, document, "")
    card.raw("schema_version")
    name = _details(taking, card.inner("model_details"), version)
    _parameters(taking, card.inner("model_parameters"), version, name)
    _analysis(taking, card.inner("quantitative_analysis"))
    _considerations(taking, card.inner("considerations"), version)
    card.rest()
    return taking.draft()


def _details(taking: Taking, details: Reader, version: str) -> str:
    name = details.text("name")
    taking.to_field(details.at("name"), "name", name)
    taking.to_field(details.at("overview"), "description", details.text("overview"))
    if version == NEW:
        taking.to_field(details.at("documentation"), "description", details.text("documentation"))
    for owner in details.objects("owners"):
        named = ", ".join(filter(None, (owner.text("name"), owner.text("contact"))))
        taking.to_note(owner.place, _OWNERS, named)
        owner.rest()
    written = details.inner("version")
    told = [written.text("name"), written.text("date"), written.text("diff")]
    taking.to_note(written.place, "Version the card is of", ", ".join(filter(None, told)))
    written.rest()
    if version == OLD:
        _old_references(taking, details)
    else:
        _new_references(taking, details)
    taking.to_note(details.at("path"), "Where the model lies", details.text("path") if version == NEW else "")
    details.rest()
    return name


def _old_references(taking: Taking, details: Reader) -> None:
    taking.to_note(details.at("license"), "Licence", details.text("license"))
    for place, url in details.texts("references"):
        taking.to_link(place, "Reference", url)
    taking.to_note(details.at("citation"), "How to cite it", details.text("citation"))


def _new_references(taking: Taking, details: Reader) -> None:
    for licence in details.objects("licenses"):
        taking.to_note(licence.place, "Licence", licence.text("identifier") or licence.text("custom_text"))
        licence.rest()
    for reference in details.objects("references"):
        taking.to_link(reference.place, "Reference", reference.text("reference"))
        reference.rest()
    for citation in details.objects("citations"):
        told = [citation.text("style"), citation.text("citation")]
        taking.to_note(citation.place, "How to cite it", ": ".join(filter(None, told)))
        citation.rest()


def _parameters(taking: Taking, parameters: Reader, version: str, name: str) -> None:
    architecture = parameters.text("model_architecture")
    taking.to_field(parameters.at("model_architecture"), "technique", architecture)
    if version == OLD:
        data = parameters.inner("data")
        for kind, purpose in (("train", Purpose.TRAINING), ("eval", Purpose.TEST)):
            _dataset(taking, data.inner(kind), purpose, name)
        data.rest()
    else:
        for dataset in parameters.objects("data"):
            _dataset(taking, dataset, None, name)
    for way, title in (("input", "Format of its inputs"), ("output", "Format of its outputs")):
        taking.to_note(parameters.at(f"{way}_format"), title, parameters.text(f"{way}_format"))
        for pair in parameters.objects(f"{way}_format_map"):
            told = [pair.text("key"), pair.text("value")]
            taking.to_note(pair.place, title, ": ".join(filter(None, told)))
            pair.rest()
    parameters.rest()


def _dataset(taking: Taking, dataset: Reader, purpose: Purpose | None, system: str) -> None:
    name, link, description = dataset.text("name"), dataset.text("link"), dataset.text("description")
    sensitive = _sensitive(taking, dataset)
    told = "\n\n".join(filter(None, (description, link, sensitive)))
    meant = purpose or purpose_said(f"{name} {description}")
    dataset.without("graphics", _PICTURES)
    dataset.rest()
    if purpose and not name and told:
        name = f"{purpose.said.partition(':')[0]} data"
    if name and meant:
        personal = True if _PERSONAL in sensitive else None
        taking.to_source(dataset.place, of_system(name, system), meant, told, is_personal=personal)
    else:
        taking.to_note(
            dataset.place, "Data of which the card does not say what it is for", f"{name}\n\n{told}"
        )


def of_system(name: str, system: str) -> str:
    """A name such as "Training set" says nothing in a catalogue everybody shares, so the system's name follows it."""
    return f"{name}: {system}" if system and system.casefold() not in name.casefold() else name


def purpose_said(text: str) -> Purpose | None:
    """What data are for, where their name or description says so; None where it says nothing, or two things."""
    words = text.casefold()
    found = {
        purpose
        for purpose, signs in (
            (Purpose.TRAINING, ("train", "fine-tun", "finetun")),
            (Purpose.VALIDATION, ("validation", "valid set")),
            (Purpose.TEST, ("eval", "test", "benchmark")),
            (Purpose.OPERATIONAL_INPUT, ("operational input",)),
        )
        if any(sign in words for sign in signs)
    }
    return found.pop() if len(found) == 1 else None


def _sensitive(taking: Taking, dataset: Reader) -> str:
    said = dataset.raw("sensitive")
    if isinstance(said, bool):
        return "The card says that it holds human or other sensitive data." if said else ""
    inner = Reader(taking, said, dataset.at("sensitive"))
    named = [each for _, each in inner.texts("sensitive_data")]
    inner.rest()
    return f"Sensitive, as the card says: {'; '.join(named)}." if named else ""


def _analysis(taking: Taking, analysis: Reader) -> None:
    for metric in analysis.objects("performance_metrics"):
        interval = metric.inner("confidence_interval")
        low, high = interval.text("lower_bound"), interval.text("upper_bound")
        interval.rest()
        threshold = metric.text("threshold")
        about = "; ".join(filter(None, (metric.text("slice"), f"threshold {threshold}" if threshold else "")))
        told = f"{low or '?'} to {high or '?'}" if low or high else ""
        taking.to_result(metric.place, metric.text("type"), metric.text("value"), about, told)
        metric.rest()
    analysis.without("graphics", _PICTURES)
    analysis.rest()


def _considerations(taking: Taking, considerations: Reader, version: str) -> None:
    for name, target in (
        ("users", "users"),
        ("use_cases", "intended_use"),
        ("limitations", "known_limitations"),
        ("tradeoffs", "known_limitations"),
    ):
        for place, text in _described(considerations, name, version):
            if name == "limitations" and text.startswith(_OUT_OF_SCOPE):
                taking.to_field(place, "out_of_scope", text.removeprefix(_OUT_OF_SCOPE))
            else:
                taking.to_field(place, target, f"Trade-off: {text}" if name == "tradeoffs" else text)
    for risk in considerations.objects("ethical_considerations"):
        name, strategy = risk.text("name"), risk.text("mitigation_strategy")
        risk.rest()
        if name.startswith(_AFFECTED):
            taking.to_field(risk.at("name"), "affected_people", name.removeprefix(_AFFECTED))
            taking.to_field(risk.at("mitigation_strategy"), "oversight_plan", strategy)
            continue
        told = [name, f"Mitigation: {strategy}" if strategy else ""]
        taking.to_note(risk.place, "Ethical considerations", "\n\n".join(filter(None, told)))
    considerations.rest()


def _described(considerations: Reader, name: str, version: str) -> list[tuple[str, str]]:
    if version == OLD:
        return list(considerations.texts(name))
    found = []
    for each in considerations.objects(name):
        if text := each.text("description"):
            found.append((each.place, text))
        each.rest()
    return found
