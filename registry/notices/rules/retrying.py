"""When what could not be sent is tried again: ten times within some 26 hours, further and further apart; then it is dead."""

from datetime import datetime, timedelta
from typing import Final

from registry.kernel.tries import so_far

WAITS_SECONDS: Final = (30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 36_000)
MOST_ATTEMPTS: Final = len(WAITS_SECONDS) + 1
LEASE_SECONDS: Final = 120
_JITTER: Final = 0.2


def next_try(attempts: int, at: datetime, chance: float) -> datetime | None:
    """When to try after the attempt of that number has failed, None where it is given up: after each MOST_ATTEMPTS.

    `chance`, from 0 to 1, moves it by up to a fifth either way: what failed together does not come back together.
    """
    tried = so_far(attempts, MOST_ATTEMPTS)
    if tried >= MOST_ATTEMPTS:
        return None
    return at + timedelta(seconds=WAITS_SECONDS[tried - 1] * (1 + _JITTER * (2 * chance - 1)))


def lease_end(at: datetime) -> datetime:
    """Until when what is being sent is nobody else's; whoever dies over it loses it after that."""
    return at + timedelta(seconds=LEASE_SECONDS)
