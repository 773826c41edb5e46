"""Erasure: the words go, the entry and its hashes stay, and the log says by whom, why and when."""

import json

import pytest
import sqlalchemy as sa

from registry.audit.actions.erasing import erase_entry
from registry.audit.models import ENTRY, PAYLOAD
from registry.audit.queries import entries, history_of
from registry.audit.rules.erasing import NEVER_ERASED, Erasure, problems_with
from registry.kernel.actor import Actor, Role
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.kernel.events import Event
from tests import databases
from tests.audit.conftest import with_ledger
from tests.audit.doing import add, behind, checked, edit, recorded
from tests.audit.test_append_only import refused
from tests.audit.things import Thing

BASIS = "Article 17(1)(b) GDPR, request of 4 May 2026"
ADMIN = Actor(person_id=1, name="Ann Admin", roles=frozenset({Role.MEMBER, Role.ADMINISTRATOR}))
AUDITOR = Actor(person_id=2, name="Otto Auditor", roles=frozenset({Role.MEMBER, Role.AUDITOR}))


BOTH = pytest.mark.parametrize("database", databases.KINDS, indirect=True)


@pytest.fixture
def database(request):
    """Entry 1 names somebody; entry 2 corrects that. On SQLite, where a test does not ask for both."""
    with databases.fresh(getattr(request, "param", "sqlite"), "ledger", with_ledger) as made:
        (number,) = add(made, Thing(name="Erika Mustermann"))
        edit(made, number, name="somebody")
        yield made


def erase(
    database, seq: int = 1, actor: Actor = ADMIN, approver: Actor = AUDITOR, basis: str = BASIS
) -> None:
    with database.transaction() as session:
        erase_entry(session, actor, seq, basis=basis, approver=approver)


@BOTH
def test_the_words_and_the_salt_are_gone_and_the_ledger_verifies_as_before(database):
    before = checked(database)
    erase(database)
    found = checked(database)
    assert (found.ok, found.entries, found.erased) == (True, 3, {1: 3})
    with database.transaction(read_only=True) as session:
        rows = session.connection().execute(sa.select(PAYLOAD.c.seq, PAYLOAD.c.payload)).all()
        told, kept = entries(session, event=Event.ENTRY_ERASED)[0], history_of(session, "thing", 1)
    assert {seq for seq, _ in rows} == {2, 3}
    # What the correction says of the value before is another entry, and erased by itself.
    assert [seq for seq, text in rows if "Erika" in text] == [2]
    assert told.said == {"basis": BASIS, "approved by": "Otto Auditor (person 2)"}
    assert (told.actor_id, told.subject_kind, told.subject_id, told.system_id) == (1, "ledger_entry", 1, 1)
    assert [item.seq for item in kept] == [2, 1]
    assert kept[1].said == {"erased": f"on {told.at:%Y-%m-%d} by entry 3", "basis": BASIS}
    assert before.ok


@BOTH
def test_without_an_entry_that_says_so_no_words_go(database):
    assert refused(database, "DELETE FROM ledger_payload WHERE seq = 1")
    erase(database)
    assert refused(database, "DELETE FROM ledger_payload WHERE seq = 2")
    assert refused(database, "UPDATE ledger_payload SET seq = 1 WHERE seq = 2")
    assert refused(database, "DELETE FROM ledger_entry WHERE seq = 1")
    assert refused(database, "DELETE FROM ledger_object WHERE seq = 1")


def test_words_that_return_or_were_never_to_go_are_named(database):
    with database.engine.connect() as connection:
        salt, text = connection.execute(
            sa.select(PAYLOAD.c.salt, PAYLOAD.c.payload).where(PAYLOAD.c.seq == 1)
        ).one()
    with recorded(database, Event.SYSTEM_ATTESTED):
        pass
    erase(database)
    with behind(database) as connection:
        connection.execute(sa.insert(PAYLOAD).values(seq=1, salt=salt, payload=text))
    assert checked(database).first_bad == 1
    with behind(database) as connection:
        connection.execute(sa.delete(PAYLOAD).where(PAYLOAD.c.seq.in_([1, 3])))
    found = checked(database)
    assert (found.first_bad, [each.seq for each in found.problems]) == (3, [3])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"seq": 2}, "Correct or remove thing 1 first"),
        ({"basis": "because"}, "legal basis"),
        ({"approver": ADMIN}, "a second person"),
        (
            {"approver": Actor(person_id=9, name="Mia", roles=frozenset({Role.MEMBER}))},
            "Only an administrator",
        ),
    ],
)
def test_an_erasure_that_may_not_be_is_refused_and_nothing_goes(database, asked, says):
    with pytest.raises(RuleBroken, match=says):
        erase(database, **asked)
    assert (checked(database).entries, checked(database).erased) == (2, {})


def test_an_entry_is_erased_once_and_by_administrators_alone(database):
    with pytest.raises(Forbidden):
        erase(database, actor=AUDITOR, approver=ADMIN)
    with pytest.raises(NotFound):
        erase(database, seq=99)
    erase(database)
    with pytest.raises(RuleBroken, match="erased already"):
        erase(database)
    with pytest.raises(RuleBroken, match="never erased"):
        erase(database, seq=3)


@BOTH
def test_a_row_put_back_after_the_last_word_on_it_was_erased_is_named(database):
    with recorded(database) as session:
        session.delete(session.get(Thing, 1))
    erase(database, seq=3)
    assert checked(database).ok
    with behind(database) as connection:
        connection.execute(
            sa.insert(Thing.__table__).values(id=1, name="x", story="", ready=False, version=1)
        )
    found = checked(database)
    assert [each.seq for each in found.problems] == [3]


def test_what_binds_is_never_erased():
    for event in NEVER_ERASED:
        refused_for = problems_with(
            Erasure(1, event, has_words=True, standing=(), basis=BASIS, same_person=False, may_approve=True)
        )
        assert ["never erased" in each.message for each in refused_for] == [True]
    for event in (
        *(Event.SYSTEM_ATTESTED, Event.SIGN_OFF_OPENED, Event.SIGN_OFF_SIGNED, Event.REVIEW_DECIDED),
        *(Event.WAIVER_DECIDED, Event.RISK_ACCEPTED, Event.DOSSIER_SIGNED, Event.AUTONOMY_DECIDED),
        *(Event.CARD_PUT_FORWARD, Event.CARD_RETURNED, Event.CARD_APPROVED, Event.CARD_WITHDRAWN),
        *(Event.CARD_ISSUED, Event.VERSION_APPROVED, Event.BACKUP_MADE, Event.BACKUP_RESTORED),
        *(Event.ENTRY_ERASED, Event.SIGNING_KEY_ADDED, Event.SIGNING_KEY_ROTATED),
    ):
        assert event.value in NEVER_ERASED
    # What tells of people going about their work can be asked to go.
    assert NEVER_ERASED.isdisjoint({Event.SIGN_IN_SUCCEEDED, Event.PERSON_EDITED, Event.CARDS_EXPORTED})


def test_the_entry_of_an_erasure_says_nothing_of_what_was_erased(database):
    erase(database)
    with database.engine.connect() as connection:
        said = connection.execute(sa.select(PAYLOAD.c.payload).where(PAYLOAD.c.seq == 3)).scalar_one()
        assert (
            connection.execute(sa.select(ENTRY.c.event).where(ENTRY.c.seq == 3)).scalar_one()
            == "entry.erased"
        )
    assert json.loads(said)["objects"] == []
