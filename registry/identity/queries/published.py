"""What a provider publishes, kept for a while: asked for by one at a time, and not over and over where it does not answer."""

import copy
import time
from collections.abc import Callable
from threading import Condition
from typing import Final, Generic, TypeVar

from registry.identity.rules.terms import Distrusted
from registry.output.asking import Unanswered

Value = TypeVar("Value")

FAILED_SECONDS: Final = 10
"""How long nobody asks again after a question that had no answer, or none to be believed."""
# Longer than one question takes: whoever waits for another's would else give up just before it is answered.
_LONGEST_WAIT: Final = 30


class Published(Generic[Value]):
    """One document of a provider, as one process keeps it. No lock is held while it is asked for."""

    def __init__(self, fetch: Callable[[], Value], seconds: float) -> None:
        self._fetch, self._seconds = fetch, seconds
        self._changed = Condition()
        self._kept: tuple[float, Value] | None = None
        self._failed: tuple[float, Unanswered | Distrusted] | None = None
        self._is_asked = False

    @property
    def known(self) -> Value | None:
        """What is known of it already, however old: for whoever cannot wait for an answer."""
        kept = self._kept
        return kept[1] if kept else None

    def get(self) -> Value:
        """It, at most so many seconds old as it may be; older, while another asks for it. Raises Unanswered, Distrusted."""
        return self._had(self._seconds, waits=False)

    def newer(self, seconds: float) -> Value:
        """It, at most so many seconds old: what another asks for now is waited for. Raises Unanswered, Distrusted."""
        return self._had(seconds, waits=True)

    def _had(self, seconds: float, *, waits: bool) -> Value:
        with self._changed:
            while True:
                if self._kept is not None and time.monotonic() - self._kept[0] <= seconds:
                    return self._kept[1]
                if self._failed is not None and time.monotonic() - self._failed[0] <= FAILED_SECONDS:
                    # A copy: one exception raised in many threads would gather the paths of all of them.
                    raise copy.copy(self._failed[1])
                if not self._is_asked:
                    self._is_asked = True
                    break
                if self._kept is not None and not waits:
                    return self._kept[1]
                if not self._changed.wait(_LONGEST_WAIT):
                    raise Unanswered("somebody else has been asking it for too long")
        return self._asked()

    def _asked(self) -> Value:
        kept, failed = self._kept, None
        try:
            value = self._fetch()
            kept = (time.monotonic(), value)
        except (Unanswered, Distrusted) as broken:
            failed = (time.monotonic(), broken)
            raise
        finally:
            with self._changed:
                self._kept, self._failed, self._is_asked = kept, failed, False
                self._changed.notify_all()
        return value
