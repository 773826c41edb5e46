"""JSON in and out: bodies in their shapes, the problem+json envelope, ETags of what was read."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import Response, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import PreconditionRequired, UnsupportedMediaType

from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.kernel.strict_json import decoded
from registry.kernel.unpacking import ungzip

Shape = TypeVar("Shape", bound=BaseModel)
Batch = TypeVar("Batch")

# Where programs come in, each with a token.
PROGRAM_DOORS = ("/api/", "/scim/")
_DIRECTORY_DOOR = "/scim/"
# Where programs fetch files that people may open in a browser as well, by an address alone.
FILE_DOOR = "/feeds/"
LARGEST_PAGE = 200
_ETAG_LENGTH = 32


def wants_json() -> bool:
    """Whether this request came through the JSON door."""
    return request.path.startswith(PROGRAM_DOORS)


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


def batch_sent(document: Callable[[bytes], Batch], lines: Callable[..., Batch]) -> Batch:
    """The batch this request brings, packed with gzip or not: one JSON document, or JSON lines.

    What holds for the whole batch (version, source, supersedes) stands in the document, or beside lines in the address.
    Raises RuleBroken as the two readers do, and UnsupportedMediaType for any other kind of body.
    """
    if request.mimetype != "application/x-ndjson":
        return document_sent(document)
    told = {name: request.args.get(name, "") for name in ("version", "source", "supersedes")}
    return lines(sent(), **told)


def document_sent(document: Callable[[bytes], Batch]) -> Batch:
    """The JSON document this request brings, packed with gzip or not, by its own reader. Raises as batch_sent does."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return document(sent())


def sent() -> bytes:
    """What this request brings, unpacked where it was packed with gzip. Raises UnsupportedMediaType for another packing."""
    packed = request.headers.get("Content-Encoding", "identity").lower()
    if packed not in {"gzip", "identity"}:
        raise UnsupportedMediaType
    return ungzip(request.get_data()) if packed == "gzip" else request.get_data()


def reply(value: Any, status: int = 200, *, etag: str = "") -> Response:
    """A JSON reply, with an ETag where one is given: that of all there is, also where only some fields were asked for."""
    response = Response(_written(_narrowed(value)), status, mimetype="application/json")
    if etag:
        response.set_etag(etag)
    return response


def _narrowed(value: Any) -> Any:
    """What is answered, with the fields that were asked for (narrowing.note_asked); all of it where none were."""
    asked: tuple[frozenset[str], bool] | None = g.get("only_fields")
    if asked is None:
        return value
    names, is_page = asked
    if is_page:
        return {**value, "items": [_only(names, each) for each in value["items"]]}
    return _only(names, value)


def _only(names: frozenset[str], item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in item.items() if name in names}


def etag_of(value: Any) -> str:
    """The ETag of everything this reply says, so that it is another one whenever any of it is."""
    # Names in one order: a column of JSON gives them back in another than they were written in.
    return sha256_hex(_written(value, in_order=True).encode("utf-8", "surrogatepass"))[:_ETAG_LENGTH]


def _written(value: Any, *, in_order: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=in_order)


def problem_reply(status: int, title: str, detail: str, problems: Sequence[Problem] = ()) -> Response:
    """A refusal as RFC 9457 problem details, with our list of objections; on the door of directory services in their form."""
    if request.path.startswith(_DIRECTORY_DOOR):
        return _directory_refusal(status, detail, problems)
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "problems": [{"field": problem.field, "message": problem.message} for problem in problems],
    }
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")


def _directory_refusal(status: int, detail: str, problems: Sequence[Problem]) -> Response:
    """A refusal as SCIM has it (RFC 7644, section 3.12): what breaks a rule is a bad request, and what kind is said."""
    kinds = {"filter": "invalidFilter", "path": "invalidPath", "": "invalidSyntax"}
    body: dict[str, Any] = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"]}
    if status == 422:
        status = 400
        body["scimType"] = kinds.get(problems[0].field, "invalidValue") if problems else "invalidValue"
    elif status == 409:
        body["scimType"] = "uniqueness"
    named = [f"{each.field}: {each.message}" if each.field else each.message for each in problems]
    body |= {"status": str(status), "detail": " ".join(named) or detail}
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/scim+json")


def expected(etag: str, version: int) -> None:
    """Hold a write to what its If-Match has read: 428 without one, 409 when something else stands there now."""
    if not request.if_match or request.if_match.star_tag:
        # "Whatever stands there" is what this guards against.
        raise PreconditionRequired("Send If-Match with the ETag of what you read.")
    if not request.if_match.contains(etag):
        raise Conflict("This record has changed since; read it again before you write.", version)


def page_limit() -> int:
    """How many items the client asks for, 50 unless told. Raises RuleBroken."""
    text = request.args.get("limit", "50")
    if not text.isascii() or not text.isdigit() or len(text) > 3 or not 1 <= int(text) <= LARGEST_PAGE:
        raise RuleBroken([Problem("limit", f"Give a whole number from 1 to {LARGEST_PAGE}.")])
    return int(text)
