"""JSON documents: no empty places, the same bytes for the same content, and addresses as the standards write them."""

import json
import re
from typing import Any, Final
from urllib.parse import quote

from registry.systems.rules.record import is_web_address

# RFC 3986, for http and https: what is not of this shape would make the whole document invalid.
_PART: Final = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*"
_ADDRESS: Final = re.compile(
    rf"https?://[A-Za-z0-9\-._~]+(?::[0-9]{{1,5}})?(?:/{_PART})?(?:\?(?:{_PART}|\?)*)?(?:#(?:{_PART}|\?)*)?"
)
_KEPT: Final = "%/?#[]@!$&'()*+,;=:~"


def as_bytes(document: dict[str, Any]) -> bytes:
    """The document as indented JSON in UTF-8, its entries in the order they were put in."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def filled(**entries: Any) -> dict[str, Any]:
    """The entries that say something: without None, empty texts, lists and dictionaries."""
    return {name: value for name, value in entries.items() if value not in (None, "", [], {})}


def address(typed: str) -> str | None:
    """A web address as a URI, signs beyond ASCII percent-encoded; None for what is no address or would not be valid."""
    found = quote(typed.strip(), safe=_KEPT, errors="replace")
    return found if is_web_address(found) and _ADDRESS.fullmatch(found) else None
