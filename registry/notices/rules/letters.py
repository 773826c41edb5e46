"""What a letter says: one line for each thing, and one for many alike; nothing in it can be answered or approved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from registry.kernel.text import counted, shortened

SUBJECT_LIMIT: Final = 150
MOST_LINES: Final = 50
_ALIKE: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One thing somebody is told: about which system, if any, in a sentence, with the path of the page to look at."""

    number: int
    event: str
    system_key: str
    system_name: str
    sentence: str
    path: str
    at: datetime
    is_read: bool = False
    count: int = 1

    @property
    def system(self) -> str:
        """The system as it is named: "AI-0042 Claims triage", or ""."""
        return f"{self.system_key} {self.system_name}".strip()


def collapsed(lines: Sequence[Line]) -> list[Line]:
    """The lines, newest first, three or more of a kind about one system as one that counts them and says the newest."""
    alike: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(lines, key=lambda each: (each.at, each.number), reverse=True):
        alike.setdefault((line.event, line.system_key), []).append(line)
    found: list[Line] = []
    for same in alike.values():
        if len(same) < _ALIKE:
            found += same
        else:
            newest = same[0]
            said = f"{len(same)} times, last: {newest.sentence}"
            found.append(replace(newest, sentence=said, count=len(same)))
    return sorted(found, key=lambda each: (each.at, each.number), reverse=True)


def subject_of(lines: Sequence[Line]) -> str:
    """The heading of a letter with these lines, of at most SUBJECT_LIMIT characters on one line."""
    if len(lines) == 1:
        [only] = lines
        return shortened(f"{only.system}: {only.sentence}" if only.system else only.sentence, SUBJECT_LIMIT)
    told = counted(sum(line.count for line in lines), "notice")
    systems = {line.system_key for line in lines if line.system_key}
    return f"{told} about {counted(len(systems), 'system')}" if systems else told
