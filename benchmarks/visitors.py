"""People who open pages at fixed times, whatever the server does, and what they and its log say of how long that took."""

import http.client
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PAGES = {
    "desk": "/",
    "register": "/systems",
    "register, filtered": "/systems?stage=live&missing=deputy",
    "register, searched": "/systems?q=claim",
    "register, sorted": "/systems?sort=owner",
    "search": "/search?q=claim",
    "portfolio": "/portfolio",
}
WAITS_SECONDS = 120
BEHIND_SECONDS = 30


class Visitors:
    """People who open pages at fixed times, each over a line of its own."""

    def __init__(self, port: int, cookies: dict[str, str], rate: float) -> None:
        self._port, self._cookies, self._rate = port, cookies, rate
        self._number = 0

    def come(self, going_on: Callable[[float], bool]) -> dict[str, tuple[str, float]]:
        """By the number of each request its page, and the milliseconds until its last byte; as long as it goes on."""
        asked = [(page, cookie) for page in PAGES for cookie in self._cookies.values()]
        found: dict[str, tuple[str, float]] = {}
        began, turn = time.perf_counter(), 0
        with ThreadPoolExecutor(64) as people_:
            while going_on(time.perf_counter() - began):
                due = began + turn / self._rate
                time.sleep(max(0.0, due - time.perf_counter()))
                # Neighbours in the list are of one page: seven steps on is another page and another person.
                page, cookie = asked[turn * 8 % len(asked)]
                self._number += 1
                people_.submit(self._open, f"visit-{self._number:06}", page, cookie, due, found)
                turn += 1
                if turn - len(found) > BEHIND_SECONDS * self._rate:
                    people_.shutdown(wait=False, cancel_futures=True)
                    raise RuntimeError(
                        f"At {self._rate:g} pages a second it falls behind without end on this machine."
                    )
        return found

    def _open(
        self, number: str, page: str, cookie: str, due: float, found: dict[str, tuple[str, float]]
    ) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WAITS_SECONDS)
        try:
            line.request("GET", PAGES[page], headers={"Cookie": cookie, "X-Request-Id": number})
            reply = line.getresponse()
            reply.read()
            said = page if reply.status == 200 else f"{page}: {reply.status}"
        except (OSError, http.client.HTTPException) as failure:
            said = f"{page}: {failure!r}"
        finally:
            line.close()
        found[number] = (said, (time.perf_counter() - due) * 1_000)


def served_in(log: Path) -> dict[str, float]:
    """By the number of each request the milliseconds it took by the server's own log."""
    lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    return {line["request_id"]: line["ms"] for line in lines if line.get("event") == "request"}


def spread(times: list[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    ranked = sorted(times)
    p50, p95, p99 = (ranked[min(len(ranked) - 1, int(len(ranked) * share))] for share in (0.5, 0.95, 0.99))
    return p50, p95, p99


def told(title: str, found: dict[str, tuple[str, float]], log: Path) -> None:
    """Print what was measured, page by page."""
    time.sleep(1)
    by_server, by_page = served_in(log), defaultdict(list)
    for number, (page, waited) in found.items():
        by_page[page].append((by_server.get(number, float("nan")), waited))
    loads = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n{title}; {len(found):,} pages, load {loads}, milliseconds")
    print(f"{'':24}{'pages':>7}{'server p50':>12}{'p95':>8}{'p99':>8}{'waited p50':>14}{'p95':>8}{'p99':>8}")
    for page in sorted(by_page, key=lambda each: [*PAGES, each].index(each)):
        server, waited = (spread(list(each)) for each in zip(*by_page[page], strict=True))
        numbers = "".join(f"{each:8.0f}" for each in server).rjust(28)
        print(f"{page:24}{len(by_page[page]):>7}{numbers}{''.join(f'{each:8.0f}' for each in waited):>30}")
