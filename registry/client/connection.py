"""The connection: one question to a registry, tried again in the same words until there is an answer"""

import contextlib
import gzip
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Final, TypeVar

from .refusals import Refused, Unreachable

LONGEST_WAIT: Final = 300.0  # seconds; whoever must wait for longer is better kept in the buffer
_GZIP_FROM: Final = 1024
_LONGEST_ANSWER: Final = 10_000_000
_AGAIN: Final = frozenset({408, 429})  # and whatever goes wrong on their side, from 500 up

Answer = TypeVar("Answer")


class Connection:
    """A registry at an address, asked with a token. `timeout` is in seconds for each attempt, `backoff` before the second.

    Raises ValueError for an address that is none of the web, and for a token that cannot be one.
    """

    def __init__(self, url: str, token: str, timeout: float = 10, backoff: float = 0.5) -> None:
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(f"the address of a registry begins with https://, unlike {url}")
        if not (token.isascii() and token.isprintable() and token.strip()):
            raise ValueError("the token is empty or holds characters that no token has")
        self.url = f"{url.rstrip('/')}/api/v1/"
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, application/problem+json",
            "User-Agent": "registry-client/1",
        }
        self._timeout, self._backoff = timeout, backoff
        # A redirect would turn the POST into a GET and show the token to whoever is at its end.
        self._open = urllib.request.build_opener(_NoRedirect).open

    def ask(
        self, path: str, data: bytes | None, headers: Mapping[str, str], retries: int, read: Callable[[bytes], Answer]
    ) -> Answer:  # fmt: skip
        """The answer at an address below /api/v1/, read: to a POST where there is something to send, else to a GET.

        Each attempt at one POST has the same Idempotency-Key: where the answer to the first was lost, the registry does not do
        it again, but answers as it did then. Raises Refused for a no, and Unreachable where there is no answer however often it is tried.
        """
        told = {**self._headers, **headers}
        if data is not None:
            told["Idempotency-Key"] = f'"{uuid.uuid4()}"'
        for attempt in range(retries + 1):
            asked = 0.0
            try:
                method = "GET" if data is None else "POST"
                request = urllib.request.Request(self.url + path, data, told, method=method)  # noqa: S310 - checked above
                with self._open(request, timeout=self._timeout) as answer:
                    return read(answer.read(_LONGEST_ANSWER))
            except urllib.error.HTTPError as error:
                if not _worth_another(error):
                    raise _refusal(error) from None
                why, asked = f"it answered {error.code}", _seconds(error.headers.get("Retry-After"))
                error.close()
            except (OSError, HTTPException) as error:
                why = str(error) or type(error).__name__
            # Not all at once: many who were cut off together would come back together.
            pause = max(asked, self._backoff * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - no secret
            if attempt == retries or pause > LONGEST_WAIT:
                break
            time.sleep(pause)
        raise Unreachable(f"The registry at {self.url} cannot be reached: {why}", pause)


def address(*parts: str, **asked: str) -> str:
    """A path of these parts, each written so that it stays one, with what is asked behind it."""
    path = "/".join(urllib.parse.quote(part, safe="") for part in parts)
    return f"{path}?{urllib.parse.urlencode(asked)}" if asked else path


def packed(data: bytes) -> tuple[bytes, dict[str, str]]:
    """What is sent, packed where that pays, and the header that says so."""
    if len(data) <= _GZIP_FROM:
        return data, {}
    return gzip.compress(data, 6, mtime=0), {"Content-Encoding": "gzip"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _worth_another(error: urllib.error.HTTPError) -> bool:
    # An earlier attempt at the same may be under way still: then it is said when to ask again.
    under_way = error.code == 409 and error.headers.get("Retry-After") is not None
    return error.code >= 500 or error.code in _AGAIN or under_way


def _refusal(error: urllib.error.HTTPError) -> Refused:
    with error:
        try:
            told = json.loads(error.read(_LONGEST_ANSWER))
            problems = [(str(each["field"]), str(each["message"])) for each in told.get("problems") or ()]
            says = told.get("detail") or told.get("title") or error.reason
        except (OSError, HTTPException, ValueError, TypeError, KeyError, AttributeError):
            problems, says = [], error.reason
    if 300 <= error.code < 400:
        says = f"The registry is at another address: {error.headers.get('Location')}"
    return Refused(error.code, str(says), problems)


def _seconds(asked: str | None) -> float:
    """The seconds a Retry-After asks for, as a number or as an instant."""
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        if asked and asked.strip().isdigit():
            return float(asked)
        if asked:
            return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    return 0.0
