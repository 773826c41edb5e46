"""apart(): carry something out where no event loop runs, whoever calls."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")


def apart(act: Callable[[], Result]) -> Result:
    """What it returns, or raises, carried out in a thread made for it that sees this one's context.

    pyHanko runs an event loop of its own for each signature, which Python refuses in a thread that runs one already.
    """
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(copy_context().run, act).result()
