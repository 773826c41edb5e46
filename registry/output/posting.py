"""A message posted to an address that somebody typed: to a checked number, once, for a few seconds, and the answer's text unread."""

from collections.abc import Mapping, Sequence

from registry.output.connecting import DEADLINE_SECONDS, answered
from registry.output.destinations import Destination, Network, Resolver, system_resolver


def post_guarded(
    where: Destination,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Sequence[Network],
    *,
    resolve: Resolver = system_resolver,
    deadline: float = DEADLINE_SECONDS,
) -> int:
    """Post it and give back the status of the answer, whichever that is; a redirection is an answer, and followed nowhere.

    Raises NotSent where nothing answers before the deadline (in seconds), and Hostile where the name leads to what must not be
    reached (connecting.answered).
    """
    with answered("POST", where, body, headers, allowed, resolve=resolve, deadline=deadline) as answer:
        return answer.status
