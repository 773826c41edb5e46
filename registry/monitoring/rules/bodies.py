"""The body of a batch, read strictly: JSON whose every number is exact, with what it tells and what it lists"""

import json
from collections import Counter
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import listed
from registry.monitoring.rules.fields import Fields, Odd, Twice, named

LONGEST: Final = {"version": 100, "source": 120, "supersedes": 1_000}
BROKEN: Final = object()
"""Stands where one of many could not even be decoded, which was objected to there."""

# What a full batch can need, with room. Beyond it, decoding would cost memory only to refuse what is no batch.
_MOST_BRACKETS: Final = 250_000
_MOST_COMMAS: Final = 1_000_000


def opened(body: bytes, fields: Fields) -> tuple[dict[str, str], list[Any]]:
    """What the document tells of its batch (version, source, supersedes), and the items it lists.

    UTF-8 only; no field twice, no unknown field. Objections are noted in `fields`, whose `kind` is the name of
    the list. Raises RuleBroken for what is no such document at all.
    """
    whole = decoded(text_in(body), "The batch")
    if not isinstance(whole, dict):
        raise RuleBroken([Problem("", f'A batch is an object: {{"source": "…", "{fields.kind}": […]}}.')])
    known = {*LONGEST, fields.kind}
    for name in sorted(whole.keys() - known):
        fields.object_to(named(name), f"A batch has no such field. It has {listed(sorted(known))}.")
    for name in whole.names if isinstance(whole, Twice) else ():
        fields.object_to(named(name), "It is stated twice.")
    raw = whole.get(fields.kind)
    if not isinstance(raw, list):
        fields.object_to(fields.kind, "Give a list, even if there is only one in it.")
        raw = [BROKEN]
    return told_of(whole, fields), raw


def opened_lines(body: bytes, fields: Fields, most: int) -> list[Any]:
    """The items in JSON lines, one in each; empty lines are passed over, and reading stops beyond `most`.

    Objections are noted in `fields`, as `opened` does. Raises RuleBroken for what is no UTF-8.
    """
    raw: list[Any] = []
    for number, line in enumerate(text_in(body).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw.append(decoded(line, f"Line {number}"))
        except RuleBroken as refusal:
            fields.place = len(raw)
            fields.object_to("", refusal.says)
            raw.append(BROKEN)
        if len(raw) > most:
            break
    fields.place = None
    return raw


def told_of(told: dict[str, Any], fields: Fields) -> dict[str, str]:
    """What is told of a whole batch, each a text that may be left out."""
    return {name: fields.text(name, told.get(name), longest) for name, longest in LONGEST.items()}


def known_only(raw: dict[str, Any], known: frozenset[str], fields: Fields) -> None:
    """Object to fields nobody reads, and to those that are stated twice."""
    if not raw.keys() <= known:
        for name in sorted(raw.keys() - known):
            fields.object_to(named(name), f"There is no such field. There are {listed(sorted(known))}.")
    if type(raw) is Twice:
        for name in raw.names:
            fields.object_to(named(name), "It is stated twice.")


def text_in(body: bytes) -> str:
    """The text of a body. Raises RuleBroken for what is no UTF-8, or could not be a batch however it is read."""
    # Where there are fewer bytes there are fewer brackets and commas.
    if len(body) > _MOST_BRACKETS and (
        body.count(b"{") + body.count(b"[") > _MOST_BRACKETS or body.count(b",") > _MOST_COMMAS
    ):
        raise RuleBroken([Problem("", "This holds more than one batch can. Make several.")])
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        says = f"The batch is not UTF-8: byte {error.start + 1:,} belongs to no character."
        raise RuleBroken([Problem("", says)]) from None


def decoded(text: str, what: str) -> Any:
    """The JSON in a text, with Odd in place of numbers it cannot have. Raises RuleBroken, saying where `what` breaks off."""
    try:
        return _decoded(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise RuleBroken([Problem("", f"{what} is not JSON: {error.msg} ({where}).")]) from None
    except RecursionError:
        raise RuleBroken([Problem("", f"{what} is nested far too deeply.")]) from None


def _decoded(text: str) -> Any:
    try:
        whole = _QUICK.decode(text)
        return whole if _says_nothing_twice(text, whole) else _STRICT.decode(text)
    except json.JSONDecodeError:
        raise
    except (ArithmeticError, ValueError):
        # An exponent no decimal can have, or thousands of digits. Read again with care, so that it can be named.
        return _CAREFUL.decode(text)


def _says_nothing_twice(text: str, whole: Any) -> bool:
    """Whether no object of a text that was decoded states a field twice; where it is not sure it says no.

    Between the fields of an object and the items of a list stands one comma less than there are of them. A field stated
    twice has one more than what was decoded calls for, and so has whatever was lost with the first of the two; a comma
    inside a text is one more as well. Where the text holds as many as are called for, nothing was lost.
    """
    lacking, level = text.count(","), [whole]
    while lacking and level:
        objects = [each for each in level if type(each) is dict]
        lists = [each for each in level if type(each) is list]
        lacking -= sum(len(each) - 1 for each in chain(objects, lists) if each)
        # Once every comma is called for, nothing deeper can call for any; and deeper lie the values of every reading.
        deeper = chain.from_iterable(chain(map(dict.values, objects), lists))
        level = list(deeper) if lacking else []
    return not lacking


def _fraction(text: str) -> Decimal | Odd:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Odd(text)


def _whole(text: str) -> int | Odd:
    return int(text) if len(text) <= 20 else Odd(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Twice(found)
    counts = Counter(name for name, _ in pairs)
    twice.names = tuple(name for name in found if counts[name] > 1)
    return twice


# Without a hook for each object, which is half of what decoding costs with it.
_QUICK: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=Odd)
_STRICT: Final = json.JSONDecoder(parse_float=Decimal, parse_constant=Odd, object_pairs_hook=_object)
_CAREFUL: Final = json.JSONDecoder(
    parse_float=_fraction, parse_int=_whole, parse_constant=Odd, object_pairs_hook=_object
)
