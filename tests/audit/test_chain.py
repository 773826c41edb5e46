"""The walk along the chain, in memory: every single change is named at its entry, and honest chains pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.rules import chain
from registry.audit.rules.chain import KEPT, Findings, Walk
from registry.audit.rules.entries import FIRST_LINK, commitment_of, digest_of, leaf_bytes
from registry.audit.rules.merkle import leaf_hash

PAYLOAD = '{"actor":"Zoë","note":{},"objects":[]}'
NUMBERS = {0, 4, 5, 6, 9}


def honest(count: int) -> list[tuple[tuple, tuple, list[tuple]]]:
    """A chain as this program would write it: (entry, payload, objects) each."""
    written, link = [], FIRST_LINK
    for seq in range(1, count + 1):
        salt = bytes([seq] * 15 + [0xAB])
        payload = PAYLOAD.replace("Zoë", f"Zoë {seq}")
        objects = [
            (seq, place, "system", 10 * seq + place, digest_of(salt, b"{}")) for place in range(seq % 3)
        ]
        at = f"2026-11-23T03:40:{seq % 60:02}.123456Z"
        entry = (seq, at, "system.edited", "system", seq, 7, None, "session", "r-1", 1)
        entry = (*entry, commitment_of(salt, payload), link)
        link = leaf_hash(leaf_bytes(entry, [list(row[2:]) for row in objects])).hex()
        written.append(((*entry, link), (salt.hex(), payload), objects))
    return written


def walked(rows) -> Findings:
    findings = Findings()
    walk = Walk(findings)
    for entry, payload, objects in rows:
        walk.follow(entry, payload, objects)
    return findings


def bits(value, *, number: bool):
    """The value with each bit flipped in turn; for text, wherever that is text again."""
    if number:
        yield from ([value ^ (1 << bit) for bit in range(31)] if value is not None else [0, 1])
        yield from [None] if value is not None else []
        yield str(value)
        return
    data = value.encode()
    for position in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        try:
            yield flipped.decode()
        except UnicodeDecodeError:
            continue
    yield data


def altered(rows):
    """Every chain that differs in one bit of one column, with the entry that is wrong and what was done."""
    for index, (entry, payload, objects) in enumerate(rows):
        for column in range(1, 13):
            for other in bits(entry[column], number=column in NUMBERS):
                changed = ((*entry[:column], other, *entry[column + 1 :]), payload, objects)
                yield entry[0], f"entry column {column}: {other!r}", changed, index
        for column in range(2):
            for other in bits(payload[column], number=False):
                both = (*payload[:column], other, *payload[column + 1 :])
                yield entry[0], f"payload column {column}: {other!r}", (entry, both, objects), index
        for place, row in enumerate(objects):
            for column in range(1, 5):
                for other in bits(row[column], number=column in {1, 3}):
                    changed = [*objects]
                    changed[place] = (*row[:column], other, *row[column + 1 :])
                    yield entry[0], f"object column {column}: {other!r}", (entry, payload, changed), index


def missed(rows) -> list[str]:
    """The one-bit changes that the walk does not lay at the door of the right entry, and only of that one."""
    return [
        what
        for seq, what, changed, index in altered(rows)
        if {found.seq for found in walked([*rows[:index], changed, *rows[index + 1 :]]).kept} != {seq}
    ]


@given(st.integers(0, 40))
def test_an_honest_chain_is_clean(count):
    assert walked(honest(count)).total == 0


def test_every_flipped_bit_of_every_column_is_named_at_its_entry_and_nowhere_else():
    rows = honest(9)
    assert sum(1 for _ in altered(rows)) > 25_000
    assert missed(rows) == []


def leniently(text):
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        return None


def test_a_walk_that_reads_salts_leniently_would_miss_flips(monkeypatch):
    monkeypatch.setattr(chain, "salt_from", leniently)
    assert missed(honest(2)), "upper-case digits name the same salt"


def test_a_walk_that_ignores_positions_would_miss_flips(monkeypatch):
    monkeypatch.setattr(chain, "enumerate", lambda rows: ((row[1], row) for row in rows), raising=False)
    assert missed(honest(2)), "the leaf holds the order of objects, not their numbers"


@pytest.mark.parametrize("gone", [1, 2, 4])
def test_a_missing_entry_is_named_and_its_neighbours_are_not(gone):
    rows = honest(5)
    findings = walked(rows[: gone - 1] + rows[gone:])
    assert [(found.seq, found.says) for found in findings.kept] == [(gone, f"entry {gone} is missing")]


def test_a_missing_stretch_is_named_once():
    rows = honest(6)
    assert [found.says for found in walked(rows[:1] + rows[4:]).kept] == ["entries 2 to 4 are missing"]


def test_two_entries_with_their_contents_swapped_are_both_named():
    one, two, three, four = honest(4)
    swapped = [
        one,
        ((2, *three[0][1:]), three[1], [(2, *row[1:]) for row in three[2]]),
        ((3, *two[0][1:]), two[1], [(3, *row[1:]) for row in two[2]]),
        four,
    ]
    findings = walked(swapped)
    assert findings.first_bad == 2
    assert {found.seq for found in findings.kept} >= {2, 3}


def test_an_entry_forged_with_a_true_hash_breaks_the_link_behind_it():
    rows = honest(4)
    entry = (*rows[1][0][:2], "system.registered", *rows[1][0][3:12])
    forged = (*entry, leaf_hash(leaf_bytes(entry, [list(row[2:]) for row in rows[1][2]])).hex())
    findings = walked([rows[0], (forged, *rows[1][1:]), *rows[2:]])
    assert findings.first_bad == 3
    assert "does not follow" in findings.kept[0].says


def test_an_entry_before_the_first_has_no_place():
    rows = honest(3)
    stray = ((0, *rows[0][0][1:]), rows[0][1], [])
    assert [found.seq for found in walked([stray, *rows]).kept] == [0]


def test_a_missing_payload_is_named():
    entry, _, objects = honest(1)[0]
    assert [found.says for found in walked([(entry, None, objects)]).kept] == ["its payload is missing"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-23T03:40:01.123455Z", ["entry 2 is dated before the entry it follows"]),
        ("2026-11-23T03:40:01.123456Z", []),  # One of the same instant is not.
    ],
)
def test_an_entry_dated_before_the_one_it_follows_is_named(at, said):
    rows = honest(1)
    entry = (2, at, *rows[0][0][2:11], rows[0][0][12])
    second = ((*entry, leaf_hash(leaf_bytes(entry, [])).hex()), rows[0][1], [])
    assert [found.says for found in walked([*rows, second]).kept] == said


def test_an_entry_of_a_later_format_is_not_passed_over():
    entry = (*honest(1)[0][0][:9], 2, *honest(1)[0][0][10:12])
    second = (*entry, leaf_hash(leaf_bytes(entry, [list(row[2:]) for row in honest(1)[0][2]])).hex())
    assert "format 2" in walked([(second, *honest(1)[0][1:])]).kept[0].says


def test_findings_beyond_the_limit_are_counted_and_not_kept():
    findings = Findings()
    for seq in range(KEPT + 5):
        findings.say(seq, "x")
    assert len(findings.kept) == KEPT
    assert findings.listed()[-1].says == "and 5 more"
