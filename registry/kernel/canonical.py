"""Canonical JSON (RFC 8785) and SHA-256: one value, one text, one hash."""

import hashlib
import json
from collections.abc import Iterable
from typing import Final

LARGEST_INTEGER: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 7493, section 2.2)."""

_LAST_OF_BASIC_PLANE: Final = "\uffff"


def canonical(value: object) -> bytes:
    """The value as RFC 8785 canonical JSON in UTF-8, the form whose hash is recorded.

    Takes text, whole numbers up to 2^53 - 1 either way, true, false, None, lists (or tuples) and dictionaries
    with text keys. A number with a fraction is carried as a decimal string by the caller: the shortest text of
    a float depends on who reads it, a string's does not.

    Raises TypeError for any other kind of value or key, ValueError for a whole number out of range, a lone
    surrogate, and nesting deeper than the interpreter allows (or a value that holds itself).
    """
    try:
        if _has_key_beyond_basic_plane((value,)):
            text = _as_json(_in_utf16_order(value), sort_keys=False)
        else:
            text = _as_json(value, sort_keys=True)
    except RecursionError:
        raise ValueError("nested too deeply to be written as canonical JSON") from None
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"holds the lone surrogate U+{ord(text[error.start]):04X}, which has no UTF-8"
        ) from None


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of the bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _as_json(value: object, *, sort_keys: bool) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys)


def _has_key_beyond_basic_plane(values: Iterable[object]) -> bool:
    """Refuse what has no canonical form; True when a key needs more care than sorting by code point."""
    found = False
    for value in values:
        if isinstance(value, str) or value is None or value is True or value is False:
            continue
        if isinstance(value, dict):
            found |= _holds_beyond_basic_plane(value)
            found |= _has_key_beyond_basic_plane(value.values())
        elif isinstance(value, (list, tuple)):
            found |= _has_key_beyond_basic_plane(value)
        elif not isinstance(value, int):
            kind = type(value).__name__
            raise TypeError(f"a {kind} has no canonical form here; carry it as text or a whole number")
        elif not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise ValueError("a whole number beyond 2^53 - 1 is not kept by every reader; carry it as text")
    return found


def _holds_beyond_basic_plane(keys: Iterable[str]) -> bool:
    try:
        joined = "".join(keys)
    except TypeError:
        key = next(key for key in keys if not isinstance(key, str))
        raise TypeError(f"the key {key!r} is a {type(key).__name__}, not text") from None
    return not joined.isascii() and max(joined) > _LAST_OF_BASIC_PLANE


def _in_utf16_order(value: object) -> object:
    """The same value with the keys of every dictionary in UTF-16 code unit order (RFC 8785, section 3.2.3).

    That is the order of code points, except that characters beyond the basic plane, which UTF-16 writes as
    surrogates (D800 to DFFF), come before U+E000 to U+FFFF.
    """
    if isinstance(value, dict):
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _in_utf16_order(value[key]) for key in ordered}
    if isinstance(value, (list, tuple)):
        return [_in_utf16_order(item) for item in value]
    return value
