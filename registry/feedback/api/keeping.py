"""The themes of a system's feedback, renamed and merged; what the system is known not to do well."""

from flask import Response

from registry.feedback import actions, queries
from registry.feedback.api.pieces import api, held
from registry.feedback.models import Theme
from registry.feedback.schemas import (
    LimitationIn,
    LimitationOut,
    MergeIn,
    ThemeChange,
    ThemeOut,
    TrendOut,
    limitation_said,
    theme_said,
    trend_said,
)
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.systems import queries as systems
from registry.web import jsonkit
from registry.web.describing import Page, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@api.get("/systems/<key>/feedback/themes")
@needs(Permission.SYSTEM_READ)
@described(Page[TrendOut])
def themes(key: str) -> Response:
    """What a system's feedback is about, what comes up most of late first; all at once: there are few."""
    system = systems.by_key(session(), actor(), key)
    lines = queries.theme_lines(session(), system.id or 0, clock.today())
    return jsonkit.reply({"items": [trend_said(each) for each in lines], "next": None})


@api.get("/systems/<key>/feedback/themes/<int:number>")
@needs(Permission.SYSTEM_READ)
@described(ThemeOut)
def theme(key: str, number: int) -> Response:
    """One theme that was not merged into another."""
    system = systems.by_key(session(), actor(), key)
    return _told(queries.theme_by_id(session(), system.id or 0, number))


@api.patch("/systems/<key>/feedback/themes/<int:number>")
@needs(Permission.FEEDBACK_ANSWER)
@described(ThemeOut, body=ThemeChange, if_match=True, example={"name": "Slow at night"})
def rename_theme(key: str, number: int) -> Response:
    """Call a theme something else, if it still stands as If-Match says it was read."""
    found = queries.theme_by_id(session(), held(key).id or 0, number, lock=True)
    wanted = jsonkit.parsed(ThemeChange)
    jsonkit.expected(jsonkit.etag_of(theme_said(found)), found.version)
    name = wanted.name if "name" in wanted.model_fields_set else found.name
    return _told(actions.rename_theme(session(), actor(), found, name, version=found.version))


@api.post("/systems/<key>/feedback/themes/<int:number>/merge")
@needs(Permission.FEEDBACK_ANSWER)
@described(ThemeOut, body=MergeIn, example={"into_id": 4})
def merge_theme(key: str, number: int) -> Response:
    """Let another theme of the system stand for this one and for all that were merged into it; the reply is the other."""
    system = held(key)
    found = queries.theme_by_id(session(), system.id or 0, number, lock=True)
    into_id = jsonkit.parsed(MergeIn).into_id
    try:
        into = queries.theme_by_id(session(), system.id or 0, into_id, lock=True)
    except NotFound as none:
        raise RuleBroken([Problem("into_id", "This system has no theme of this number.")]) from none
    return _told(actions.merge_themes(session(), actor(), found, into))


@api.get("/systems/<key>/feedback/limitations")
@needs(Permission.SYSTEM_READ)
@described(Page[LimitationOut])
def limitations(key: str) -> Response:
    """What a system is known not to do well, those in force first; all at once."""
    system = systems.by_key(session(), actor(), key)
    found = queries.limitations_of(session(), system.id or 0)
    return jsonkit.reply({"items": [limitation_said(each) for each in found], "next": None})


@api.post("/systems/<key>/feedback/limitations")
@needs(Permission.FEEDBACK_ANSWER)
@described(
    LimitationOut,
    status=201,
    body=LimitationIn,
    example={"limitation": "Claims in other languages than German wait longer."},
)
def add_limitation(key: str) -> Response:
    """Write down, from today, what the system does not do well and for whom."""
    system, sent = held(key), jsonkit.parsed(LimitationIn)
    added = actions.add_limitation(session(), actor(), system.id or 0, sent.limitation)
    return jsonkit.reply(limitation_said(added), 201)


@api.post("/systems/<key>/feedback/limitations/<int:number>/end")
@needs(Permission.FEEDBACK_ANSWER)
@described(LimitationOut, refuses=(422,))
def end_limitation(key: str, number: int) -> Response:
    """Say that a limitation is over as of today; feedback under it stays there. There is nothing to send."""
    found = queries.limitation_by_id(session(), held(key).id or 0, number, lock=True)
    return jsonkit.reply(limitation_said(actions.end_limitation(session(), actor(), found)))


def _told(found: Theme) -> Response:
    session().flush()
    body = theme_said(found)
    return jsonkit.reply(body, etag=jsonkit.etag_of(body))
