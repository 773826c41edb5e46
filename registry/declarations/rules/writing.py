"""A declaration as YAML: always the same bytes for the same statements, in the order people read them

Quoted wherever another reader might take a text for something else, so that no tool in between changes its meaning.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from registry.declarations.rules.declared import FORM, Declared, Item
from registry.declarations.rules.fields import LISTS, PARTS, SYSTEM, Field, Listed, Spelled, Value, coded

# What YAML 1.1 or 1.2 reads as a text whatever stands around it.
_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w ,.;()/@'!?%+=-]*[\w).!?%'/+])?")
_OTHERWISE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# What a block of lines carries as it stands: no line ends but LF, nothing that a reader refuses or drops.
_BLOCK: Final = re.compile(
    "[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]+"
)
_SEPARATORS: Final = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\ufeff": "\\ufeff"}
_UNQUOTED: Final = frozenset({Spelled.COUNT, Spelled.NUMBER, Spelled.DAY})


def written(declared: Declared) -> str:
    """The document, ending with a line end. What states nothing is left out."""
    lines = [f"registry: {FORM}", f"id: {_scalar(declared.id)}"]
    lines += [f"key: {_scalar(declared.key)}"] if declared.key else []
    lines += [f"owner: {_scalar(declared.owner)}"] if declared.owner else []
    lines += _fields(SYSTEM, declared.values, "", "")
    for part, fields in PARTS.items():
        inner = list(_fields(fields, declared.values, f"{part}.", "  "))
        lines += [f"{part}:", *inner] if inner else []
    for kind, what in LISTS.items():
        things = [_thing(each, what) for each in declared.items.get(kind, ())]
        lines += [f"{kind}:", *(line for each in things for line in each)] if things else []
    return "\n".join(lines) + "\n"


def joined(texts: Sequence[str]) -> str:
    """Several documents as one text."""
    return "---\n".join(texts)


def _thing(thing: Item, what: Listed) -> list[str]:
    """The lines of one of a list: the first behind a hyphen."""
    if what.is_plain:
        return [f"  - {_scalar(str(thing[what.named_by[0].name]))}"]
    first, *rest = _fields((*what.named_by, *what.fields), thing, "", "    ")
    return [f"  - {first.lstrip()}", *rest]


def _fields(fields: Sequence[Field], values: Any, prefix: str, indent: str) -> Iterator[str]:
    for each in fields:
        value = values.get(prefix + each.name, each.empty)
        if value != each.empty:
            yield from _lines(each, value, indent)


def _lines(what: Field, value: Value, indent: str) -> Iterator[str]:
    if isinstance(value, tuple):
        yield f"{indent}{what.name}:"
        for each in value:
            if isinstance(each, tuple):
                yield f"{indent}  - label: {_scalar(each[0])}"
                yield f"{indent}    url: {_scalar(each[1])}"
            else:
                yield f"{indent}  - {_scalar(each)}"
    elif what.spelled in _UNQUOTED:
        yield f"{indent}{what.name}: {coded(value)}"
    elif what.spelled is Spelled.TEXT and "\n" in str(value) and _BLOCK.fullmatch(str(value)):
        yield f"{indent}{what.name}: |-"
        yield from (f"{indent}  {line}" if line else "" for line in str(value).split("\n"))
    else:
        yield f"{indent}{what.name}: {_scalar(str(value))}"


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in _OTHERWISE:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    for mark, spelled in _SEPARATORS.items():
        quoted = quoted.replace(mark, spelled)
    return quoted
