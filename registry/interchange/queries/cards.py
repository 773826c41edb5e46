"""A model card read from the bytes of a file: recognised, held to its limits, and taken apart by the rules."""

import re
from collections.abc import Mapping
from typing import Any, Final

from registry.interchange.rules.cards.cyclonedx import from_cyclonedx, is_cyclonedx
from registry.interchange.rules.cards.hugging_face import from_hugging_face
from registry.interchange.rules.cards.model_config import from_config, is_config
from registry.interchange.rules.cards.shapes import MOST_BYTES, CardDraft, CardRefused
from registry.interchange.rules.cards.toolkit import from_toolkit, is_toolkit
from registry.interchange.rules.cards.values import parsed_json
from registry.interchange.rules.texts import tidy
from registry.kernel.text import shortened
from registry.store.sheets.shapes import Limits, SheetRefused
from registry.store.sheets.yaml_texts import parsed

_LIMITS: Final = Limits(
    columns=200, document_values=20_000, yaml_bytes=MOST_BYTES, cell_characters=MOST_BYTES
)
_RULE: Final = re.compile(r"---[ \t]*")
_MOST_HEADER_LINES: Final = 5_000
_LONGEST_NAME: Final = 200


def read_card(content: bytes, file_name: str, config: bytes | None = None) -> CardDraft:
    """The draft that a file becomes: a Hugging Face card, a Model Card Toolkit card or a CycloneDX ML-BOM.

    Beside a Hugging Face card `config` may be the config.json of its repository, which becomes a draft by itself as well.

    Raises CardRefused, which says why, for a file that is too large, no text, of none of these kinds, or not to be
    read within the limits. Nothing is stored.
    """
    text, file_name = _text(content), shortened(tidy(file_name), _LONGEST_NAME)
    if not text.strip():
        raise CardRefused("The file is empty. Choose the file that holds the card.")
    beside = _config(config) if config is not None else None
    if not text.lstrip().startswith("{"):
        header, body = _told_apart(text)
        return from_hugging_face(header, body, file_name, beside)
    if beside is not None:
        raise CardRefused(
            "A configuration stands beside a card in Markdown. Choose the README.md, or leave it out."
        )
    document = parsed_json(text)
    if is_cyclonedx(document):
        return from_cyclonedx(document, file_name)
    if is_toolkit(document):
        return from_toolkit(document, file_name)
    if is_config(document):
        return from_config(document, file_name)
    raise CardRefused(
        "The JSON is neither a Model Card Toolkit card (model_details) nor a CycloneDX bill of materials (bomFormat) nor the "
        "configuration of a model (model_type)."
    )


def _config(content: bytes) -> Mapping[str, Any]:
    document = parsed_json(_text(content))
    if not is_config(document):
        raise CardRefused(
            "The second file is no config.json of a model: it names neither model_type nor architectures."
        )
    found: Mapping[str, Any] = document
    return found


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise CardRefused(
            f"A card of up to {MOST_BYTES // 1024} kB is read; this file is larger. Take its pictures out and try again."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CardRefused("The file is no text in UTF-8. Save it as UTF-8 and try again.") from None
    if "\0" in text:
        raise CardRefused("The file holds signs that are no text. Choose the card itself.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _told_apart(text: str) -> tuple[Any, str]:
    """The header between two lines of "---" at the very beginning, parsed, and the text below it."""
    lines = text.lstrip("\n").split("\n")
    if not _RULE.fullmatch(lines[0]):
        return None, text
    end = next((at for at, line in enumerate(lines[1:], start=1) if _RULE.fullmatch(line)), 0)
    if not end:
        return None, text
    if end > _MOST_HEADER_LINES:
        raise CardRefused(f"The header has more than {_MOST_HEADER_LINES:,} lines. Shorten it.")
    body = "\n".join(lines[end + 1 :])
    try:
        return parsed("\n".join(lines[1:end]), _LIMITS), body
    except SheetRefused as refused:
        if "{{" in text:
            raise CardRefused(
                "This is a template that nobody has filled in. Fill it in and try again."
            ) from None
        raise CardRefused(f"The header cannot be read. {refused.says}") from None
