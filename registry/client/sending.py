"""Readings in batches, tried again and again in the same words, kept when nothing helps"""

import json
import math
import os
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from http.client import HTTPException
from pathlib import Path
from typing import Final

from .buffering import Buffer
from .connection import LONGEST_WAIT, Connection, address, packed
from .counts import Forecasts, Group
from .points import Point, Receipt
from .refusals import Refused, Unreachable
from .spreads import Distribution

MOST_POINTS: Final = 10_000
MOST_DISTRIBUTIONS: Final = 1_000
MOST_WINDOWS: Final = 500
_NOT_THE_POINTS: Final = frozenset(
    {401, 403}
)  # a token that ran out says nothing against what it was to send


class Registry:
    """A registry at an address, written to with a token that carries the scope snapshots:write.

    `timeout` is in seconds for each attempt; `retries` are tried after the first, after `backoff` seconds and
    twice as long each time, or as long as the registry asks. With `buffer`, the path of a file, points
    that cannot be sent are kept there, across restarts and crashes, and are sent first next time; what the
    registry then refuses is moved to the file of that name with .refused behind it. Several processes may share one.
    """

    def __init__(
        self, url: str, token: str, buffer: str | os.PathLike[str] | None = None, timeout: float = 10, retries: int = 5,
        backoff: float = 0.5,
    ) -> None:  # fmt: skip
        self._connection = Connection(url, token, timeout, backoff)
        self._buffer = None if buffer is None else Buffer(Path(buffer))
        self._retries = retries

    def push(
        self, system: str, points: Iterable[Point], version: str | None = None, source: str | None = None,
        supersedes: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Send readings of a system, in batches of 10,000, after all that still waits in the buffer.

        `version` is that of the model they are of, `source` the tool that made them, `supersedes` why they replace
        readings with the same keys. Raises Refused, and Unreachable where there is no buffer. Batches after a
        refused one are not sent, unless they wait in the buffer already.
        """
        return self._send(system, "snapshots", MOST_POINTS, points, (version, source, supersedes))

    def push_distributions(
        self, system: str, distributions: Iterable[Distribution], version: str | None = None, source: str | None = None,
        supersedes: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Send how the cases of windows spread over the features of a system, in batches of 1,000, as push does."""
        told = version, source, supersedes
        return self._send(f"{system}/distributions", "distributions", MOST_DISTRIBUTIONS, distributions, told)

    def push_groups(
        self, system: str, groups: Iterable[Group], version: str | None = None, source: str | None = None,
        supersedes: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Send counts by group, as push sends readings. Alerts follow from them a moment later, not in the receipt."""
        told = version, source, supersedes
        return self._send(f"{system}/fairness", "counts", MOST_POINTS, groups, told)

    def push_calibration(
        self, system: str, forecasts: Iterable[Forecasts], version: str | None = None, source: str | None = None,
        supersedes: str | None = None,
    ) -> Receipt:  # fmt: skip
        """Send forecasts in bins, as push sends readings."""
        told = version, source, supersedes
        return self._send(f"{system}/calibration", "windows", MOST_WINDOWS, forecasts, told)

    def baseline_edges(self, system: str) -> dict[str, list[float]]:
        """Between which edges each feature of a system is to be counted, as its baseline is; groups and categories aside.

        The token needs the scope registry:read. Raises Refused and Unreachable.
        """
        found: dict[str, list[float]] = {}
        cursor: str | None = ""
        while cursor is not None:
            asked = {"limit": "200", **({"cursor": cursor} if cursor else {})}
            path = address("systems", system, "baselines", **asked)
            some, cursor = self._connection.ask(path, None, {}, self._retries, _edges)
            found |= some
        return found

    def _send(
        self, system: str, kind: str, most: int, items: Iterable[Point | Distribution | Group | Forecasts],
        words: tuple[str | None, str | None, str | None],
    ) -> Receipt:  # fmt: skip
        told = dict(zip(("version", "source", "supersedes"), words, strict=True))
        head = "".join(f"{json.dumps(name)}: {json.dumps(text)}, " for name, text in told.items() if text)
        texts = [item.as_json() for item in items]
        receipt, pause, own = Receipt(), 0.0, dict[str, tuple[int, int]]()
        trouble: Refused | Unreachable | None = None
        waiting = self._buffer is not None and self._buffer.is_waiting()
        for start in range(0, len(texts), most):
            batch = texts[start : start + most]
            body = f'{{{head}"{kind}": [{", ".join(batch)}]}}'
            try:
                if not waiting:
                    # Where there is a buffer, points are on the disk before there is time to wait and be killed.
                    receipt += self._post(system, body, 0 if self._buffer else self._retries)
                    continue
            except Refused as refused:
                if self._buffer is None or refused.status not in _NOT_THE_POINTS:
                    raise _counted_over_all(refused, start, receipt) from None
                trouble = refused
            except Unreachable as unreachable:
                if self._buffer is None:
                    raise
                pause = unreachable.wait if self._retries else math.inf
            waiting = True
            if self._buffer is not None:
                self._buffer.append(system, body)
            own[body] = start, len(batch)
        if waiting and trouble is None and pause <= LONGEST_WAIT:
            time.sleep(pause)
            sent, trouble = self._drain(own)
            receipt += sent
        receipt = replace(receipt, buffered=sum(count for _, count in own.values()))
        if isinstance(trouble, Refused):
            raise _counted_over_all(trouble, 0, receipt)
        return receipt

    def flush(self) -> Receipt:
        """Send what waits in the buffer, oldest first. Raises Unreachable, and Refused when the token is not taken.

        While another process is at it, nothing is done here.
        """
        receipt, trouble = self._drain()
        if trouble is not None:
            raise trouble
        return receipt

    def _drain(
        self, own: dict[str, tuple[int, int]] | None = None
    ) -> tuple[Receipt, Refused | Unreachable | None]:
        """Send what waits: the receipt for what is one's `own` (or for all), and what stopped it.

        What was answered is taken out of `own`. Of the refusals, only those of one's own are told; all are set aside.
        """
        receipt, refusal = Receipt(), None

        def send(system: str, body: str) -> str | None:
            nonlocal receipt, refusal
            try:
                answer = self._post(system, body, self._retries)
            except Refused as refused:
                if refused.status in _NOT_THE_POINTS:
                    raise
                if own and body in own:
                    refusal = refusal or _counted_over_all(refused, own.pop(body)[0], receipt)
                return str(refused)
            if own is None or own.pop(body, None) is not None:
                receipt += answer
            return None

        try:
            if self._buffer is not None:
                self._buffer.drain(send)
        except (Refused, Unreachable) as trouble:
            return receipt, trouble
        return receipt, refusal

    def _post(self, system: str, body: str, retries: int) -> Receipt:
        """Send one batch, the same bytes each time, until there is an answer to it."""
        data, headers = packed(body.encode())
        # No key has a stroke in it; where nothing stands behind one, it is readings that are sent.
        key, _, door = system.partition("/")
        path = address("systems", key, door or "snapshots")
        return self._connection.ask(
            path, data, {"Content-Type": "application/json", **headers}, retries, _receipt
        )


def _edges(data: bytes) -> tuple[dict[str, list[float]], str | None]:
    """The edges on a page of baselines, by feature, and where the next page begins."""
    try:
        told = json.loads(data)
        alone = [each for each in told["items"] if not each["group"] and "edges" in (each["baseline"] or {})]
        found = {str(each["feature"]): [float(edge) for edge in each["baseline"]["edges"]] for each in alone}
        return found, told["next"]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HTTPException("what answered there is no registry") from None


def _receipt(data: bytes) -> Receipt:
    try:
        told = json.loads(data)
        return Receipt(
            int(told["accepted"]), int(told["duplicate"]), 0, dict(told.get("verdicts") or {}),
            tuple(told.get("alerts_opened") or ()), tuple(told.get("alerts_resolved") or ()), told.get("ledger_seq"),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HTTPException("what answered there is no registry") from None


def _counted_over_all(refused: Refused, start: int, receipt: Receipt) -> Refused:
    def moved(found: re.Match[str]) -> str:
        return f"{found[1]}.{int(found[2]) + start}"

    problems = [
        (re.sub(r"^(snapshots|distributions|counts|windows)\.(\d+)", moved, name), text)
        for name, text in refused.problems
    ]
    told = Refused(refused.status, refused.says, problems)
    told.receipt = receipt
    return told
