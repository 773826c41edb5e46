"""The header and tabs that every page of a system shares; what stands in the header is supplied by app.py."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from flask import current_app
from sqlmodel import Session

from registry.kernel.actor import Actor
from registry.web.navigation import system_parts, system_tabs

Header = Callable[[Session, Actor, Any], dict[str, Any]]
Knowable = Callable[[Session, Actor, Sequence[Any]], list[Any]]
_SLOT = "registry_system_header"
_KNOWABLE = "registry_system_knowable"


def supply(app: Any, header: Header, knowable: Knowable) -> None:
    """Name the queries that fill the header and leave out of a history what the reader may not know of.

    Plumbing knows no feature, so the composition root does this.
    """
    app.extensions[_SLOT] = header
    app.extensions[_KNOWABLE] = knowable


def knowable(session: Session, actor: Actor, entries: Sequence[Any]) -> list[Any]:
    """These entries of the ledger without those that tell of what the reader may not know of, though it is of this system."""
    return cast("Knowable", current_app.extensions[_KNOWABLE])(session, actor, entries)


def frame(session: Session, actor: Actor, system: Any) -> dict[str, Any]:
    """What templates/system.html needs: system, owner, owner_unconfirmed, standing, and the tabs."""
    header = cast("Header", current_app.extensions[_SLOT])
    return {
        **header(session, actor, system),
        "system_tabs": system_tabs(system.key),
        "system_parts": system_parts(system.key),
    }
