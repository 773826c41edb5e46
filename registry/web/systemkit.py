"""The header and tabs that every page of a system shares; what stands in the header is supplied by app.py."""

from collections.abc import Callable
from typing import Any, cast

from flask import current_app
from sqlmodel import Session

from registry.kernel.actor import Actor
from registry.web.navigation import system_tabs

Header = Callable[[Session, Actor, Any], dict[str, Any]]
_SLOT = "registry_system_header"


def supply(app: Any, header: Header) -> None:
    """Name the query that fills the header. Plumbing knows no feature, so the composition root does this."""
    app.extensions[_SLOT] = header


def frame(session: Session, actor: Actor, system: Any) -> dict[str, Any]:
    """What templates/system.html needs: system, owner, owner_unconfirmed, standing, and the tabs."""
    header = cast("Header", current_app.extensions[_SLOT])
    return {**header(session, actor, system), "system_tabs": system_tabs(system.key)}
