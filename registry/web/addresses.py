"""Addresses of views, made once: pages lead to the same few places, and to each of them a hundred times; and whole ones."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request, url_for

_MOST = 20_000


class Addresses:
    """The addresses an application has made, by all that they are made of."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], str] = {}

    def of(self, endpoint: str, values: dict[str, Any], make: Callable[..., str]) -> str:
        """The address of a view within a request, which `make` makes where it is not known yet."""
        if endpoint.startswith(".") or any(name.startswith("_") for name in values):
            return make(endpoint, **values)
        # By their kinds as well: 1 and True are the same key and not the same in an address.
        key = (request.script_root, endpoint, *((name, type(each), each) for name, each in values.items()))
        try:
            known = self._known.get(key)
        except TypeError:
            return make(endpoint, **values)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[key] = make(endpoint, **values)
        return known


def whole_url(endpoint: str, **values: Any) -> str:
    """The address of a page with its host."""
    told = urlsplit(current_app.config["REGISTRY_BASE_URL"])
    return f"{told.scheme}://{told.netloc}{url_for(endpoint, **values)}"
