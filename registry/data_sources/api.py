"""The catalogue of data sources, checks on their quality, and what systems use: read, stated and changed by programs."""

from flask import Blueprint, Response, request, url_for

from registry.data_sources import actions, queries
from registry.data_sources.models import DataSource
from registry.data_sources.schemas import (
    CheckIn,
    CheckOut,
    EndIn,
    ResultIn,
    ResultOut,
    SourceChange,
    SourceIn,
    SourceOut,
    UseIn,
    UseOut,
    check_out,
    result_out,
    source_out,
    use_out,
)
from registry.kernel.actor import Permission, require
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web import jsonkit
from registry.web.changing import Because, applied
from registry.web.describing import PAGED, Asked, Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("data_sources_api", __name__)

_LONGEST = 200


@api.get("/data-sources")
@needs(Permission.DATA_SOURCE_READ)
@described(
    Page[SourceOut],
    *PAGED,
    Asked("q", "Words of a name or a description, or an id."),
    Asked("retired", "1: those taken out of the catalogue, in place of those in it.", words=("1",)),
)
def sources() -> Response:
    """The catalogue by name. A token issued for one system does not read it."""
    require(actor(), Permission.DATA_SOURCE_READ)
    limit, after = jsonkit.page_limit(), parts_of(request.args.get("cursor"), (str, int))
    words = "".join(each for each in request.args.get("q", "")[:_LONGEST] if each.isprintable()).strip()
    search = queries.Search(words=words, retired=request.args.get("retired") == "1")
    page = queries.sources_page(session(), search, after=after, limit=limit)
    following = cursor_of(*page.next_after) if page.next_after else None
    return jsonkit.reply({"items": [source_out(each) for each in page.items], "next": following})


@api.post("/data-sources")
@needs(Permission.DATA_SOURCE_EDIT)
@described(
    SourceOut,
    status=201,
    body=SourceIn,
    example={"name": "Claims of the north", "classification": "confidential", "personal_data": "yes"},
)
def add() -> Response:
    """Put a source in the catalogue."""
    source = actions.add_source(session(), actor(), jsonkit.parsed(SourceIn).facts())
    reply = _told(source, 201)
    reply.headers["Location"] = url_for("data_sources_api.source", key=source.key)
    return reply


@api.get("/data-sources/<key>")
@needs(Permission.DATA_SOURCE_READ)
@described(SourceOut)
def source(key: str) -> Response:
    """One source."""
    require(actor(), Permission.DATA_SOURCE_READ)
    return _told(queries.by_key(session(), key))


@api.patch("/data-sources/<key>")
@needs(Permission.DATA_SOURCE_EDIT)
@described(SourceOut, body=SourceChange, if_match=True, example={"schema_version": "14"})
def change(key: str) -> Response:
    """Change the given fields of a source, if it still stands as If-Match says it was read. For its owner, its steward
    and administrators.
    """
    found = _to_change(key)
    wanted = jsonkit.parsed(SourceChange)
    jsonkit.expected(jsonkit.etag_of(source_out(found)), found.version)
    facts = applied(wanted, queries.source_facts(found))
    return _told(actions.edit_source(session(), actor(), found, facts, version=found.version))


@api.post("/data-sources/<key>/retire")
@needs(Permission.DATA_SOURCE_EDIT)
@described(SourceOut, body=Because, example={"because": "Replaced by the daily feed."})
def retire(key: str) -> Response:
    """Take a source out of the catalogue. Uses that are open stay, and show that it was retired."""
    found = _to_change(key)
    return _told(actions.retire_source(session(), actor(), found, jsonkit.parsed(Because).because))


@api.post("/data-sources/<key>/restore")
@needs(Permission.DATA_SOURCE_EDIT)
@described(SourceOut, refuses=(422,))
def restore(key: str) -> Response:
    """Put a retired source back in the catalogue. It takes no body."""
    return _told(actions.restore_source(session(), actor(), _to_change(key)))


@api.get("/data-sources/<key>/checks")
@needs(Permission.DATA_SOURCE_READ)
@described(Page[CheckOut])
def checks(key: str) -> Response:
    """The checks on a source that are in use, each with its newest result; all at once: there are few."""
    require(actor(), Permission.DATA_SOURCE_READ)
    found = queries.checks_of(session(), queries.by_key(session(), key).id or 0)
    return jsonkit.reply({"items": [check_out(*each) for each in found], "next": None})


@api.post("/data-sources/<key>/checks")
@needs(Permission.DATA_SOURCE_EDIT)
@described(
    CheckOut,
    status=201,
    body=CheckIn,
    example={
        "dimension": "completeness",
        "rule": "Rows with a postcode",
        "unit": "%",
        "bound": "at_least",
        "low": 95,
        "cadence": "daily",
    },
)
def add_check(key: str) -> Response:
    """Set up a check on the quality of a source. It is never edited, but stopped and replaced."""
    check = actions.add_check(session(), actor(), _to_change(key), jsonkit.parsed(CheckIn).facts())
    session().flush()
    return jsonkit.reply(check_out(check, None), 201)


@api.post("/data-sources/<key>/checks/<int:number>/results")
@needs(Permission.DATA_SOURCE_EDIT)
@described(ResultOut, status=201, body=ResultIn, example={"measured_on": "2026-11-02", "value": 97.4})
def add_result(key: str, number: int) -> Response:
    """Record a result of a check; it is judged by the bound of the check."""
    found = _to_change(key)
    check = queries.check_by_id(session(), found.id or 0, number, lock=True)
    result = actions.record_result(session(), actor(), found, check, jsonkit.parsed(ResultIn).facts())
    session().flush()
    return jsonkit.reply(result_out(result), 201)


@api.post("/data-sources/<key>/checks/<int:number>/stop")
@needs(Permission.DATA_SOURCE_EDIT)
@described(CheckOut, refuses=(422,))
def stop_check(key: str, number: int) -> Response:
    """Stop a check; its results stay. It takes no body."""
    found = _to_change(key)
    check = queries.check_by_id(session(), found.id or 0, number, lock=True)
    actions.retire_check(session(), actor(), found, check)
    session().flush()
    newest = next(iter(queries.results_of(session(), number, limit=1)), None)
    return jsonkit.reply(check_out(check, newest))


@api.get("/systems/<key>/data")
@needs(Permission.SYSTEM_READ)
@described(Page[UseOut], Asked("ended", "1: what it no longer uses, in place of what it does.", words=("1",)))
def uses(key: str) -> Response:
    """What a system uses, each use with its source; all at once."""
    system = systems.by_key(session(), actor(), key)
    found = queries.uses_of(session(), system.id or 0, ended=request.args.get("ended") == "1")
    return jsonkit.reply({"items": [use_out(*each) for each in found], "next": None})


@api.post("/systems/<key>/data")
@needs(Permission.DATA_USE_EDIT)
@described(
    UseOut,
    status=201,
    body=UseIn,
    example={"source": "DS-0007", "purpose": "training", "note": "From 2024 on."},
)
def attach(key: str) -> Response:
    """Say that a system uses a source for a purpose from now on."""
    system = _system_to_change(key)
    sent = jsonkit.parsed(UseIn)
    try:
        meant = queries.by_key(session(), sent.source)
    except NotFound as none:
        raise RuleBroken([Problem("source", "There is no source of this id, such as DS-0007.")]) from none
    use = actions.attach(session(), actor(), system.id or 0, meant, sent.purpose, note=sent.note)
    session().flush()
    return jsonkit.reply(use_out(use, meant), 201)


@api.post("/systems/<key>/data/<int:number>/end")
@needs(Permission.DATA_USE_EDIT)
@described(UseOut, body=EndIn, example={"because": "Replaced by the daily feed."})
def system_end_use(key: str, number: int) -> Response:
    """Say that a system no longer uses a source for a purpose."""
    system = _system_to_change(key)
    use, meant = queries.use_by_id(session(), system.id or 0, number, lock=True)
    ended = actions.end_use(session(), actor(), use, jsonkit.parsed(EndIn).because)
    return jsonkit.reply(use_out(ended, meant))


def _to_change(key: str) -> DataSource:
    """The source, locked. A token issued for one system changes none: the actions ask who else may."""
    require(actor(), Permission.DATA_SOURCE_EDIT)
    return queries.by_key(session(), key, lock=True)


def _system_to_change(key: str) -> System:
    system = systems.by_key(session(), actor(), key, lock=True)
    require(actor(), Permission.DATA_USE_EDIT, system.id)
    return system


def _told(found: DataSource, status: int = 200) -> Response:
    session().flush()
    body = source_out(found)
    return jsonkit.reply(body, status, etag=jsonkit.etag_of(body))
