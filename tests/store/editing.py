"""Many programs that edit one system at once through the JSON door, and a count of what became of each edit."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from registry.accounts import actions as accounts

WRITERS = ("ada", "ben", "dee", "adam")
# A refused editor waits for a moment of chance, longer each time: else each success would be refused to all others.
_SHORTEST_WAIT, _LONGEST_WAIT = 2.0, 8.0


@dataclass
class Edits:
    """What the server acknowledged, how often it refused, and anything it should never have said."""

    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    unexpected: list[int] = field(default_factory=list)


def headers_for(database, cast, count: int) -> list[dict[str, str]]:
    """So many tokens of people who may edit Triage."""
    found = []
    with database.transaction() as session:
        for number in range(count):
            name = WRITERS[number % len(WRITERS)]
            text, _ = accounts.issue_token(
                session,
                cast.actor(session, name),
                cast.people[name],
                f"editor {number}",
                frozenset({"registry:read", "systems:write"}),
            )
            found.append({"Authorization": f"Bearer {text}"})
    return found


class Editor:
    """One program: it reads the record, adds a line of its own to the description, and tries again when refused."""

    def __init__(self, app, url: str, number: int, headers: dict[str, str], between: Callable[[], object]):
        self.client, self.url, self.headers = app.test_client(), url, headers
        self.number, self.between = number, between
        self.chance = random.Random(number)

    def edit(self, times: int) -> Edits:
        done = Edits()
        for each in range(times):
            marker = f"e{self.number:02d}n{each:02d}"
            wait = _SHORTEST_WAIT
            while (status := self.try_to_add(marker)) == 409:
                done.refused += 1
                time.sleep(self.chance.uniform(0, wait))
                wait = min(wait * 2, _LONGEST_WAIT)
            if status != 200:
                done.unexpected.append(status)
                break
            done.acknowledged.append(marker)
        return done

    def try_to_add(self, marker: str) -> int:
        read = self.client.get(self.url, headers=self.headers)
        if read.status_code != 200:
            return read.status_code
        self.between()
        text = f"{read.json['description']}\n{marker}"
        held = self.headers | {"If-Match": read.headers["ETag"]}
        return self.client.patch(self.url, json={"description": text}, headers=held).status_code


def edit_at_once(
    app, url: str, headers: list[dict[str, str]], times: int, between: Callable[[], object] = lambda: None
) -> Edits:
    """All editors together, each so many edits."""
    start = threading.Barrier(len(headers))

    def run(numbered: tuple[int, dict[str, str]]) -> Edits:
        editor = Editor(app, url, *numbered, between)
        start.wait()
        return editor.edit(times)

    with ThreadPoolExecutor(len(headers)) as pool:
        found = list(pool.map(run, enumerate(headers)))
    return Edits(
        [marker for each in found for marker in each.acknowledged],
        sum(each.refused for each in found),
        [status for each in found for status in each.unexpected],
    )


def lost_or_doubled(acknowledged: Iterable[str], description: str) -> list[str]:
    """The acknowledged edits that are not in the record exactly once."""
    there = Counter(description.split())
    return [marker for marker in acknowledged if there[marker] != 1]
