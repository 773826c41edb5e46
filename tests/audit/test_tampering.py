"""Every way to tamper with a small ledger is found and its first bad entry named, against a checkpoint somebody holds.

Each programme has its control: the same with a seeded defect in the verifier, which must then miss something.
"""

import random
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from registry.audit.models import ENTRY, OBJECT, PAYLOAD
from registry.audit.rules import chain
from registry.audit.rules.chain import Findings, Promise, Walk
from registry.audit.rules.entries import FIRST_LINK, commitment_of, leaf_bytes
from registry.audit.rules.merkle import Frontier, leaf_hash
from tests import databases
from tests.audit.conftest import with_ledger
from tests.audit.doing import add, edit
from tests.audit.things import Thing

Stored = tuple[list, list, list[list]]
BITS = 31


@pytest.fixture(scope="module")
def honest() -> list[Stored]:
    """Twenty entries as they are stored: columns, salt and payload, objects."""
    with databases.fresh("sqlite", "ledger", with_ledger) as database:
        (number,) = add(database, Thing(name="Erika \u201cMustermann\u201d", secret="s"))
        for count in range(19):
            edit(database, number, name=f"somebody {count}")
        with database.engine.connect() as connection:
            rows = [list(row) for row in connection.execute(sa.select(ENTRY).order_by(ENTRY.c.seq))]
            words = {row[0]: list(row[1:]) for row in connection.execute(sa.select(PAYLOAD))}
            objects = {row[0]: [list(row)] for row in connection.execute(sa.select(OBJECT))}
    return [(row, words[row[0]], objects[row[0]]) for row in rows]


def promise(ledger: list[Stored], size: int, *, held: bool = True) -> Promise:
    frontier = Frontier()
    for entry, _, _ in ledger[:size]:
        frontier.add(bytes.fromhex(entry[12]))
    return Promise(size, frontier.root().hex(), "a checkpoint", held=held)


def first_bad(ledger: list[Stored], *promises: Promise) -> int | None:
    """The first bad entry that verification names; None if it finds nothing."""
    findings = Findings()
    walk = Walk(findings, promises)
    for entry, words, objects in sorted(ledger, key=lambda each: each[0][0]):
        walk.follow(entry, tuple(words), objects)
    walk.end()
    return findings.first_bad


def turned(value: str | int, bit: int) -> str | int:
    if isinstance(value, int):
        return value ^ 1 << bit
    data = bytearray(value.encode())
    data[bit // 8] ^= 1 << bit % 8
    # As the verification reads what is no text: as text that fits no hash.
    return data.decode("utf-8", "surrogateescape")


def bits(ledger: list[Stored]) -> Iterator[tuple[int, int, int, int]]:
    """Every bit of every stored value but an entry's number: which entry, which of its rows, which column, which bit."""
    for place, (entry, words, objects) in enumerate(ledger):
        for part, row in enumerate((entry, words, *objects)):
            for column, value in enumerate(row):
                if value is None or (part != 1 and column == 0):
                    continue
                length = BITS if isinstance(value, int) else 8 * len(value.encode())
                yield from ((place, part, column, bit) for bit in range(length))


def missed(ledger: list[Stored], flips: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """The flips after which verification does not name the entry they are in."""
    held = promise(ledger, len(ledger))
    found = []
    for flip in flips:
        place, part, column, bit = flip
        entry, words, objects = ledger[place]
        row = (entry, words, *objects)[part]
        kept = row[column]
        row[column] = turned(kept, bit)
        if first_bad(ledger, held) != entry[0]:
            found.append(flip)
        row[column] = kept
    assert first_bad(ledger, held) is None
    return found


def test_of_some_hundred_bits_turned_over_each_is_found_where_it_is(honest):
    assert missed(honest, random.Random(10).sample(list(bits(honest)), 300)) == []


@pytest.mark.long
def test_of_forty_thousand_bits_turned_over_each_is_found_where_it_is(honest, record_property):
    every = list(bits(honest))
    record_property("bits turned", len(every))
    assert len(every) > 40_000
    assert missed(honest, every) == []


def test_a_verifier_that_reads_a_salt_however_it_is_written_would_miss_some(honest, monkeypatch):
    salts = [flip for flip in bits(honest) if flip[1:3] == (1, 0)]
    assert missed(honest, salts[:120]) == []
    monkeypatch.setattr(chain, "salt_from", _from_any_hex)
    assert missed(honest, salts[:120]) != []


def _from_any_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def rewritten(ledger: list[Stored], seq: int, payload: str) -> list[Stored]:
    """The ledger as somebody would make it up anew from an entry on: every hash fits."""
    made: list[Stored] = []
    link = FIRST_LINK
    for entry, (salt, text), objects in ledger:
        said = payload if entry[0] == seq else text
        row = [*entry[:10], commitment_of(bytes.fromhex(salt), said), link]
        link = leaf_hash(leaf_bytes(row, [each[2:] for each in objects])).hex()
        made.append(([*row, link], [salt, said], objects))
    return made


def renumbered(stored: Stored, seq: int) -> Stored:
    entry, words, objects = stored
    return [seq, *entry[1:]], words, [[seq, *each[1:]] for each in objects]


def structural(honest: list[Stored]) -> Iterator[tuple[str, list[Stored], int]]:
    """What, the ledger after it, and the first bad entry."""
    last = len(honest)
    for seq in range(1, last + 1):
        yield f"entry {seq} deleted", honest[: seq - 1] + honest[seq:], seq
    for seq in range(1, last):
        one, two = renumbered(honest[seq], seq), renumbered(honest[seq - 1], seq + 1)
        yield f"entries {seq} and {seq + 1} traded", [*honest[: seq - 1], one, two, *honest[seq + 1 :]], seq
        # The forged one has a number that a later entry had before everything behind was moved on by one.
        later = [renumbered(each, each[0][0] + 1) for each in honest[seq:]]
        yield f"one put in after {seq}", [*honest[:seq], renumbered(honest[0], seq + 1), *later], seq + 1


def outside(honest: list[Stored]) -> Iterator[tuple[str, list[Stored], int]]:
    """What fits in itself, and is seen by whoever holds a checkpoint over all of it and one over the first five."""
    last = len(honest)
    for seq in range(5, last):
        yield f"cut off after {seq}", honest[:seq], seq + 1
    yield "everything rewritten from 6", rewritten(honest, 6, "{}"), 6
    yield "an old backup that went on another way", rewritten(honest, 9, "{}")[:12], 13


def test_entries_deleted_traded_and_put_in_are_each_named(honest):
    held = promise(honest, len(honest))
    wrong = {what: bad for what, ledger, bad in structural(honest) if first_bad(ledger, held) != bad}
    assert wrong == {}


def test_without_the_link_to_the_entry_before_some_of_that_would_be_missed(honest, monkeypatch):
    monkeypatch.setattr(Walk, "_objection_to_place", lambda *_told, **_more: None)
    monkeypatch.setattr(chain, "leaf_hash", _of_whatever_is_stored(honest))
    assert [what for what, ledger, bad in structural(honest) if first_bad(ledger) != bad] != []


def _of_whatever_is_stored(honest):
    """A hash that does not cover an entry's number: a defect that only the link and the checkpoint would then show."""
    by_rest = {
        re.sub(rb'"seq":\d+', b"", leaf_bytes(entry, [each[2:] for each in objects])): bytes.fromhex(
            entry[12]
        )
        for entry, _, objects in honest
    }
    return lambda data: by_rest.get(re.sub(rb'"seq":\d+', b"", data), b"")


def test_a_tail_cut_off_a_whole_rewrite_and_an_old_backup_are_seen_from_a_held_checkpoint(honest):
    held = promise(honest, 5), promise(honest, len(honest))
    wrong = {
        what: first_bad(ledger, *held)
        for what, ledger, bad in outside(honest)
        if first_bad(ledger, *held) != bad
    }
    assert wrong == {}


def test_without_a_checkpoint_from_outside_none_of_that_is_seen(honest):
    assert {first_bad(ledger) for _, ledger, _ in outside(honest)} == {None}
