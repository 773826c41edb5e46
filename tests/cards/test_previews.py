"""Kept previews: found by their two hashes, bounded in size, the oldest gone first."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.cards.actions import keep_preview
from registry.cards.models import CardPreview
from registry.cards.queries import kept_preview, preview_sizes
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.errors import Forbidden

DOOR = the_registry("command")
LOOK = "f" * 64


def keep(database, name, pdf, *, most_bytes=100, look=LOOK):
    with database.transaction() as session:
        keep_preview(session, DOOR, 1, name * 64, rendering_sha256=look, pdf=pdf, most_bytes=most_bytes)


def kept(database, name, look=LOOK):
    with database.transaction(read_only=True) as session:
        return kept_preview(session, name * 64, look)


def test_a_preview_is_found_by_its_facts_and_its_rendering_alone(database):
    keep(database, "a", b"one")
    assert kept(database, "a") == b"one"
    assert kept(database, "b") is None
    assert kept(database, "a", "0" * 64) is None


def test_keeping_the_same_twice_keeps_the_first(database):
    keep(database, "a", b"one")
    keep(database, "a", b"two")
    assert kept(database, "a") == b"one"


def test_when_they_take_too_much_the_oldest_go(database):
    for name in "abcde":
        keep(database, name, name.encode() * 40)
    assert [kept(database, name) is not None for name in "abcde"] == [False, False, False, True, True]
    with database.transaction(read_only=True) as session:
        assert sum(size for _, size in preview_sizes(session)) <= 100


def test_one_that_is_too_large_by_itself_is_not_kept_and_costs_no_other(database):
    keep(database, "a", b"small")
    keep(database, "b", b"x" * 101)
    assert kept(database, "a") == b"small"
    assert kept(database, "b") is None


def test_the_database_holds_two_with_the_same_hashes_apart(database):
    row = {"facts_sha256": "a" * 64, "rendering_sha256": LOOK, "size": 1, "made_at": clock.now(), "pdf": b"x"}
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add_all([CardPreview(**row), CardPreview(**row)])


def test_keeping_needs_the_permission_to_export(database):
    with pytest.raises(Forbidden), database.transaction() as session:
        keep_preview(session, Actor(None, "nobody"), 1, "a" * 64, rendering_sha256=LOOK, pdf=b"x")


def test_a_preview_remembers_its_size_and_when(database, frozen_clock):
    keep(database, "a", b"four")
    with database.transaction(read_only=True) as session:
        row = session.exec(select(CardPreview)).one()
        assert (row.size, row.made_at) == (4, frozen_clock)
