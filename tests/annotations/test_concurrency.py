"""A tag that goes while somebody puts it on a system: neither finds an error, and no system carries what is not there."""

import pytest

from registry.annotations import actions, queries
from registry.audit.queries import verify
from registry.kernel.actor import the_registry
from tests.ownership.racing import second_of

DOOR = the_registry("command")

# SQLite lets one writer in at a time, so there is nobody to meet.
where_writers_meet = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def numbers(database, cast):
    """Two tags: "pilot", which nothing carries, and "trial", which Sentinel does."""
    with database.transaction() as session:
        actions.retag(session, DOOR, cast.sentinel.id, add=["pilot", "trial"])
        actions.retag(session, DOOR, cast.sentinel.id, remove=["pilot"])
        return {name: tag.id for name, tag in queries.tags_named(session, ["pilot", "trial"]).items()}


def tagging(cast, *names):
    return lambda session: actions.retag(session, DOOR, cast.triage.id, add=names)


def removing(number):
    def remove(session):
        actions.remove_tag(session, DOOR, queries.held_tags(session, [number])[number])

    return remove


def merging(numbers):
    def merge(session):
        held = queries.held_tags(session, numbers.values())
        actions.merge_tags(session, DOOR, held[numbers["trial"]], held[numbers["pilot"]])

    return merge


def carried(database, cast):
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
        ids = [cast.triage.id, cast.sentinel.id]
        return {number: [tag.name for tag in tags] for number, tags in queries.tags_of(session, ids).items()}


def test_a_tag_put_on_a_system_at_the_last_moment_is_not_removed(database, cast, numbers):
    assert second_of(database, tagging(cast, "pilot"), removing(numbers["pilot"])) == "refused"
    assert carried(database, cast) == {cast.triage.id: ["pilot"], cast.sentinel.id: ["trial"]}


def test_a_tag_removed_at_the_last_moment_is_made_anew(database, cast, numbers):
    assert second_of(database, removing(numbers["pilot"]), tagging(cast, "pilot")) == "done"
    assert carried(database, cast) == {cast.triage.id: ["pilot"], cast.sentinel.id: ["trial"]}


def test_a_merger_takes_along_what_was_tagged_while_it_waited(database, cast, numbers):
    assert second_of(database, tagging(cast, "trial"), merging(numbers)) == "done"
    assert carried(database, cast) == {cast.triage.id: ["pilot"], cast.sentinel.id: ["pilot"]}


@where_writers_meet
def test_without_the_lock_the_database_would_refuse_to_lose_the_tag(database, cast, numbers):
    def remove(session):
        actions.remove_tag(session, DOOR, queries.tag_by_id(session, numbers["pilot"]))

    assert second_of(database, tagging(cast, "pilot"), remove) == "IntegrityError"
