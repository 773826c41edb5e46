"""Asking another server for a JSON document: over a bounded time, in a bounded size, and nowhere else than asked."""

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, build_opener

from registry.kernel.errors import RuleBroken
from registry.kernel.strict_json import decoded
from registry.output.sending import StayHere

_TIMEOUT_SECONDS: Final = 10
_LARGEST: Final = 1_000_000


class Unanswered(RuntimeError):
    """There is no answer that can be read, and why. `is_refusal` where the server understood and declined (4xx)."""

    def __init__(self, says: str, *, is_refusal: bool = False) -> None:
        super().__init__(says)
        self.is_refusal = is_refusal


def ask(
    url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object a server answers a GET with, or a POST where there is a form. Raises Unanswered.

    Whoever calls has checked the address; a redirection is followed nowhere.
    """
    host = urlsplit(url).hostname
    request = Request(  # noqa: S310 - the caller has checked the scheme
        url,
        urlencode(form).encode() if form is not None else None,
        {"Accept": "application/json", "User-Agent": "ai-registry", **(headers or {})},
    )
    try:
        with build_opener(StayHere).open(request, timeout=_TIMEOUT_SECONDS) as answer:
            text = answer.read(_LARGEST + 1)
    except HTTPError as answer:
        answer.close()
        raise Unanswered(f"{host} answered {answer.code}", is_refusal=400 <= answer.code < 500) from answer
    except (URLError, HTTPException, OSError, ValueError) as broken:
        raise Unanswered(f"{host} cannot be reached") from broken
    return _read(text, host)


def _read(text: bytes, host: str | None) -> dict[str, Any]:
    if len(text) > _LARGEST:
        raise Unanswered(f"{host} answered with more than {_LARGEST:,} bytes")
    try:
        value = decoded(text)
    except RuleBroken as broken:
        raise Unanswered(f"{host} answered with no JSON that can be read") from broken
    if not isinstance(value, dict):
        raise Unanswered(f"{host} answered with no JSON object")
    return value
