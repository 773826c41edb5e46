"""Check what the AI Registry sends: copy this into a receiver. Standard library only.

    event = verified(request.headers, request.body, secret, time.time(), seen)

`seen` remembers the ids of the last days, such as a table with a unique column; here anything with `in` and `add`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Protocol

WINDOW_SECONDS = 300


class Refused(Exception):
    """It is not from the registry, was changed, is too old, or has been here before. Answer 400, or 200 to a repetition."""


class Seen(Protocol):
    """What remembers ids."""

    def __contains__(self, uid: object) -> bool: ...

    def add(self, uid: str) -> None: ...


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: float, seen: Seen) -> dict[str, Any]:
    """The event as a CloudEvent, once it is known to be the registry's, unchanged, fresh and new."""
    uid = headers.get("X-Registry-Id", "")
    stamp = headers.get("X-Registry-Timestamp", "")
    if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > WINDOW_SECONDS:
        raise Refused("too old, or without a time")
    expected = hmac.new(secret.encode(), f"{uid}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    given = headers.get("X-Registry-Signature", "").split()
    # There are two while a secret is being replaced; compared in constant time, each.
    if not any(hmac.compare_digest(f"v1={expected}".encode(), one.encode()) for one in given):
        raise Refused("not signed with this secret")
    event: dict[str, Any] = json.loads(body)
    if event["id"] != uid or uid in seen:
        raise Refused("it has been here before")
    seen.add(uid)
    return event
