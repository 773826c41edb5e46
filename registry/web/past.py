"""Any page as of a past day: /as-of/2026-10-01/systems/AI-0001 is that system's page as that day ended."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from flask import request

PREFIX: Final = "/as-of/"
_DAY: Final = "registry.as_of"
_LENGTH: Final = len("2026-10-01")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def led_back(app: Wsgi) -> Wsgi:
    """A WSGI application whose addresses may begin with a day. Every link of a page then does as well.

    The day becomes a part of where the application is mounted (SCRIPT_NAME), which all addresses are built upon.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        said, rest = path[len(PREFIX) :][:_LENGTH], path[len(PREFIX) + _LENGTH :]
        day = day_in(said) if path.startswith(PREFIX) and rest[:1] in {"", "/"} else None
        if day is not None:
            mount = environ.get("SCRIPT_NAME", "")
            environ |= {"SCRIPT_NAME": f"{mount}{PREFIX}{said}", "PATH_INFO": rest or "/", _DAY: (day, mount)}
        return app(environ, start)

    return answer


def day_in(text: str) -> date | None:
    """The day that is written so (2026-10-01), or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def day_asked() -> date | None:
    """The day as of which this request's page is asked for; None for today's."""
    found = request.environ.get(_DAY)
    return None if found is None else found[0]


def today_instead() -> str:
    """The address of what this request asks for as it is today."""
    mount: str = request.environ[_DAY][1]
    return mount + request.full_path.rstrip("?")


def address_as_of(day: date | None, address: str) -> str:
    """Where a page of ours, by its address of today, is seen as of a day; its address of today without one."""
    return address if day is None else f"{PREFIX}{day.isoformat()}{address}"


def asked_for() -> str:
    """The address of what this request asks for, with the day it asks for it as of."""
    return address_as_of(day_asked(), request.full_path.rstrip("?"))
