"""Readers of single cells: what a text says, or why it says nothing that can be used."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.annotations.rules.tags import NAME_LIMIT, names_in
from registry.interchange.rules.texts import folded, one_line, prose, tidy
from registry.kernel.text import shortened
from registry.systems.rules.record import Link, is_web_address

# Ways of saying nothing. The original stays among the source facts, since "none" and "not yet known" differ.
_NOTHING: Final = frozenset(
    {
        "",
        "n/a",
        "n.a",
        "n\\a",
        "na",
        "none",
        "nil",
        "null",
        "not applicable",
        "not stated",
        "not specified",
        "-",
    }
    | {
        "--",
        "?",
        "unknown",
        "tbd",
        "tba",
        "to be determined",
        "to be confirmed",
        "not available",
        "not provided",
    }
    | {"keine", "keine angabe", "k.a", "k. a", "unbekannt", "nicht bekannt", "nicht zutreffend", "entfällt"}
    | {"blank/not provided", "redacted", "[redacted]", "withheld", "#n/a", "nan"}
)
_WITHHELD: Final = frozenset({"redacted", "[redacted]", "(redacted)", "withheld", "[withheld]"})
_YES: Final = frozenset({"yes", "y", "true", "1", "ja", "oui"})
_NO: Final = frozenset({"no", "n", "false", "0", "nein", "non"})
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'|]+", re.IGNORECASE)
_OTHER_SCHEME: Final = re.compile(
    r"^\s*(?!https?:)(?:javascript|data|vbscript|file|ftp|blob|about)\s*:", re.IGNORECASE
)
_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z0-9-]{2,63}")
_LARGEST_COUNT: Final = 10_000_000_000
_LONGEST_ADDRESS: Final = 2_000
_NOT_APPLICABLE: Final = re.compile(
    r"\s*(?:n/?a|not applicable|none)\s*(?:$|[-\u2013\u2014.,;:(])", re.IGNORECASE
)
ANY_OTHER: Final = "*"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the value, whether it carries the cell's text word for word, and what has to be told."""

    value: Any
    whole: bool = True
    problem: str = ""


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or says in words that it states nothing: N/A, None, TBD, REDACTED."""
    return folded(text) in _NOTHING


def says_not_applicable(text: str) -> bool:
    """Whether a cell says that the question does not apply, and perhaps why: "N/A - never retired"."""
    return _NOT_APPLICABLE.match(text) is not None


def is_withheld(text: str) -> bool:
    """Whether the publisher has blacked the cell out."""
    return folded(text) in _WITHHELD


def read_line(text: str, limit: int) -> Reading:
    """One line of text, shortened at a word when it is longer than the limit."""
    line = one_line(tidy(text))
    return Reading(shortened(line, limit), whole=len(line) <= limit and line == text.strip())


def read_prose(text: str, limit: int) -> Reading:
    """A long text as Markdown that shows it as it stands."""
    plain = tidy(text)
    marked, complete = prose(plain, limit)
    return Reading(marked, whole=complete and plain == text.strip())


def read_word(text: str, words: Mapping[str, Any], falls_to: Any, called: str) -> Reading:
    """The value a table of wordings gives; an unknown wording is told and falls to the given value.

    A wording the table knows but gives no value for is understood and states nothing.
    """
    said = folded(text)
    if said in words:
        return Reading(words[said], whole=False)
    if ANY_OTHER in words:
        return Reading(words[ANY_OTHER], whole=False)
    kept = f"is recorded as {falls_to.replace('_', ' ')}" if falls_to else "is left open"
    return Reading(
        falls_to, whole=False, problem=f"This {called} is not known here, so it {kept}; the wording is kept."
    )


def read_yes_no(text: str) -> str:
    """One of "yes", "no" and "unknown"; of a longer answer its first word counts: "Yes - by the CAIO"."""
    first = re.split(r"[\s,.;:-]", folded(text), maxsplit=1)[0]
    return "yes" if first in _YES else "no" if first in _NO else "unknown"


def read_links(text: str, label: str) -> Reading:
    """Every http and https address in a cell as a link; other text is left to the source facts."""
    plain = tidy(re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE))
    if _OTHER_SCHEME.match(plain):
        return Reading(
            (), whole=False, problem="Only http and https addresses become links; the text is kept."
        )
    found = [address.rstrip(".,;:!?)]}\u2019\u201d") for address in _ADDRESS.findall(plain)]
    good = [address for address in dict.fromkeys(found) if is_web_address(_lower_scheme(address))]
    too_long = any(len(address) > _LONGEST_ADDRESS for address in good)
    links = tuple(Link(label, _lower_scheme(address)) for address in good if len(address) <= _LONGEST_ADDRESS)
    problem = "An address is longer than 2,000 characters and is kept as text only." if too_long else ""
    if len(good) < len(set(found)):
        problem = "This is not a complete web address; it is kept as text only."
    return Reading(links, whole=[link.url for link in links] == [text.strip()], problem=problem)


def _lower_scheme(address: str) -> str:
    scheme, mark, rest = address.partition("://")
    return scheme.lower() + mark + rest


def read_items(text: str) -> tuple[str, ...]:
    """The items of a list: a JSON array such as ["Vision","Text"], or text parted by semicolons, bars or line ends."""
    plain = tidy(text)
    if plain.startswith("[") and plain.endswith("]"):
        try:
            parsed = json.loads(plain)
        except (ValueError, RecursionError):
            parsed = None
        if isinstance(parsed, list) and all(isinstance(item, str) for item in parsed):
            return _distinct(parsed)
    return _distinct(re.split(r"[;|\n]", plain))


def _distinct(items: list[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for item in items:
        if not says_nothing(item):
            found.setdefault(folded(item), one_line(item))
    return tuple(found.values())


def read_list_line(text: str, limit: int) -> Reading:
    """A list on one line: ["Vision","Text"] becomes Vision, Text; other text stays as it is."""
    if tidy(text).startswith("["):
        return Reading(shortened(", ".join(read_items(text)), limit), whole=False)
    return read_line(text, limit)


def read_tags(text: str, words: Mapping[str, Any] | None, limit: int) -> Reading:
    """Short labels; with a table of wordings those it gives, else the cell's items, with semicolons or commas between.

    An item longer than the limit is a list with commas only where each of its parts is as short as a tag; any other
    is a sentence, and told.
    """
    if words is None:
        parted = [_labels(item, limit) for item in read_items(text)]
        tags = tuple(tidy(label) for labels in parted for label in labels)
        problem = "" if all(parted) else "A text too long for a tag makes none; it is kept as it stands."
        return Reading(tags, whole=len(tags) == 1 and tags[0] == text.strip(), problem=problem)
    if folded(text) not in words and ANY_OTHER not in words:
        return Reading((), whole=False, problem="This wording is not known here; it is kept as it stands.")
    given = words.get(folded(text), words.get(ANY_OTHER))
    tags = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    return Reading(tags, whole=False)


def _labels(item: str, limit: int) -> tuple[str, ...]:
    """The labels in one item; none in a sentence."""
    if len(item) <= limit:
        return (item,)
    parts = names_in(item)
    return parts if all(len(part) <= NAME_LIMIT for part in parts) else ()


def read_count(text: str) -> Reading:
    """A whole number from 0 to ten billion, with or without thousands marks."""
    digits = re.sub(r"(?<=\d)[,\s'\u2019](?=\d{3}\b)", "", tidy(text))
    if re.fullmatch(r"\d{1,11}(?:\.0+)?", digits) and int(digits.partition(".")[0]) <= _LARGEST_COUNT:
        return Reading(int(digits.partition(".")[0]), whole=digits == text.strip())
    return Reading(None, whole=False, problem="This is not a whole number; the text is kept.")


def read_email(text: str) -> Reading:
    """One e-mail address, alone or inside other text."""
    found = _EMAIL.findall(tidy(text))
    if len(found) != 1:
        reason = "This is not one e-mail address" if not found else "More than one e-mail address is given"
        return Reading("", whole=False, problem=f"{reason}, so no person is taken from it; the text is kept.")
    return Reading(found[0].lower(), whole=found[0].lower() == text.strip())
