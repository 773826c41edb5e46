"""Template globals and filters: may(), dates, words; the frame every page stands in."""

from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Flask, current_app, g, request, url_for
from markupsafe import Markup

from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may, may_order
from registry.kernel.calendar import day_said, last_day, whole_days
from registry.kernel.text import counted, listed, percent, worded
from registry.kernel.wording import told_apart
from registry.output.markdown import to_html
from registry.web.doors import has_past
from registry.web.flask_app import current_actor
from registry.web.navigation import menu
from registry.web.past import day_asked, of_today, path_asked, today_instead

try:
    VERSION = version("ai-registry")
except PackageNotFoundError:
    VERSION = "unreleased"


_DAY = 86_400


def install(app: Flask) -> None:
    """Give templates their filters and what the frame needs."""
    app.jinja_env.filters |= {
        "day": day,
        "instant": instant,
        "ago": ago,
        "whole_days": whole_days,
        "last_day": last_day,
        "parsed": datetime.fromisoformat,
        "percent": percent,
        "worded": worded,
        "listed": listed,
        "counted": lambda count, one, many=None: counted(count, one, many),
        "told_apart": told_apart,
        "markdown": to_html,
    }
    app.jinja_env.globals |= {
        "may": _may,
        "may_order": _may_order,
        "looks_back": _looks_back,
        "version": VERSION,
    }
    app.context_processor(_frame)


def day(value: date | None) -> str:
    """A date as "23 Nov 2026"; a dash-free word when there is none."""
    return day_said(value) if value else "not stated"


def instant(value: datetime | None) -> Markup:
    """An instant as a <time> with the exact UTC value on hover."""
    if value is None:
        return Markup("not stated")
    text = f"{value.day} {value:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), value.isoformat(), text
    )


def ago(value: datetime) -> str:
    """How long since (or until) an instant: "3 days ago", "in 2 hours".

    From a day on, the days of the calendar between them, in UTC: what a reader counts from the dates beside it.
    Below that, whole hours or minutes.
    """
    now = clock.now()
    seconds = (now - value).total_seconds()
    if abs(seconds) >= _DAY:
        return _said(abs((now.astimezone(UTC).date() - value.astimezone(UTC).date()).days), "day", seconds)
    for size, word in ((3_600, "hour"), (60, "minute")):
        if abs(seconds) >= size:
            return _said(int(abs(seconds) // size), word, seconds)
    return "just now"


def _said(count: int, word: str, seconds: float) -> str:
    span = counted(count, word)
    return f"{span} ago" if seconds > 0 else f"in {span}"


def _may(permission: str, system_id: int | None = None) -> bool:
    actor = current_actor()
    return actor is not None and may(actor, Permission(permission), system_id)


def _may_order(permission: str) -> bool:
    actor = current_actor()
    return actor is not None and may_order(actor, Permission(permission))


def _looks_back() -> bool:
    """Whether the page is one of a past day, on which nothing is to be done."""
    actor = current_actor()
    return actor is not None and actor.looks_back


def _frame() -> dict[str, Any]:
    actor = current_actor()
    return {
        "me": _me(actor) if actor else None,
        "navigation": menu(actor) if actor else [],
        "as_of": _as_of(actor) if actor else None,
        "home_url": url_for("portfolio.desk"),
        "shown_on": clock.today(),
        "search_url": url_for("portfolio.search"),
        "search_text": request.args.get("q", "") if request.endpoint == "portfolio.search" else "",
    }


def _as_of(actor: Actor) -> dict[str, Any] | None:
    """The past day that is looked at, if one is; and what the form at the foot needs to lead to another.

    None where the page has no past: a form that leads back to today's page would promise one.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not has_past(view) or not may(actor, Permission.SYSTEM_READ):
        return None
    # A day that cannot be shown is asked for and not looked at.
    day = g.get("as_of")
    return {
        "day": day,
        "today_url": today_instead() if day_asked() else "",
        "chooser_url": of_today(url_for("past.choose")),
        "at": path_asked(),
    }


def _me(actor: Actor) -> dict[str, Any]:
    roles = sorted(role.value for role in actor.roles if role.value != "member")
    return {
        "id": actor.person_id,
        "name": actor.name,
        "roles_said": listed(roles) if roles else "member",
        "links": [
            {"label": "Notices", "url": url_for("notices.inbox"), "icon": "flag"},
            {"label": "My account", "url": url_for("accounts.account"), "icon": "key"},
        ],
        "sign_out_url": url_for("accounts.sign_out"),
    }
