"""What a system relies on and what relies on it: stated, changed, tested and ended by programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from registry.dependencies import actions, queries
from registry.dependencies.models import Dependency
from registry.dependencies.schemas import (
    DependencyChange,
    DependencyEndIn,
    DependencyIn,
    DependencyOut,
    ReconsiderationOut,
    TrialIn,
    TrialOut,
    reconsideration_said,
    said,
    trial_said,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.people import queries as people
from registry.portfolio import queries as portfolio
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.changing import applied
from registry.web.describing import PAGED, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("dependencies_api", __name__)

# What a page calls otherwise: it has one field for either end, one for a number with its unit, words for how a test went.
_NAMED: Final = {"other": "system", "freshness": "freshness_minutes", "outcome": "passed", "tested_on": "on"}


@api.get("/systems/<key>/dependencies")
@needs(Permission.SYSTEM_READ)
@described(Page[DependencyOut], *PAGED)
def dependencies(key: str) -> Response:
    """What the system states, and what others you may see state about it: oldest first."""
    system = systems.by_key(session(), actor(), key)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (int,))
    page = queries.lines_page(session(), actor(), system, after=after[0] if after else None, limit=limit)
    owners = people.people_by_id(
        session(), {line.dependency.owner_id for line in page.items if line.dependency.owner_id}
    )
    items = [said(line, owners.get(line.dependency.owner_id or 0)) for line in page.items]
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": items, "next": following})


@api.post("/systems/<key>/dependencies")
@needs(Permission.DEPENDENCY_EDIT)
@described(
    DependencyOut,
    status=201,
    body=DependencyIn,
    example={"direction": "upstream", "service": "Address check", "freshness_minutes": 60},
)
def add(key: str) -> Response:
    """State one more."""
    system = _to_change(key)
    sent = jsonkit.parsed(DependencyIn)
    facts = sent.facts(_meant(sent.system))
    with _named_as_sent():
        found = actions.add_dependency(session(), actor(), system.id or 0, facts)
    reply = _told(system, found, 201)
    reply.headers["Location"] = url_for("dependencies_api.dependency", key=system.key, number=found.id)
    return reply


@api.get("/systems/<key>/dependencies/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(DependencyOut)
def dependency(key: str, number: int) -> Response:
    """One that this system states, also when it has ended."""
    system = systems.by_key(session(), actor(), key)
    return _told(system, queries.by_id(session(), system.id or 0, number))


@api.patch("/systems/<key>/dependencies/<int:number>")
@needs(Permission.DEPENDENCY_EDIT)
@described(
    DependencyOut,
    body=DependencyChange,
    if_match=True,
    example={"contract_version": "4", "on_failure": "degrades", "fallback": "Addresses are typed by hand."},
)
def change(key: str, number: int) -> Response:
    """Change the given fields of one, if it still stands as If-Match says it was read. Its two ends stay: another end is
    another dependency.
    """
    system = _to_change(key)
    found = queries.by_id(session(), system.id or 0, number, lock=True)
    wanted = jsonkit.parsed(DependencyChange)
    jsonkit.expected(jsonkit.etag_of(_body(system, found)), found.version)
    facts = applied(wanted, queries.facts_of(found))
    with _named_as_sent():
        changed = actions.edit_dependency(session(), actor(), found, facts, version=found.version)
    return _told(system, changed)


@api.post("/systems/<key>/dependencies/<int:number>/end")
@needs(Permission.DEPENDENCY_EDIT)
@described(DependencyOut, body=DependencyEndIn, example={"because": "Addresses come checked by now."})
def end(key: str, number: int) -> Response:
    """Say that one no longer relies on the other. It stays readable, with its tests."""
    system = _to_change(key)
    found = queries.by_id(session(), system.id or 0, number, lock=True)
    because = jsonkit.parsed(DependencyEndIn).because
    return _told(system, actions.end_dependency(session(), actor(), found, because))


@api.get("/systems/<key>/dependencies/<int:number>/tests")
@needs(Permission.SYSTEM_READ)
@described(Page[TrialOut])
def trials(key: str, number: int) -> Response:
    """How it was tried: the fifty newest tests, all at once."""
    system = systems.by_key(session(), actor(), key)
    found = queries.by_id(session(), system.id or 0, number)
    tests = queries.trials_of(session(), found.id or 0)
    return jsonkit.reply({"items": [trial_said(each) for each in tests], "next": None})


@api.post("/systems/<key>/dependencies/<int:number>/tests")
@needs(Permission.DEPENDENCY_EDIT)
@described(
    TrialOut,
    status=201,
    body=TrialIn,
    example={"on": "2026-11-02", "passed": True, "tried": "Switched it off for ten minutes."},
)
def add_trial(key: str, number: int) -> Response:
    """Record a test of one. It is never changed: a later test stands before it."""
    system = _to_change(key)
    found = queries.by_id(session(), system.id or 0, number, lock=True)
    facts = jsonkit.parsed(TrialIn).facts()
    with _named_as_sent():
        test = actions.record_test(session(), actor(), found, facts)
    return jsonkit.reply(trial_said(test), 201)


@api.get("/systems/<key>/reconsiderations")
@needs(Permission.SYSTEM_READ)
@described(Page[ReconsiderationOut])
def reconsiderations(key: str) -> Response:
    """Why a system has to be looked at again, oldest first and all at once, until a person says on its page what came of that."""
    system = systems.by_key(session(), actor(), key)
    waiting = queries.reconsiderations_of(session(), [system.id or 0])
    told = portfolio.told(session(), actor(), waiting)
    items = [reconsideration_said(each.asked, each.says) for each in told]
    return jsonkit.reply({"items": items, "next": None})


def _to_change(key: str) -> System:
    """The system, locked, for those who may state its dependencies."""
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.DEPENDENCY_EDIT, system.id)
    return system


@contextmanager
def _named_as_sent() -> Iterator[None]:
    """Objections by the names that programs use, where a page calls it otherwise."""
    try:
        yield
    except RuleBroken as refused:
        named = [Problem(_NAMED.get(each.field, each.field), each.message) for each in refused.problems]
        raise RuleBroken(named) from refused


def _meant(key: str) -> System | None:
    if not key:
        return None
    try:
        return systems.by_key(session(), actor(), key)
    except NotFound as none:
        raise RuleBroken([Problem("system", "There is no system of this id that you may see.")]) from none


def _body(system: System, found: Dependency) -> dict[str, Any]:
    line, number = queries.line_of(session(), actor(), system, found), found.owner_id or 0
    return said(line, people.people_by_id(session(), {number}).get(number))


def _told(system: System, found: Dependency, status: int = 200) -> Response:
    session().flush()
    body = _body(system, found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))
