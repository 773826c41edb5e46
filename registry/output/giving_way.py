"""Pages go first where a processor is wanted by a page and by what nobody watches a second of."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

STEPS: Final = 10
"""Of nineteen: where both want all of a processor a page gets nine tenths of it, and the work is still done."""


def give_way() -> None:
    """Let this process, and what it starts from now on, come after pages."""
    with suppress(OSError):
        # Not further than that: what is started by one that has given way already gives way no more.
        os.setpriority(os.PRIO_PROCESS, 0, max(STEPS, os.getpriority(os.PRIO_PROCESS, 0)))
    with suppress(OSError):
        # Where the kernel shares time between sessions first, what a process gives way in its own helps nobody in another.
        Path("/proc/self/autogroup").write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
