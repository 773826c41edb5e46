"""Counts of requests, kept in memory that all serving processes share, so that any of them can tell the sum.

Each process writes in a slot of its own and any reads all slots, so no process waits for another. A slot outlives its
process: what the next one counts there goes on from where it stood, and a count never falls.
"""

import mmap
import threading
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

# fmt: off
STATUSES: Final = (
    200, 201, 202, 204, 206, 301, 302, 303, 304, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 415, 422, 428, 429,
    500, 503, 507,
)
# fmt: on
"""Each counted by itself; whatever else is sent counts as 0."""
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds up to which a request falls in a bucket; those above all are in one more."""
TOTALS: Final = ("snapshots", "deliveries")
"""What else is counted, by name."""
GAUGES: Final = ("pool_size", "pool_in_use")
"""What each process tells of itself; added up over those that live."""

_ENDPOINTS: Final = 1_024
_STATUS_CELLS = len(STATUSES) + 1
_BUCKET_CELLS = len(BOUNDS) + 1
_WIDTH = _STATUS_CELLS + _BUCKET_CELLS + 1
_MORE = len(TOTALS) + len(GAUGES)
_SLOT = _ENDPOINTS * _WIDTH + _MORE
_CELL_BYTES = 8


@dataclass(slots=True)
class Served:
    """The requests of one endpoint: how many by status, how many by bucket, and how many seconds in all."""

    statuses: dict[int, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * _BUCKET_CELLS)
    seconds: float = 0.0


class Tallies:
    """The counts of all processes that were forked after it was made; of this process alone where none was."""

    def __init__(self, slots: int = 1) -> None:
        self._slots = slots
        # Pages of it that nobody writes to take no memory.
        self._memory = mmap.mmap(-1, slots * _SLOT * _CELL_BYTES)
        self._cells = memoryview(self._memory).cast("d")
        self._lock = threading.Lock()
        self._base = 0
        self.endpoints: tuple[str, ...] = ()
        self._index: dict[str, int] = {}

    def write_in(self, slot: int) -> None:
        """Count in this slot from here on; no other process may. Raises ValueError for one there is not."""
        if not 0 <= slot < self._slots:
            raise ValueError(f"there is no slot {slot} of {self._slots}")
        self._base, self._lock = slot * _SLOT, threading.Lock()

    def name(self, endpoints: tuple[str, ...]) -> None:
        """Say what is counted. The same application names the same endpoints in every process."""
        self.endpoints = endpoints[:_ENDPOINTS]
        self._index = {each: number for number, each in enumerate(self.endpoints)}

    def served(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one request; of an endpoint that was not named, nothing is counted."""
        number = self._index.get(endpoint)
        if number is None:
            return
        place = self._base + number * _WIDTH
        code = STATUSES.index(status) if status in STATUSES else len(STATUSES)
        bucket = place + _STATUS_CELLS + bisect_left(BOUNDS, seconds)
        with self._lock:
            self._cells[place + code] += 1
            self._cells[bucket] += 1
            self._cells[place + _WIDTH - 1] += seconds

    def add(self, total: str, count: int) -> None:
        """Count so many more of one of TOTALS."""
        with self._lock:
            self._cells[self._base + _ENDPOINTS * _WIDTH + TOTALS.index(total)] += count

    def tell(self, gauge: str, value: float) -> None:
        """Say what one of GAUGES stands at in this process."""
        self._cells[self._base + _ENDPOINTS * _WIDTH + len(TOTALS) + GAUGES.index(gauge)] = value

    def silence(self, slot: int) -> None:
        """Take back what the process of a slot told of itself: it is no more."""
        start = slot * _SLOT + _ENDPOINTS * _WIDTH + len(TOTALS)
        for cell in range(start, start + len(GAUGES)):
            self._cells[cell] = 0.0

    def total(self, name: str) -> int:
        """One of TOTALS over all processes."""
        return int(self._over_slots(_ENDPOINTS * _WIDTH + TOTALS.index(name)))

    def gauge(self, name: str) -> float:
        """One of GAUGES over all processes."""
        return self._over_slots(_ENDPOINTS * _WIDTH + len(TOTALS) + GAUGES.index(name))

    def all_served(self) -> Iterator[tuple[str, Served]]:
        """The requests of every endpoint that has had one."""
        for number, endpoint in enumerate(self.endpoints):
            row = [self._over_slots(number * _WIDTH + cell) for cell in range(_WIDTH)]
            if not any(row):
                continue
            codes = zip((*STATUSES, 0), row[:_STATUS_CELLS], strict=True)
            yield (
                endpoint,
                Served(
                    {code: int(count) for code, count in codes if count},
                    [int(count) for count in row[_STATUS_CELLS:-1]],
                    row[-1],
                ),
            )

    def _over_slots(self, cell: int) -> float:
        return float(sum(self._cells[slot * _SLOT + cell] for slot in range(self._slots)))
