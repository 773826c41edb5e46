"""Any page as of a past day: /as-of/2026-10-01/systems/AI-0001 is that system's page as that day ended."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from flask import request

PREFIX: Final = "/as-of/"
_DAY: Final = "registry.as_of"
# What a path may hold as it is (RFC 3986, 3.3).
_SAFE: Final = "/:@!$&'()*+,;=~"
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


def mounted(app: Wsgi, prefix: str) -> Wsgi:
    """A WSGI application under a path of its host, such as /registry, whether or not the proxy before it takes that away.

    An address without the prefix is answered as if it had it: the links of the page then lead back under it.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not environ.get("SCRIPT_NAME"):
            inside = path == prefix or path.startswith(f"{prefix}/")
            environ |= {"SCRIPT_NAME": prefix, "PATH_INFO": (path[len(prefix) :] if inside else path) or "/"}
        return app(environ, start)

    return answer if prefix else app


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


def mount() -> str:
    """Where the application is mounted ("" at the root of its host): what every address begins with, the day's as well."""
    found = request.environ.get(_DAY)
    return request.script_root if found is None else str(found[1])


def of_today(address: str) -> str:
    """An address that this request's page would lead to, as it is today: without the day the page is of."""
    root = request.script_root
    return mount() + address[len(root) :] if root and address.startswith(root) else address


def path_asked() -> str:
    """What this request asks for, as an address that the application knows: without its mount and without a day."""
    query = request.query_string.decode(errors="replace")
    return quote(request.path, safe=_SAFE) + (f"?{query}" if query else "")


def today_instead() -> str:
    """The address of what this request asks for as it is today."""
    return mount() + path_asked()


def address_as_of(day: date | None, address: str) -> str:
    """Where a page is seen as of a day, by its address as the application knows it; without a day, as it is today."""
    return mount() + (address if day is None else f"{PREFIX}{day.isoformat()}{address}")


def asked_for() -> str:
    """The address of what this request asks for, with the day it asks for it as of."""
    return address_as_of(day_asked(), path_asked())
