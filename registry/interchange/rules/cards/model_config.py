"""The config.json of a model's repository, as the transformers library writes it: of how a model is built, what a record states."""

from collections.abc import Mapping
from typing import Any, Final

from registry.interchange.rules.cards.shapes import CardDraft
from registry.interchange.rules.cards.taking import Taking
from registry.interchange.rules.cards.values import Reader

PLACE: Final = "config.json"
_MOST_LABELS: Final = 50
_SIZES: Final = {
    "max_position_embeddings": "Longest input, in tokens",
    "n_positions": "Longest input, in tokens",
    "vocab_size": "Words it knows",
    "num_hidden_layers": "Layers",
    "n_layer": "Layers",
    "hidden_size": "Width of a layer",
    "n_embd": "Width of a layer",
    "image_size": "Edge of an image, in pixels",
}


def is_config(document: Any) -> bool:
    """Whether it is such a file: it names the kind of model or the classes that run it."""
    return isinstance(document, Mapping) and bool({"model_type", "architectures"} & document.keys())


def from_config(document: Mapping[str, Any], file_name: str) -> CardDraft:
    """The draft of a system of which there is nothing but this: its name and what it does are for a person to say."""
    taking = Taking("configuration of a model", file_name)
    take_config(taking, document, "")
    return taking.draft()


def take_config(taking: Taking, document: Mapping[str, Any], place: str = PLACE) -> None:
    """Take what a record states: technique, task, classes, what it was made from, how large it is and how it is stored.

    The rest, dozens of settings of how it was trained and is run, is told in one line.
    """
    config = Reader(taking, document, place)
    for at, name in config.texts("architectures"):
        taking.to_field(at, "technique", name)
    taking.to_field(config.at("model_type"), "technique", config.text("model_type"))
    for name in ("problem_type", "finetuning_task"):
        taking.to_note(config.at(name), "Task", config.text(name).replace("_", " "))
    taking.to_note(config.at("_name_or_path"), "Model it was made from", config.text("_name_or_path"))
    _labels(taking, config)
    for name, said in _SIZES.items():
        if size := config.text(name):
            taking.to_note(config.at(name), "How large it is", f"{said}: {size}")
    _stored(taking, config)
    left = config.left()
    if left:
        says = f"{left:,} further settings of how it was trained and is run are not taken over."
        taking.to_nothing(place or PLACE, says)


def _labels(taking: Taking, config: Reader) -> None:
    found = config.raw("id2label")
    config.raw("label2id")
    if not isinstance(found, Mapping):
        return
    labels = [str(each) for each in found.values() if isinstance(each, str)]
    # What the library writes where nobody named them says only how many there are.
    if all(label == f"LABEL_{nth}" for nth, label in enumerate(labels)):
        told = f"{len(labels)}, without names"
    else:
        more = len(labels) - _MOST_LABELS
        told = ", ".join([*labels[:_MOST_LABELS], *([f"and {more:,} more"] if more > 0 else [])])
    if labels:
        taking.to_note(config.at("id2label"), "Classes it tells apart", told)


def _stored(taking: Taking, config: Reader) -> None:
    for name in ("dtype", "torch_dtype"):
        taking.to_note(config.at(name), "How its numbers are stored", config.text(name))
    quantised = config.inner("quantization_config")
    taking.to_note(quantised.at("quant_method"), "How its numbers are stored", quantised.text("quant_method"))
    quantised.left()
    version = config.text("transformers_version")
    taking.to_note(
        config.at("transformers_version"), "Software it is run with", version and f"transformers {version}"
    )
