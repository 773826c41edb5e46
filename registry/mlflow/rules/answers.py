"""Answers of MLflow's REST interface (2.0, as of MLflow 2 and 3): registered models, versions, experiments and runs"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from registry.kernel.text import clean, shortened
from registry.monitoring.rules.reports.loading import (
    MOST_BYTES,
    fields_of,
    instant_at,
    items_of,
    loaded,
    words_in,
)
from registry.monitoring.rules.reports.shapes import ReportRefused

Seen = TypeVar("Seen")

LARGEST: Final = MOST_BYTES
NAME_LIMIT: Final = 300
TEXT_LIMIT: Final = 1_000
_LARGEST_NUMBER: Final = 2_147_483_647
_LATEST: Final = 2**53
_TOKEN_LIMIT: Final = 2_000
# What a server of today knows of a version it has not finished with, or could not.
READY: Final = "READY"


class AnswerRefused(ValueError):
    """An answer that is not taken, and why.

    `is_place_lost` where the page that was asked for is not known any more, `is_missing` where the thing is not there.
    """

    def __init__(self, says: str, *, is_place_lost: bool = False, is_missing: bool = False) -> None:
        super().__init__(says)
        self.is_place_lost, self.is_missing = is_place_lost, is_missing


@dataclass(frozen=True, slots=True)
class ModelSeen:
    """A registered model. Instants are milliseconds since 1970; `aliases` leads from an alias to the number of a version."""

    name: str
    created: int
    updated: int
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A version of a registered model, told apart from one of the same number before it by when it was created."""

    name: str
    number: int
    created: int
    updated: int
    stage: str = ""
    status: str = ""
    description: str = ""
    source: str = ""
    run_id: str = ""

    @property
    def identity(self) -> tuple[int, int, str]:
        """What stays the same of it when its model is renamed."""
        return self.number, self.created, self.run_id


@dataclass(frozen=True, slots=True)
class MetricSeen:
    """The last value of one metric of a run: `value` as it was decoded (a number, or the text "NaN")."""

    name: str
    value: object
    at: datetime | None
    step: int


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run with the last value of each of its metrics."""

    run_id: str
    experiment_id: str
    is_deleted: bool
    metrics: tuple[MetricSeen, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Seen]):
    """One page of a list: what was understood, where the list goes on ("" at its end), and what was not understood and why."""

    items: tuple[Seen, ...]
    following: str = ""
    refused: tuple[tuple[str, str], ...] = ()


def document_in(status: int, body: bytes) -> dict[str, Any]:
    """The object in an answer. Raises AnswerRefused in words for a web page, an error, or what is no JSON object."""
    try:
        whole = loaded(body)
    except ReportRefused as refused:
        if status in {401, 403}:
            raise AnswerRefused("it does not let us in: check the credential") from refused
        told = "a web page and no data: check the address" if body.lstrip()[:1] == b"<" else str(refused)
        raise AnswerRefused(f"it answered {status} with {told}") from refused
    found = fields_of(whole)
    if "error_code" in found or not 200 <= status < 300:
        raise _error(status, found)
    if not isinstance(whole, dict):
        raise AnswerRefused("it answered with something that is no JSON object")
    return found


def _error(status: int, found: dict[str, Any]) -> AnswerRefused:
    if status in {401, 403} or words_in(found.get("error_code")) in {"PERMISSION_DENIED", "UNAUTHENTICATED"}:
        return AnswerRefused("it does not let us in: check the credential")
    told = _plain(words_in(found.get("message")) or words_in(found.get("error_code")), 200)
    is_lost = status == 400 and "token" in told.lower()
    says = f"it answered {status}: {told or 'without saying why'}"
    is_missing = status == 404 and words_in(found.get("error_code")) == "RESOURCE_DOES_NOT_EXIST"
    return AnswerRefused(says, is_place_lost=is_lost, is_missing=is_missing)


def model_in(document: dict[str, Any]) -> ModelSeen:
    """The answer to registered-models/get. Raises AnswerRefused where it is none."""
    try:
        return _model(fields_of(document.get("registered_model")))
    except ValueError as wrong:
        raise AnswerRefused(f"it answered with a model that cannot be read: {wrong}") from wrong


def models_in(document: dict[str, Any]) -> Page[ModelSeen]:
    """A page of registered-models/search. A server without any answers with an empty object."""
    return _page(document, "registered_models", _model)


def versions_in(document: dict[str, Any]) -> Page[VersionSeen]:
    """A page of model-versions/search."""
    return _page(document, "model_versions", _version)


def experiments_in(document: dict[str, Any]) -> Page[str]:
    """A page of experiments/search: the ids."""
    return _page(document, "experiments", lambda each: _text(each, "experiment_id", 100, wanted=True))


def runs_in(document: dict[str, Any]) -> Page[RunSeen]:
    """A page of runs/search."""
    return _page(document, "runs", _run)


def _page(document: dict[str, Any], name: str, read: Any) -> Page[Any]:
    listed = document.get(name, [])
    if not isinstance(listed, list):
        raise AnswerRefused(f"it answered with {name} that are no list")
    following = document.get("next_page_token") or ""
    if not isinstance(following, str) or len(following) > _TOKEN_LIMIT:
        raise AnswerRefused("it answered with a next_page_token that is no text")
    found, refused = [], []
    for each in listed:
        try:
            found.append(read(fields_of(each)))
        except ValueError as wrong:
            refused.append((str(wrong), _called(each)))
    return Page(tuple(found), following, tuple(refused))


def _called(each: object) -> str:
    one = fields_of(each)
    name = words_in(one.get("name")) or words_in(fields_of(one.get("info")).get("run_id"))
    number = one.get("version")
    return _plain(f"{name or 'without a name'}{f' {number}' if isinstance(number, str | int) else ''}", 100)


def _model(each: dict[str, Any]) -> ModelSeen:
    aliases = {}
    for one in items_of(each.get("aliases")):
        alias, number = words_in(fields_of(one).get("alias")), _whole(fields_of(one).get("version"))
        if alias and number:
            aliases[_plain(alias, 200)] = number
    return ModelSeen(
        _text(each, "name", NAME_LIMIT, wanted=True),
        _instant(each, "creation_timestamp"),
        _instant(each, "last_updated_timestamp"),
        _plain(words_in(each.get("description")), TEXT_LIMIT),
        {key: value for key, value in _tags(each.get("tags")) if key},
        aliases,
    )


def _tags(tags: object) -> Iterator[tuple[str, str]]:
    for each in items_of(tags):
        one = fields_of(each)
        yield words_in(one.get("key")), _plain(words_in(one.get("value")), 200)


def _version(each: dict[str, Any]) -> VersionSeen:
    number = _whole(each.get("version"))
    if number is None or not 0 < number <= _LARGEST_NUMBER:
        raise ValueError("Its version is no number from 1 up.")
    stage = words_in(each.get("current_stage"))
    return VersionSeen(
        _text(each, "name", NAME_LIMIT, wanted=True),
        number,
        _instant(each, "creation_timestamp"),
        _instant(each, "last_updated_timestamp"),
        "" if stage == "None" else _plain(stage, 60),
        _plain(words_in(each.get("status")), 60),
        _plain(words_in(each.get("description")), TEXT_LIMIT),
        _plain(words_in(each.get("source")), TEXT_LIMIT),
        _text(each, "run_id", 200),
    )


def _run(each: dict[str, Any]) -> RunSeen:
    info = fields_of(each.get("info"))
    number = words_in(info.get("run_id")) or words_in(info.get("run_uuid"))
    if not number:
        raise ValueError("A run has no run_id.")
    metrics = (_metric(fields_of(one)) for one in items_of(fields_of(each.get("data")).get("metrics")))
    is_deleted = words_in(info.get("lifecycle_stage")) == "deleted"
    return RunSeen(number[:200], words_in(info.get("experiment_id")), is_deleted, tuple(metrics))


def _metric(one: dict[str, Any]) -> MetricSeen:
    return MetricSeen(
        words_in(one.get("key")),
        one.get("value"),
        instant_at(one.get("timestamp")),
        _whole(one.get("step")) or 0,
    )


def _text(each: dict[str, Any], name: str, limit: int, *, wanted: bool = False) -> str:
    value = each.get(name)
    if value is None and not wanted:
        return ""
    if not isinstance(value, str) or (wanted and not value.strip()):
        raise ValueError(f"Its {name} is no text.")
    if len(value) > limit:
        raise ValueError(f"Its {name} has more than {limit} characters.")
    try:
        clean(value)
    except ValueError as wrong:
        raise ValueError(f"Its {name} {wrong}.") from wrong
    return value


def _instant(each: dict[str, Any], name: str) -> int:
    value = _whole(each.get(name))
    if value is None or not 0 <= value < _LATEST or instant_at(value) is None:
        raise ValueError(f"Its {name} is no instant.")
    return value


def _whole(value: object) -> int | None:
    """A whole number, which MLflow writes as a number or as text."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        return int(value)
    return value if type(value) is int else None


def _plain(text: str, limit: int) -> str:
    """A text as it is shown, shortened; of one that cannot be stored, what can."""
    kept = "".join(one for one in text[: 4 * limit] if one.isprintable() or one in "\n\t")
    try:
        return shortened(clean(kept), limit)
    except ValueError:
        return shortened(kept.encode("ascii", "ignore").decode(), limit)
