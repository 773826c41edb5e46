"""The walk along the chain: each entry re-derived from what is stored and compared with what was promised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.audit.rules.entries import FIRST_LINK, SCHEMA, commitment_of, leaf_bytes, salt_from
from registry.audit.rules.erasing import NEVER_ERASED
from registry.audit.rules.merkle import Frontier, leaf_hash

KEPT: Final = 1000
"""How many findings are kept in full; a ledger that is all wrong would fill the memory otherwise."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is not as the ledger says: the entry that is wrong or was the last honest word, and what."""

    seq: int | None
    says: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What was said of the ledger at a size: its root, in hex, and by what. `held`: by something kept outside."""

    size: int
    root: str
    said: str
    held: bool = False


class Findings:
    """What verification found: the first KEPT in full, and how many there were."""

    def __init__(self) -> None:
        self.kept: list[Found] = []
        self.total = 0

    def say(self, seq: int | None, says: str) -> None:
        """Add one finding; `seq` is None where no entry tells of the thing."""
        self.total += 1
        if self.total <= KEPT:
            self.kept.append(Found(seq, says))

    @property
    def first_bad(self) -> int | None:
        """The entry named first, if any finding names one."""
        return next((found.seq for found in self.kept if found.seq is not None), None)

    def listed(self) -> list[Found]:
        """The findings kept, and a last line for those that were not."""
        if self.total <= KEPT:
            return self.kept
        return [*self.kept, Found(None, f"and {self.total - KEPT:,} more")]


class Walk:
    """Follows the chain. Told every entry with its payload and objects in order of seq; keeps the Merkle frontier.

    Every stored byte is compared with one that was derived, as text: nothing is parsed on the way except
    the salt, and that must be spelled exactly as written.
    """

    def __init__(
        self,
        findings: Findings,
        promises: Iterable[Promise] = (),
        erasures: Mapping[int, int] | None = None,
    ) -> None:
        self.frontier = Frontier()
        self._findings = findings
        self._promises: dict[int, list[Promise]] = {}
        for each in sorted(promises, key=lambda promise: promise.size):
            self._promises.setdefault(each.size, []).append(each)
        self._erasures = erasures or {}
        self._kept = 0
        self._broken = False
        self._expected = 1
        self._links: tuple[Any, ...] = (FIRST_LINK,)
        self._at = ""

    def follow(
        self, entry: Sequence[Any], payload: tuple[Any, Any] | None, objects: Sequence[Sequence[Any]]
    ) -> None:
        """Check one entry: columns in table order; (salt, payload) or None if there is none; object rows
        (seq, position, kind, object_id, digest) in order of position.
        """
        seq, stored_leaf = entry[0], entry[12]
        if seq < self._expected:
            self._findings.say(seq, f"entry {seq} has no place: entries are numbered from 1")
            return
        follows_on = seq == self._expected
        if not follows_on:
            self._say_what_is_missing(seq)
        says, leaf = _objection_to_contents(entry, objects)
        if says is None:
            says = self._objection_to_place(entry, follows_on=follows_on)
        if says is not None:
            self._findings.say(seq, says)
        says = _objection_to_payload(entry, payload, self._erasures.get(seq))
        if says is not None:
            self._findings.say(seq, says)
        if leaf is not None:
            self.frontier.add(leaf)
        self._expected = seq + 1
        # Where an entry is wrong in itself, the next one is not blamed for linking to what stood there before.
        self._links = (stored_leaf, leaf.hex() if leaf is not None else None)
        if seq in self._promises:
            self._judge_promises(seq)

    def end(self) -> None:
        """Say which promises speak of more entries than there were. Call it once, after the last entry."""
        for size in list(self._promises):
            self._judge_promises(size)

    def _judge_promises(self, size: int) -> None:
        for promise in self._promises.pop(size):
            if self.frontier.size == size and self.frontier.root().hex() == promise.root:
                self._kept = size
            # After one that is broken, those of later sizes are broken too and tell nothing new.
            elif promise.held or not self._broken:
                self._broken = self._broken or not promise.held
                self._say_broken(promise)

    def _say_broken(self, promise: Promise) -> None:
        last = self._expected - 1
        if promise.size > last:
            self._findings.say(
                self._expected,
                f"{promise.said} speaks of {promise.size:,} entries, and the ledger ends with entry {last:,}:"
                " later ones were cut off, or this is an older copy",
            )
            return
        self._findings.say(
            self._kept + 1,
            f"{promise.said} has another root than these entries:"
            f" something from entry {self._kept + 1:,} to {promise.size:,} was rewritten",
        )

    def _say_what_is_missing(self, seq: int) -> None:
        if seq == self._expected + 1:
            self._findings.say(self._expected, f"entry {self._expected} is missing")
        else:
            self._findings.say(self._expected, f"entries {self._expected} to {seq - 1} are missing")

    def _objection_to_place(self, entry: Sequence[Any], *, follows_on: bool) -> str | None:
        seq, at, schema, prev_hash = entry[0], entry[1], entry[9], entry[11]
        earlier, self._at = self._at, max(self._at, at)
        if schema != SCHEMA:
            return f"entry {seq} is written in format {schema}, which this version cannot check"
        if follows_on and prev_hash not in self._links:
            return f"entry {seq} does not follow the entry before it: its prev_hash is not that entry's leaf_hash"
        if at < earlier:
            return f"entry {seq} is dated before the entry it follows"
        return None


def objections_to(
    entry: Sequence[Any], payload: tuple[Any, Any] | None, objects: Sequence[Sequence[Any]]
) -> list[str]:
    """What is wrong with one entry by itself; whether it follows on the one before takes the whole walk."""
    says, _leaf = _objection_to_contents(entry, objects)
    # Whether words that are missing were erased is the walk's question as well.
    about_words = _objection_to_payload(entry, payload, None) if payload is not None else None
    return [each for each in (says, about_words) if each is not None]


def _objection_to_contents(
    entry: Sequence[Any], objects: Sequence[Sequence[Any]]
) -> tuple[str | None, bytes | None]:
    """What is wrong with the entry in itself, and the leaf hash its contents have, if they have one."""
    seq = entry[0]
    listed = []
    in_place = True
    for place, (_, position, kind, object_id, digest) in enumerate(objects):
        in_place = in_place and position == place
        listed.append((kind, object_id, digest))
    try:
        leaf = leaf_hash(leaf_bytes(entry, listed))
    except (TypeError, ValueError):
        return f"entry {seq} holds a value of the wrong kind", None
    if leaf.hex() != entry[12]:
        return f"entry {seq} is not what was written: its leaf_hash does not match its contents", leaf
    if not in_place:
        return f"entry {seq} lists its objects under other positions than were written", leaf
    return None, leaf


def _objection_to_payload(
    entry: Sequence[Any], payload: tuple[Any, Any] | None, erased_by: int | None
) -> str | None:
    event, commitment = entry[2], entry[10]
    if payload is None:
        if erased_by is None:
            return "its payload is missing"
        if event in NEVER_ERASED:
            return f"entry {erased_by} says that its payload was erased, and {event} is never erased"
        return None
    if erased_by is not None:
        return f"entry {erased_by} says that its payload was erased, and it is stored again"
    salt, text = salt_from(payload[0]), payload[1]
    if salt is None:
        return "its salt is not written as it was: 32 lower-case hexadecimal digits"
    try:
        kept = commitment_of(salt, text) == commitment
    except (AttributeError, ValueError):
        kept = False
    return None if kept else "its payload or salt is not the one the entry is committed to"
