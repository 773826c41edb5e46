"""What the pages of a system's feedback share: finding it, the filters in the address, going back."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.feedback import queries
from registry.feedback.models import Feedback
from registry.feedback.queries import Narrowing
from registry.feedback.rules.feedback import Category
from registry.feedback.rules.triage import State
from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import cursor_of, parts_of
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.flask_app import actor, session
from registry.web.formkit import query_number

PAGE = 30
# Beside the states themselves: all of those in which somebody still has to do something.
WAITING = "waiting"
Choice = TypeVar("Choice", bound=StrEnum)


def seen(key: str) -> System:
    """The system, for whoever may know of it."""
    return systems.by_key(session(), actor(), key)


def held(key: str, permission: Permission = Permission.FEEDBACK_ANSWER) -> System:
    """The system, for whoever holds the permission on it; locked while something is written."""
    system = systems.by_key(session(), actor(), key, lock=request.method == "POST")
    require(actor(), permission, system.id)
    return system


def answerable(key: str, number: int) -> tuple[System, Feedback]:
    """The system and one piece of feedback on it, both locked, for whoever may answer it."""
    system = held(key)
    return system, queries.feedback_by_id(session(), system.id or 0, number, lock=True)


def narrowing() -> Narrowing:
    """What the address narrows the list to. Raises RuleBroken for a word it does not know."""
    state, theme = request.args.get("state", ""), query_number("theme")
    waits = state == WAITING
    return Narrowing(
        state=None if waits else _chosen("state", State),
        waits=waits,
        category=_chosen("category", Category),
        theme_id=None if theme is None else min(theme, LARGEST_NUMBER),
        spam=request.args.get("spam") == "1",
    )


def _chosen(name: str, kind: type[Choice]) -> Choice | None:
    text = request.args.get(name, "")
    if text and text not in set(kind):
        raise RuleBroken([Problem(name, "Choose one of the list.")])
    return kind(text) if text else None


def before() -> int | None:
    """The last piece of feedback seen, from the address."""
    place = parts_of(request.args.get("before"), (int,))
    return min(place[0], LARGEST_NUMBER) if place else None


def filters(endpoint: str, by: Narrowing, next_after: tuple[Any, ...] | None, **place: Any) -> dict[str, Any]:
    """What the list's template needs besides its lines: the choices, what is chosen, the pages before and after."""
    kept: dict[str, Any] = {
        name: value for name in ("state", "category", "theme", "spam") if (value := request.args.get(name))
    }
    following = url_for(endpoint, **place, **kept, before=cursor_of(*next_after)) if next_after else None
    return {
        "by": by,
        "narrowed": by != Narrowing(),
        "states": list(State),
        "categories": list(Category),
        "all_url": url_for(endpoint, **place),
        "next_url": following,
        "first_url": url_for(endpoint, **place, **kept) if request.args.get("before") else None,
    }


def back_to(system: System, number: int, said: str) -> ResponseReturnValue:
    """To the page of one piece of feedback, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("feedback.show", key=system.key, number=number), 303)


def back_to_all(system: System, said: str, anchor: str | None = None) -> ResponseReturnValue:
    """To the system's feedback, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("feedback.system", key=system.key, _anchor=anchor), 303)
