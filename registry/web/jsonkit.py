"""JSON in and out: strict parsing, the problem+json envelope, revisions as ETags, keyset cursors."""

import base64
import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import PreconditionRequired, UnsupportedMediaType

from registry.kernel.errors import Conflict, Problem, RuleBroken

Shape = TypeVar("Shape", bound=BaseModel)

DEEPEST = 32
LARGEST_PAGE = 200
_LARGEST_INTEGER = 2**63 - 1
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def wants_json() -> bool:
    """Whether this request came through the JSON door."""
    return request.path.startswith("/api/")


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


def parsed(shape: type[Shape]) -> Shape:
    """The request's body in the given shape. Raises RuleBroken naming every field that does not fit."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        return shape.model_validate(decoded(request.get_data()))
    except ValidationError as error:
        problems = [
            Problem(".".join(str(part) for part in each["loc"]), each["msg"])
            for each in error.errors(include_url=False)
        ]
        raise RuleBroken(problems) from error


def reply(value: Any, status: int = 200, *, version: int | None = None) -> Response:
    """A JSON reply; with the record's revision as its ETag where one is given."""
    response = Response(
        json.dumps(value, ensure_ascii=False, default=str), status, mimetype="application/json"
    )
    if version is not None:
        response.set_etag(str(version))
    return response


def problem_reply(status: int, title: str, detail: str, problems: Sequence[Problem] = ()) -> Response:
    """A refusal as RFC 9457 problem details, with our list of objections."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "problems": [{"field": problem.field, "message": problem.message} for problem in problems],
    }
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")


def expected_version(current: int) -> None:
    """Hold a write to the revision its If-Match names: 428 without one, 409 when it is no longer the current one."""
    if not request.if_match:
        raise PreconditionRequired("Send If-Match with the ETag of the revision you read.")
    if not request.if_match.contains(str(current)):
        raise Conflict(f"This record is at revision {current} now; read it again before you write.", current)


def page_limit() -> int:
    """How many items the client asks for, 50 unless told. Raises RuleBroken."""
    text = request.args.get("limit", "50")
    if not text.isascii() or not text.isdigit() or len(text) > 3 or not 1 <= int(text) <= LARGEST_PAGE:
        raise RuleBroken([Problem("limit", f"Give a whole number from 1 to {LARGEST_PAGE}.")])
    return int(text)


def cursor_of(*parts: str | int) -> str:
    """The place a list has reached, as text that can stand in an address."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str | None, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """The place a cursor names, checked to hold these kinds. Raises RuleBroken for anything else."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = decoded(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RuleBroken) as error:
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")]) from error
    fits = isinstance(parts, list) and len(parts) == len(kinds)
    if not fits or any(type(part) is not kind for part, kind in zip(parts, kinds, strict=True)):
        raise RuleBroken([Problem("cursor", "This cursor was not issued here.")])
    return tuple(parts)


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
