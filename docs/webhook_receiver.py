"""Check what the AI Registry sends: copy this into a receiver. Standard library only.

    try:
        event = verified(request.headers, request.body, secret, time.time())
    except Refused:
        return 400
    if event["id"] not in seen:
        do_the_work(event)
        seen.add(event["id"])
    return 200

`seen` remembers the ids of the last days, such as a table with a unique column. An id is remembered after the work, best in
its transaction: what breaks off in between is sent again and done then. A repetition is answered like the first time; by
anything but 2xx it would only come once more.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

WINDOW_SECONDS = 300


class Refused(Exception):
    """It is not from the registry, was changed, or is too old. Answer 400."""


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> dict[str, Any]:
    """The event as a CloudEvent, once it is known to be the registry's, unchanged and fresh."""
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
    if event["id"] != uid:
        raise Refused("it says another id than was signed")
    return event
