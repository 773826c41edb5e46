"""JSON from outside, read strictly: whatever cannot be stored as it was sent is refused."""

import json
import re
from typing import Any, Final

from registry.kernel.errors import Problem, RuleBroken

DEEPEST: Final = 32
_LARGEST_INTEGER: Final = 2**63 - 1
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decoded(text: bytes) -> Any:
    """Strict JSON: UTF-8, finite numbers, no duplicate keys, bounded depth and integers, storable characters.

    Python's own decoder takes NaN, lets the last of two equal keys win and dies on deep nesting; each of
    those was an error 500 or a silent loss somewhere (security.md 3.6). Raises RuleBroken.
    """
    try:
        value = json.loads(
            text.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded,
            object_pairs_hook=_without_duplicates,
        )
        _check(value, DEEPEST)
    except UnicodeDecodeError as error:
        raise RuleBroken([Problem("", "The body is not UTF-8.")]) from error
    except RecursionError as error:
        raise RuleBroken([Problem("", f"The JSON is nested more than {DEEPEST} levels deep.")]) from error
    except ValueError as error:
        raise RuleBroken([Problem("", f"The JSON cannot be read: {error}")]) from error
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number JSON knows")


def _finite(text: str) -> float:
    number = float(text)
    if abs(number) > 1e308:
        raise ValueError(f"{text[:40]} is not finite")
    return number


def _bounded(text: str) -> int:
    # The length first: turning five thousand digits into a number costs time, and Python refuses it anyway.
    if len(text) > 20 or abs(int(text)) > _LARGEST_INTEGER:
        raise ValueError(f"{text[:24]}… is larger than this registry can store")
    return int(text)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one object has the same key twice")
    return found


def _check(value: Any, levels: int) -> None:
    if levels < 0:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    if isinstance(value, str):
        if found := _UNSTORABLE.search(value):
            raise ValueError(f"a text holds the character U+{ord(found.group()):04X}, which cannot be stored")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check(key, levels)
            _check(each, levels - 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, levels - 1)
