"""The versions of a system: added, read by their labels, changed while they are candidates, put live, withdrawn."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from registry.data_sources.queries import source_meant
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.versions import actions, queries
from registry.versions.models import LivePeriod, ModelVersion
from registry.versions.schemas import (
    LiveIn,
    LiveOut,
    TrainedIn,
    VersionChange,
    VersionIn,
    VersionOut,
    VersionWithdrawIn,
    whole,
)
from registry.web import jsonkit
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("versions_api", __name__)


@api.get("/systems/<key>/versions")
@needs(Permission.SYSTEM_READ)
@described(
    Page[VersionOut], *PAGED, Asked("live_at", "Only those that were live at this instant.", kind="date-time")
)
def versions(key: str) -> Response:
    """A page of a system's versions, newest first; with `live_at` those that were live at that instant, and no others."""
    system = systems.by_key(session(), actor(), key)
    limit, before = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    if asked := request.args.get("live_at"):
        at = _instant(asked)
        return jsonkit.reply(
            {"items": _told(queries.live_between(session(), system.id or 0, at, at)), "next": None}
        )
    page = queries.versions_page(session(), system.id or 0, before=before[0] if before else None, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": _told([(one.model, one.live) for one in page.items]), "next": following})


@api.post("/systems/<key>/versions")
@needs(Permission.VERSION_EDIT)
@described(
    VersionOut,
    status=201,
    body=VersionIn,
    example={"label": "2.1", "changed": "Retrained on 2026.", "significant": False},
)
def add(key: str) -> Response:
    """Add a candidate."""
    system = _to_change(key)
    sent = jsonkit.parsed(VersionIn)
    model = actions.add_version(session(), actor(), system.id or 0, sent.facts(_sources(sent.trained_on)))
    reply = _whole(model, 201)
    reply.headers["Location"] = url_for("versions_api.version", key=system.key, label=model.label)
    return reply


@api.get("/systems/<key>/versions/<path:label>")
@needs(Permission.SYSTEM_READ)
@described(VersionOut)
def version(key: str, label: str) -> Response:
    """One version by its label."""
    system = systems.by_key(session(), actor(), key)
    return _whole(_labelled(system, label))


@api.patch("/systems/<key>/versions/<path:label>")
@needs(Permission.VERSION_EDIT)
@described(
    VersionOut,
    body=VersionChange,
    if_match=True,
    example={
        "evaluation": "AUC 0.91 on the test set of May.",
        "trained_on": [{"source": "DS-0007", "from_on": "2025-01-01", "to_on": "2025-12-31"}],
    },
)
def change(key: str, label: str) -> Response:
    """Change the given fields of a candidate, if it still stands as If-Match says it was read. Once it is approved, what it
    states stays.
    """
    model = _labelled(_to_change(key), label)
    wanted = jsonkit.parsed(VersionChange)
    jsonkit.expected(jsonkit.etag_of(_one(model)), model.version)
    learned = queries.learned_by(session(), [model.id or 0])[model.id or 0]
    facts = wanted.applied_to(queries.facts_of(model, learned), _sources(wanted.trained_on))
    return _whole(actions.edit(session(), actor(), model, facts, version=model.version))


@api.post("/systems/<key>/versions/<path:label>/live")
@needs(Permission.VERSION_EDIT)
@described(LiveOut, body=LiveIn, example={"share": 90, "beside": [{"label": "2.2", "share": 10}]})
def put_live(key: str, label: str) -> Response:
    """Put an approved version live, alone or with a share beside others; the reply lists what is live from now on."""
    system = _to_change(key)
    model, wanted = _labelled(system, label), jsonkit.parsed(LiveIn)
    beside = [(_beside(system, each.label), each.share) for each in wanted.beside]
    actions.put_live(session(), actor(), system.id or 0, [(model, wanted.share), *beside])
    return jsonkit.reply({"items": _told(queries.live_now(session(), system.id or 0))})


@api.post("/systems/<key>/versions/<path:label>/withdraw")
@needs(Permission.VERSION_EDIT)
@described(VersionOut, body=VersionWithdrawIn, example={"because": "It was trained on the wrong year."})
def withdraw(key: str, label: str) -> Response:
    """Take a version out of use for good; one that is live stops being so now. It stays readable."""
    model = _labelled(_to_change(key), label)
    return _whole(actions.withdraw(session(), actor(), model, jsonkit.parsed(VersionWithdrawIn).because))


def _to_change(key: str) -> System:
    """The system, locked, for those who may change its versions."""
    found = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.VERSION_EDIT, found.id)
    return found


def _labelled(system: System, label: str) -> ModelVersion:
    found = queries.by_label(session(), system.id or 0, label)
    if found is None:
        raise NotFound
    return found


def _sources(named: Sequence[TrainedIn]) -> list[int]:
    return [_source(place, each.source) for place, each in enumerate(named)]


def _source(place: int, named: str) -> int:
    """The number of a source of the catalogue, by its public id or its name."""
    found = source_meant(session(), named)
    if found is None or found.id is None:
        says = f"The catalogue has no source “{named[:100]}”."
        raise RuleBroken([Problem(f"trained_on.{place}.source", says)])
    return found.id


def _beside(system: System, label: str) -> ModelVersion:
    found = queries.by_label(session(), system.id or 0, label)
    if found is None:
        raise RuleBroken([Problem("beside", f"This system has no version “{label[:100]}”.")])
    return found


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    says = "Give an instant with its zone, such as 2026-11-03T10:00:00Z."
    raise RuleBroken([Problem("live_at", says)])


def _one(model: ModelVersion) -> dict[str, Any]:
    found = queries.shown(session(), model)
    return _told([(found.model, found.live)])[0]


def _whole(model: ModelVersion, status: int = 200) -> Response:
    session().flush()
    body = _one(model)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))


def _told(found: Sequence[tuple[ModelVersion, LivePeriod | None]]) -> list[dict[str, Any]]:
    """The versions as JSON, in two statements however many."""
    learned = queries.learned_by(session(), [model.id or 0 for model, _ in found])
    named = {one for model, _ in found for one in (model.added_by_id, model.approved_by_id) if one}
    known = people.people_by_id(session(), named)
    return [whole(model, live, learned[model.id or 0], known) for model, live in found]
