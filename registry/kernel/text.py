"""Public keys, slugs, shortening, human lists and numbers."""

import re
import unicodedata
from collections.abc import Sequence

SYSTEM_PREFIX = "AI"
DATA_SOURCE_PREFIX = "DS"
INCIDENT_PREFIX = "INC"
CLASSIFICATION_PREFIX = "CLS"

# Control characters except tab and line end, lone surrogates, non-characters.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def public_key(prefix: str, number: int) -> str:
    """The stable public id of a record, such as AI-0042 (at least four digits)."""
    return f"{prefix}-{number:04d}"


def number_of(prefix: str, key: str) -> int | None:
    """The record number in a public id, or None if the text is no such id. Reads "AI-0042", "ai-42" and "AI-10000"."""
    found = re.fullmatch(rf"{prefix}-(\d{{1,9}})", key.strip(), flags=re.IGNORECASE | re.ASCII)
    return int(found.group(1)) if found else None


def slug(text: str, limit: int = 60) -> str:
    """A short lower-case name for addresses: letters a-z, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].strip("-")


def shortened(text: str, limit: int) -> str:
    """The text in at most `limit` characters, cut at a word with an ellipsis when it is longer."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    at_word = cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut
    return at_word.rstrip(" ,;:.") + "…"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Words as a person lists them: "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 system", "1,757 systems"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(part: float, whole: float = 1) -> str:
    """A share in whole per cent: "83 %". All or nothing is said only where it is so: "over 99 %", "under 1 %"."""
    shown = round(100 * part / whole)
    if shown == 0 and part > 0:
        return "under 1 %"
    return "over 99 %" if shown == 100 and part < whole else f"{shown} %"


def worded(value: str) -> str:
    """A stored value as words: "in_development" becomes "in development"."""
    return value.replace("_", " ")


def as_counted(name: str) -> list[tuple[bool, int, str]]:
    """A key to order names by as people count and not as letters go: 2026.10 comes after 2026.9."""
    return [
        (part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in re.findall(r"\d+|\D+", name)
    ]


def clean(text: str) -> str:
    """Text fit to be stored: NFC, line ends as LF, no outer white space.

    Raises ValueError for characters no database and no document can carry: NUL and other control
    characters except tab and line end, lone surrogates, non-characters.
    """
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if found := _UNSTORABLE.search(tidy):
        raise ValueError(f"holds the control character U+{ord(found.group()):04X}, which cannot be stored")
    return tidy
