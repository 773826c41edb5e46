"""What an API view says of itself: its answers, what an address may ask, the bodies it takes. Its document is made of this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin

from flask import Flask
from pydantic import Field, GetJsonSchemaHandler, WithJsonSchema
from typing_extensions import TypedDict, is_typeddict

from registry.store.columns import LARGEST_NUMBER
from registry.web.doors import View
from registry.web.jsonkit import LARGEST_PAGE

Item = TypeVar("Item")

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
FORM: Final = "multipart/form-data"
_DESCRIPTION: Final = "registry_description"

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant with its zone, as RFC 3339 writes it."""
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
"""A day, such as 2026-11-02."""
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST_NUMBER)]
"""The number of a record, in what is sent."""


@dataclass(frozen=True, slots=True)
class Words:
    """Beside a text that is one of a few words: which. Anything that lists them, such as a StrEnum."""

    known: Sequence[str] | type

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A text and its words."""
        return {"type": "string", "enum": [str(each) for each in self.known]}  # type: ignore[union-attr]


class Page(TypedDict, Generic[Item]):
    """A page of a list. `next` is the cursor of the page that follows, null on the last one."""

    items: list[Item]
    next: str | None


class ProblemOut(TypedDict):
    """One objection: the field it is about ("" for the whole) and what to do about it."""

    field: str
    message: str


class RefusalOut(TypedDict):
    """A refusal, as RFC 9457 has it, with an objection for each field."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[ProblemOut]


@dataclass(frozen=True, slots=True)
class Asked:
    """One parameter of an address: what it means, and where they are few the words it takes."""

    name: str
    says: str
    words: Sequence[str] | type = ()
    kind: str = "string"
    many: bool = False
    least: int | None = None
    most: int | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its value."""
        told: dict[str, Any] = {"type": self.kind} if self.kind in {"string", "integer"} else {}
        told |= {} if told else {"type": "string", "format": self.kind}
        if words := [str(each) for each in self.words]:  # type: ignore[union-attr]
            told["enum"] = words
        bounds = {"minimum": self.least, "maximum": self.most}
        told |= {name: bound for name, bound in bounds.items() if bound is not None}
        return {"type": "array", "items": told} if self.many else told


LIMIT: Final = Asked("limit", "How many at once, 50 unless told.", kind="integer", least=1, most=LARGEST_PAGE)
CURSOR: Final = Asked("cursor", "Where the page begins: `next` of the page before.")
PAGED: Final = (LIMIT, CURSOR)
ABOUT_THE_BATCH: Final = (
    Asked("version", "Beside JSON lines: the model version they are of."),
    Asked("source", "Beside JSON lines: the tool that sends them."),
    Asked("supersedes", "Beside JSON lines: why they replace what was sent before."),
)


@dataclass(frozen=True, slots=True)
class Description:
    """What a view takes and answers.

    `answers` has the shape of each good status: a type, or where `media` names another kind of content than JSON, None.
    `bodies` has the shape of each kind of content it takes, None for bytes. With `if_match` a write is held to what was read.
    """

    answers: Mapping[int, Any]
    query: Sequence[Asked] = ()
    bodies: Mapping[str, Any] = field(default_factory=dict)
    media: Sequence[str] = (JSON,)
    if_match: bool = False
    packed: bool = False
    own_keys: bool = False
    refuses: Sequence[int] = ()
    example: Any = None

    @property
    def is_page(self) -> bool:
        """Whether its good answer is a page of a list."""
        return get_origin(self.answers.get(200)) is Page

    def fields(self, verb: str) -> tuple[str, ...]:
        """The fields that its answer to this method can be narrowed to, of an item where it is a page; none where it has none."""
        answer = self.answers.get(200)
        [shape] = get_args(answer) if self.is_page else (answer,)
        return tuple(shape.__annotations__) if verb == "GET" and is_typeddict(shape) else ()

    def takes_key(self, verb: str) -> bool:
        """Whether a request of this method that is sent again under its Idempotency-Key is answered as it was before."""
        return verb == "POST" and not self.own_keys


def described(
    shape: Any,
    *more: Asked,
    status: int | Sequence[int] = 200,
    body: Any = None,
    bodies: Mapping[str, Any] | None = None,
    media: Sequence[str] = (JSON,),
    if_match: bool = False,
    packed: bool = False,
    own_keys: bool = False,
    refuses: Sequence[int] = (),
    example: Any = None,
) -> Callable[[View], View]:
    """Say of an API view what it answers: `shape`, with each `status`; what its address may ask; the `body` it takes.

    `bodies` in place of `body` where it takes other content than JSON, `packed` where that may come in gzip, `own_keys` where what
    it brings has keys of its own, so that it may be sent again without one for the request.
    `refuses` are the statuses it refuses with beside those that follow from the rest of it. `example` is a body that can be sent.
    """
    statuses = (status,) if isinstance(status, int) else tuple(status)
    taken = dict(bodies or ({JSON: body} if body is not None else {}))
    told = Description(
        dict.fromkeys(statuses, shape),
        more,
        taken,
        media,
        if_match=if_match,
        packed=packed,
        own_keys=own_keys,
        refuses=refuses,
        example=example,
    )

    def mark(view: View) -> View:
        setattr(view, _DESCRIPTION, told)
        return view

    return mark


def description_of(view: Callable[..., Any]) -> Description | None:
    """What the view says of itself."""
    return getattr(view, _DESCRIPTION, None)


def refuse_undescribed(app: Flask, prefix: str) -> None:
    """Raise RuntimeError naming every view under `prefix` that does not say what it answers."""
    silent = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{prefix}/") and description_of(app.view_functions[rule.endpoint]) is None
    )
    if silent:
        raise RuntimeError(f"these API views do not say what they answer: {', '.join(silent)}")
