"""A document asked for at an address that somebody typed: from a checked number, in a bounded time and size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from registry.output.connecting import answered
from registry.output.destinations import Destination, Network, Resolver, system_resolver
from registry.output.sending import NotSent

FETCH_SECONDS: Final = 60.0
"""A page of hundreds of things from a busy server takes longer than to hand over a message."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its status, whichever it is, and its bytes."""

    status: int
    body: bytes


def fetch_guarded(
    where: Destination,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
    *,
    body: bytes | None = None,
    largest: int,
    resolve: Resolver = system_resolver,
    deadline: float = FETCH_SECONDS,
) -> Fetched:
    """GET it, or POST `body` where there is one; a redirection is an answer, and followed nowhere.

    Raises NotSent where nothing answers whole before the deadline (in seconds) or in `largest` bytes, and Hostile where the
    name leads to what must not be reached (connecting.answered).
    """
    method = "GET" if body is None else "POST"
    with answered(method, where, body, headers, allowed, resolve=resolve, deadline=deadline) as answer:
        found = Fetched(answer.status, answer.read(largest + 1))
    if len(found.body) > largest:
        raise NotSent(f"the answer is larger than {largest // 1_048_576} MiB")
    return found
