"""A source's text made fit for a field: one line, a summary of whole sentences, Markdown that shows it as it stands."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from registry.kernel.prose import problems_with_prose
from registry.kernel.text import shortened

_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# "_x000D_" is a carriage return as spreadsheets escape it and some exporters leave it.
_LINE_END: Final = re.compile(r"(?:_x000D_|\r)\n|_x000D_|\r")
_SENTENCE_END: Final = re.compile(
    r"[.!?\u2026][\"'\u201d\u2019)\]]*(?=\s+[\"'\u201c\u2018(\[]?[A-Z0-9\u00c0-\u00de])"
)
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|e\.g|i\.e|U\.S|Dr|Mr|Mrs|Ms|No|vs|approx|Inc|St|Fig|al|cf)$"
)
_LEVELLED: Final = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-"}
    | {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
)
_SHORTEST_SUMMARY: Final = 60

# Signs that begin or end emphasis, code, a link or an attribute list wherever they stand.
_ANYWHERE: Final = re.compile(r"[`\[{]|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_(?=\S)|(?<=\S)_(?![^\W_])|\\")
_ENTITY: Final = re.compile(r"&(?=#?\w{1,32};)")
_OPENED: Final = re.compile(r"<(?=\S)")
# Signs that begin a block only where a line begins: heading, list, rule, quotation, fence, definition, underline.
_BACKSLASHED: Final = re.compile(r"(?:#|>|[-+*](?=\s|$|[-+*])|!(?=!!)|\d{1,9}(?=\.(?:\s|$)))")
_SPELLED: Final = {"=": "&#61;", "~": "&#126;", ":": "&#58;", "|": "&#124;"}


def tidy(text: str) -> str:
    """Text fit to be stored: NFC, line ends as LF, no outer white space; what cannot be stored becomes U+FFFD."""
    plain = _UNSTORABLE.sub("\ufffd", _LINE_END.sub("\n", text))
    return unicodedata.normalize("NFC", plain).strip()


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


@lru_cache(maxsize=1 << 14)
def folded(text: str) -> str:
    """A text as it is compared: one line; case, dashes and quotation marks levelled; no closing full stop."""
    return one_line(unicodedata.normalize("NFKC", text)).translate(_LEVELLED).casefold().rstrip(".").rstrip()


def summarised(text: str, limit: int) -> str:
    """The first whole sentences of the text that fit; a single longer one is cut at a word with an ellipsis."""
    flat = one_line(text)
    if len(flat) <= limit:
        return flat
    ends = [found.end() for found in _SENTENCE_END.finditer(flat[: limit + 2]) if _ends_sentence(flat, found)]
    fitting = [end for end in ends if _SHORTEST_SUMMARY <= end <= limit]
    return flat[: fitting[-1]] if fitting else shortened(flat, limit)


def _ends_sentence(flat: str, found: re.Match[str]) -> bool:
    return (
        flat[found.start()] != "."
        or _ABBREVIATION.search(flat[max(0, found.start() - 12) : found.start()]) is None
    )


def as_markdown(text: str) -> str:
    """The plain text as Markdown that shows it as it stands: its signs as signs, its line ends as line ends.

    Only signs that Markdown would take for its own are marked, so the text stays readable where it is edited.
    """
    lines = [_line(line.strip()) for line in text.split("\n")]
    marked: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        # Two spaces at the end keep the line end, which Markdown would otherwise run on.
        marked.append(f"{line}  " if line and following else line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(marked)).strip()


def _line(line: str) -> str:
    marked = _ENTITY.sub("&amp;", line)
    if ">" in marked and (":" in marked or "@" in marked):
        # An address in angle brackets would become a link.
        marked = _OPENED.sub("&lt;", marked)
    marked = _ANYWHERE.sub(r"\\\g<0>", marked)
    if found := _BACKSLASHED.match(marked):
        number = found.group().rstrip("\\")
        return f"{number}\\{marked[found.end() :]}" if number[0].isdigit() else f"\\{marked}"
    if marked[:1] in _SPELLED:
        return _SPELLED[marked[0]] + marked[1:]
    return marked.replace("|", "&#124;") if re.fullmatch(r"[\s|:-]+", marked) else marked


def prose(text: str, limit: int) -> tuple[str, bool]:
    """The text as Markdown within the limits of a long field, and whether all of it is there."""
    kept, whole = text[:limit], len(text) <= limit
    while True:
        marked = as_markdown(kept if whole else f"{kept.rstrip()} …")
        if len(marked) <= limit and not problems_with_prose(marked):
            return marked, whole
        kept, whole = kept[: len(kept) * 2 // 3], False
