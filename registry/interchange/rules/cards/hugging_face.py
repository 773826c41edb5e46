"""A card in Markdown, with or without the header that Hugging Face reads, as the draft of a system."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from registry.data_sources.rules.sources import Purpose
from registry.interchange.rules.cards.model_config import take_config
from registry.interchange.rules.cards.sections import Section, compared, plain_title, sections
from registry.interchange.rules.cards.shapes import CardDraft, CardRefused
from registry.interchange.rules.cards.taking import Taking
from registry.interchange.rules.cards.values import Reader

_HEADINGS: Final = {
    "description": "model description|model details|model summary|description|overview|about|introduction|summary",
    "intended_use": (
        "intended use|intended uses|uses|use|direct use|downstream use|primary intended uses|primary intended use|"
        "model use|evaluated use|use cases|intended uses limitations|intended uses and limitations"
    ),
    "users": "primary intended users|intended users|users|who can use it",
    "out_of_scope": (
        "out of scope use|out of scope uses|out of scope use cases|out of scope|misuse|prohibited uses|"
        "misuse malicious use and out of scope use"
    ),
    "known_limitations": (
        "limitations|known limitations|bias risks and limitations|limitations and bias|limitations and biases|bias|"
        "biases|risks|risks and limitations|performance and limitations|bias and fairness|recommendations|"
        "caveats and recommendations|ethical considerations|ethical considerations and limitations|"
        "technical limitations|tradeoffs|trade offs"
    ),
    "technique": "model type|model architecture|architecture|model architecture and objective",
}
_FIELD_OF: Final = {name: target for target, names in _HEADINGS.items() for name in names.split("|")}
# What was found is no limitation, though it may stand under one heading with them.
_OF_THEIR_OWN: Final = frozenset(
    {
        "performance",
        "results",
        "evaluation",
        "evaluation results",
        "metrics",
        "training data",
        "evaluation data",
        "data",
    }
)
_LONG: Final = 300
_OF_A_DATASET: Final = frozenset(
    {"task_categories", "size_categories", "annotations_creators", "dataset_info", "language_creators"}
)
_UNFILLED: Final = "{{"
_TEMPLATE: Final = "This is a template that nobody has filled in. Import the card once its places are filled."
_NOTED: Final = {
    "license": "Licence",
    "license_name": "Licence",
    "license_link": "Licence",
    "tags": "Tags the card carries",
    "library_name": "Software it is run with",
    "pipeline_tag": "Task",
    "base_model": "Model it was made from",
    "metrics": "Measures the card names",
}


def from_hugging_face(
    header: Any, body: str, file_name: str, config: Mapping[str, Any] | None = None
) -> CardDraft:
    """The draft a card becomes. `header` is its parsed header, None where it has none; `config` the configuration beside it.

    Raises CardRefused for a header that is no list of names with values, a template and the card of a data set.
    """
    if header is not None and not isinstance(header, Mapping):
        raise CardRefused(
            "The header between the two lines --- is not names with values. Put it right, or leave it out."
        )
    found = sections(body)
    title = next((each.title for each in found if each.level == 1 and each.title), "")
    if _UNFILLED in title or (_UNFILLED in body and not found[0].text):
        raise CardRefused(_TEMPLATE)
    entries = header or {}
    if title.casefold().startswith(("dataset card", "data card")) or _OF_A_DATASET & entries.keys():
        raise CardRefused(
            "This is the card of a data set and not of a model. Add it to the catalogue of data sources instead."
        )
    taking = Taking("model card in Markdown", file_name)
    _name(taking, entries, title, file_name)
    if header is not None:
        _header(taking, Reader(taking, entries, "header"))
    _body(taking, found)
    if config is not None:
        take_config(taking, config)
    return taking.draft()


def _name(taking: Taking, entries: Mapping[str, Any], title: str, file_name: str) -> None:
    said = entries.get("model_name")
    if isinstance(said, str) and said.strip():
        taking.to_field("header.model_name", "name", said)
    elif title:
        taking.to_field("title", "name", plain_title(title))
    elif named := _indexed_name(entries):
        taking.to_field("header.model-index.0.name", "name", named)
    else:
        stem = PurePosixPath(file_name.replace("\\", "/")).name.partition(".")[0]
        taking.to_field("name of the file", "name", re.sub(r"[_\s]+", " ", stem).strip())


def _indexed_name(entries: Mapping[str, Any]) -> str:
    index = entries.get("model-index")
    first = index[0] if isinstance(index, list) and index else None
    named = first.get("name") if isinstance(first, Mapping) else None
    return named if isinstance(named, str) else ""


def _header(taking: Taking, header: Reader) -> None:
    header.raw("model_name")
    for name, title in _NOTED.items():
        for place, text in _one_or_many(taking, header, name):
            if name == "license_link" and text.startswith("http"):
                taking.to_link(place, title, text)
            else:
                taking.to_note(place, title, text)
    for place, text in _one_or_many(taking, header, "language"):
        taking.to_field(place, "regions", text)
    for place, text in _one_or_many(taking, header, "datasets"):
        taking.to_source(place, text, Purpose.TRAINING)
    for model in header.objects("model-index"):
        model.raw("name")
        for result in model.objects("results"):
            _result(taking, result)
        model.rest()
    header.without("ai_registry", "It says which card of this registry the text was written from.")
    header.without("widget", "Examples for trying a model out are no part of a record.")
    header.rest()


def _one_or_many(taking: Taking, holder: Reader, name: str) -> list[tuple[str, str]]:
    """An entry that may be one text or a list of them."""
    value = holder.raw(name)
    if isinstance(value, str):
        return [(holder.at(name), value)]
    wrapped = Reader(taking, {name: value}, holder.place)
    return list(wrapped.texts(name))


def _result(taking: Taking, result: Reader) -> None:
    dataset, task = result.inner("dataset"), result.inner("task")
    about = [dataset.text(name) for name in ("name", "config", "split")]
    about = about if about[0] else [dataset.text("type"), *about[1:]]
    said_task = task.text("name") or task.text("type")
    if not about[0]:
        taking.to_nothing(
            result.place, "The result names no data it was measured on; Hugging Face drops such results too."
        )
        return
    for metric in result.objects("metrics"):
        kind = metric.text("name") or metric.text("type")
        value = metric.raw("value")
        if isinstance(value, str) and value.strip():
            taking.to_result(metric.place, kind, value, ", ".join(filter(None, (said_task, *about))))
        else:
            taking.to_nothing(metric.place, "The result has no value that is one number or text.")


def _body(taking: Taking, found: list[Section]) -> None:
    for section in found:
        if not section.text:
            continue
        target = _target(section)
        if section.level <= 1:
            taking.to_field(section.place, "description", section.text)
        elif target == "technique" and len(section.text) <= _LONG and "\n" not in section.text:
            taking.to_field(section.place, "technique", section.text)
        elif target is None or target == "technique":
            taking.to_note(section.place, section.title, section.text)
        else:
            under = "" if compared(section.title) in _FIELD_OF else f"**{section.title}**\n\n"
            taking.to_field(section.place, target, f"{under}{section.text}")


def _target(section: Section) -> str | None:
    """The field a section belongs to: by its own heading, else by the nearest one above that names a field."""
    title = compared(section.title)
    if title in _FIELD_OF or title in _OF_THEIR_OWN:
        return _FIELD_OF.get(title)
    inherited = next(
        (_FIELD_OF[name] for name in map(compared, reversed(section.above)) if name in _FIELD_OF), None
    )
    # What stands below the details of a model is a detail of its own, and better found under its own heading.
    return None if inherited in {"description", "technique"} else inherited
