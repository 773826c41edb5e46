"""Checkpoints: what is signed, by which key, and what a checkpoint kept outside shows that the ledger alone does not."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry.audit.actions.checkpoints import EVERY, EVERY_ENTRIES, keep_checkpoint, keep_due_checkpoint
from registry.audit.actions.keys import put_in_place, rotate_key
from registry.audit.models import CHECKPOINT, ENTRY, KEY, OBJECT, PAYLOAD
from registry.audit.queries.checkpoints import checkpoints, keys
from registry.audit.queries.fitness import lacking
from registry.audit.rules.merkle import Frontier
from registry.audit.rules.notes import Signature, Verifier, read_checkpoint, read_note, sealed
from registry.kernel import clock
from registry.kernel.actor import Actor, Role, the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.store.signing import SigningKey, is_signed_by
from tests import databases
from tests.audit.conftest import with_ledger
from tests.audit.doing import behind, checked, recorded
from tests.audit.test_append_only import refused

DOOR = the_registry("command")
ORIGIN = "registry.example.org/ledger"


BOTH = pytest.mark.parametrize("database", databases.KINDS, indirect=True)


@pytest.fixture
def database(request):
    """On SQLite, where a test does not ask for both."""
    with databases.fresh(getattr(request, "param", "sqlite"), "ledger", with_ledger) as made:
        yield made


@pytest.fixture
def sign(database, tmp_path):
    """Signs what the ledger is by now; its text is what an outsider keeps."""

    def signed(*, when_due=False):
        keep = keep_due_checkpoint if when_due else keep_checkpoint
        return keep(database, DOOR, tmp_path / "key.pem", ORIGIN)

    return signed


@pytest.fixture
def rotate(database, tmp_path):
    def rotated(**options):
        with database.transaction() as session:
            row = rotate_key(session, DOOR, tmp_path / "key.pem", **options)
        put_in_place(tmp_path / "key.pem")
        return row

    return rotated


@pytest.fixture
def grown(database):
    """Makes the ledger longer by so many entries."""

    def grow(number: int) -> None:
        for _ in range(number):
            with recorded(database):
                pass

    return grow


def verified(database, held: str | None = None):
    return checked(database, held=held)


def said(found) -> str:
    return "; ".join(each.says for each in found.problems)


def root_of(database, size: int) -> str:
    frontier = Frontier()
    with database.engine.connect() as connection:
        for leaf in connection.execute(
            sa.select(ENTRY.c.leaf_hash).order_by(ENTRY.c.seq).limit(size)
        ).scalars():
            frontier.add(bytes.fromhex(leaf))
    return frontier.root().hex()


def cut_off(database, after: int) -> None:
    """Everything after an entry is gone, stored checkpoints included, as if it had never been."""
    with behind(database) as connection:
        for table in (OBJECT, PAYLOAD, ENTRY):
            connection.execute(sa.delete(table).where(table.c.seq > after))
        connection.execute(sa.delete(CHECKPOINT).where(CHECKPOINT.c.size > after))


def test_a_key_that_is_not_in_its_place_is_lacking_until_it_is_put_back_or_said_to_be_lost(
    database, sign, rotate, tmp_path
):
    file, away, beside = (tmp_path / name for name in ("key.pem", "away.pem", "key.pem.next"))
    assert lacking(database, file) == {}
    sign()
    assert lacking(database, file) == {}
    file.replace(away)
    assert "does not hold it" in lacking(database, file)["signing key"]
    SigningKey.new().write(file)
    assert f"{file} does not hold it" in lacking(database, file)["signing key"]
    file.write_text("no key at all")
    assert "rotate-key --lost" in lacking(database, file)["signing key"]
    # As a rotation leaves it that was stopped before the last step.
    away.replace(beside)
    assert lacking(database, file) == {}
    beside.unlink()
    rotate(lost="the disk of the old machine")
    assert lacking(database, file) == {}


def test_a_checkpoint_says_size_and_root_and_is_signed_by_the_key_in_the_ledger(
    database, sign, grown, caplog
):
    grown(2)
    with caplog.at_level(logging.INFO, "registry.ledger"):
        made = sign()
    told = read_checkpoint(read_note(made.note))
    with database.transaction(read_only=True) as session:
        (key,) = keys(session)
    # The third entry is the key itself, of which the ledger tells.
    assert (told.origin, told.size, told.root.hex()) == (ORIGIN, 3, root_of(database, 3))
    (signature,) = read_note(made.note).signatures
    verifier = Verifier.read(key.verifier)
    assert (signature.key_id, verifier.name) == (key.key_id, ORIGIN)
    assert is_signed_by(verifier.public, signature.data, told.text().encode())
    assert caplog.messages == [f"checkpoint origin={ORIGIN} size=3 root={made.root} key={key.key_id}"]
    assert verified(database, made.note).ok


@BOTH
def test_the_next_checkpoint_goes_on_from_the_last_and_nothing_new_makes_none(database, sign, grown):
    grown(5)
    first = sign()
    assert sign() == first
    grown(6)
    second = sign()
    assert (second.size, second.root) == (12, root_of(database, 12))
    with database.transaction(read_only=True) as session:
        assert [each.size for each in checkpoints(session)] == [12, 6]
    assert verified(database, first.note).ok
    assert verified(database, second.note).ok


def test_a_checkpoint_falls_due_by_time_or_by_number(sign, grown, frozen_clock):
    assert sign(when_due=True) is None
    grown(1)
    assert sign(when_due=True).size == 2
    with clock.frozen(frozen_clock + EVERY):
        assert sign(when_due=True) is None
    grown(1)
    with clock.frozen(frozen_clock + EVERY - timedelta(seconds=1)):
        assert sign(when_due=True) is None
    with clock.frozen(frozen_clock + EVERY):
        assert sign(when_due=True).size == 3
        grown(EVERY_ENTRIES - 1)
        assert sign(when_due=True) is None
        grown(1)
        assert sign(when_due=True).size == 3 + EVERY_ENTRIES


def test_a_broken_ledger_is_not_signed(database, sign, grown):
    grown(3)
    sign()
    grown(2)
    with behind(database) as connection:
        connection.execute(sa.delete(PAYLOAD).where(PAYLOAD.c.seq == 5))
        connection.execute(sa.delete(ENTRY).where(ENTRY.c.seq == 5))
    with pytest.raises(RuleBroken, match="entry 5 is missing"):
        sign()
    cut_off(database, 3)
    with behind(database) as connection:
        connection.execute(
            sa.insert(CHECKPOINT).values(
                size=4, root="0" * 64, peaks="0" * 64, origin=ORIGIN, key_id="x", note="x", made_at="x"
            )
        )
    with pytest.raises(RuleBroken, match="does not go on"):
        sign()


def test_only_those_who_keep_the_ledger_sign_it(database, tmp_path, grown):
    grown(1)
    auditor = Actor(person_id=1, name="Aud", roles=frozenset({Role.MEMBER, Role.AUDITOR}))
    with pytest.raises(Forbidden):
        keep_checkpoint(database, auditor, tmp_path / "key.pem", ORIGIN)
    assert list(tmp_path.glob("key*")) == []


# -- what is done behind, against a checkpoint somebody holds ----------------------------------------------------


@BOTH
def test_a_tail_cut_off_with_its_checkpoints_is_seen_by_whoever_holds_one(database, sign, grown):
    grown(4)
    first, _ = sign(), grown(3)
    held = sign()
    cut_off(database, 6)
    assert verified(database).ok
    assert verified(database, first.note).ok
    found = verified(database, held.note)
    assert (found.ok, found.first_bad) == (False, 7)
    assert "speaks of 8 entries, and the ledger ends with entry 6" in said(found)


def test_a_tail_cut_off_without_its_checkpoints_is_seen_by_the_ledger_itself(database, sign, grown):
    grown(4)
    sign()
    with behind(database) as connection:
        for table in (OBJECT, PAYLOAD, ENTRY):
            connection.execute(sa.delete(table).where(table.c.seq == 5))
    found = checked(database, live=False)
    assert (found.ok, found.first_bad) == (False, 5)


def test_another_key_another_origin_or_a_changed_text_are_each_named(database, sign, grown):
    grown(1)
    held = sign().note
    lines = held.split("\n")
    text = read_note(held).text
    stranger = SigningKey.new()
    other = Signature(ORIGIN, Verifier(ORIGIN, stranger.public).key_id, stranger.sign(text.encode()))
    for spoilt, says in (
        (held.replace(f"\n{lines[1]}\n", "\n1\n"), "changed after it was signed"),
        (sealed(text, [other]), "does not know as its own"),
        (held.replace(f"\n{lines[1]}\n", "\n9\n"), "and the ledger ends with entry 2"),
        (held.replace(ORIGIN, "elsewhere.example.org/ledger"), "of another ledger"),
        (held[:-6] + ("A" if held[-6] != "A" else "B") + held[-5:], "changed after it was signed"),
        ("no checkpoint", "is no checkpoint"),
        (held.replace("\u2014", "-"), "is no checkpoint"),
    ):
        found = verified(database, spoilt)
        assert not found.ok
        assert says in said(found), (spoilt, said(found))


@BOTH
def test_a_stored_checkpoint_or_key_that_was_changed_is_named(database, sign, grown):
    grown(2)
    sign()
    for column, value in ((CHECKPOINT.c.root, "0" * 64), (CHECKPOINT.c.note, "x"), (CHECKPOINT.c.peaks, "")):
        with behind(database) as connection:
            before = connection.execute(sa.select(column)).scalar_one()
            connection.execute(sa.update(CHECKPOINT).values({column.name: value}))
        assert "the checkpoint over 3 entries is not as it was signed" in said(verified(database))
        with behind(database) as connection:
            connection.execute(sa.update(CHECKPOINT).values({column.name: before}))
    assert verified(database).ok
    with behind(database) as connection:
        connection.execute(
            sa.update(KEY).values(verifier=Verifier(ORIGIN, SigningKey.new().public).written())
        )
    found = said(verified(database))
    assert "which this registry does not know as its own" in found
    assert "ledger_key 1 is not as entry 3 left it" in found


@BOTH
@pytest.mark.parametrize("table", ["ledger_key", "ledger_checkpoint"])
def test_the_database_refuses_to_change_or_drop_what_was_signed(database, sign, grown, table):
    grown(1)
    sign()
    assert refused(database, f"UPDATE {table} SET origin = 'x'")
    assert refused(database, f"DELETE FROM {table}")
    if database.is_sqlite:
        assert refused(database, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


# -- keys --------------------------------------------------------------------------------------------------------


def test_a_new_key_is_vouched_for_by_the_old_one_and_old_checkpoints_still_verify(
    database, sign, grown, rotate
):
    grown(1)
    before = sign()
    row = rotate()
    after = sign()
    assert after.key_id == row.key_id != before.key_id
    note = read_note(row.statement)
    assert [each.key_id for each in note.signatures] == [before.key_id, after.key_id]
    with database.transaction(read_only=True) as session:
        for signature, key in zip(note.signatures, keys(session), strict=True):
            assert is_signed_by(Verifier.read(key.verifier).public, signature.data, note.text.encode())
    assert f"\n{row.verifier}\n" in note.text
    assert verified(database, before.note).ok
    assert verified(database, after.note).ok


def test_a_rotation_that_stopped_before_the_file_was_moved_is_finished_by_the_next_signature(
    database, sign, grown, tmp_path
):
    grown(1)
    sign()
    with database.transaction() as session:
        row = rotate_key(session, DOOR, tmp_path / "key.pem")
    assert sign().key_id == row.key_id
    assert [each.name for each in tmp_path.glob("key*")] == ["key.pem"]


def test_a_lost_key_is_asked_for_and_replaced_only_where_that_is_said(
    database, sign, grown, rotate, tmp_path
):
    grown(1)
    with pytest.raises(RuleBroken, match="no key yet"):
        rotate()
    sign()
    (tmp_path / "key.pem").unlink()
    grown(1)
    with pytest.raises(RuleBroken, match="Put that file back"):
        sign()
    with pytest.raises(RuleBroken, match="Put that file back"):
        rotate()
    row = rotate(lost="the disk of the old machine broke")
    assert [each.key_id for each in read_note(row.statement).signatures] == [row.key_id]
    assert sign().key_id == row.key_id
    assert verified(database).ok
