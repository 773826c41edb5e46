"""Editions adopted and controls stated through their actions, with what is refused and what the ledger keeps."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.audit.queries import history_of
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.lifecycle.rules import KNOWN
from registry.packs import actions, queries
from registry.packs.models import PackEdition
from registry.packs.rules import Implementation, StatementFacts
from registry.store.session import finish
from tests.packs.test_reading import SOUND as HOUSE_RULES
from tests.store.statements import counted

PLACED = StatementFacts(applicable=True, how="By the register", status=Implementation.IN_PART)


@pytest.fixture
def by(session, cast):
    return lambda name: cast.actor(session, name)


def edition(session, **changes):
    """The shipped baseline as a file to add, with some of its lines changed."""
    text = queries.text_of(session, "baseline", "2026.1") or ""
    for before, after in {"2026.1": "2026.2", "as_of: 2026-11-23": "as_of: 2026-11-01", **changes}.items():
        assert before in text
        text = text.replace(before, after)
    return text


STRICTER = {"months: {prohibited: 3, high: 3": "months: {prohibited: 3, high: 1"}
NEXT_YEAR = {"effective_from: 2026-01-01": "effective_from: 2027-01-01"}


def test_an_adopted_edition_is_in_force_at_once_wherever_the_registry_asks(session, by):
    today = date(2026, 11, 2)
    assert queries.confirmation_on(session, today).months_for("high") == 3
    row = actions.adopt(session, by("adam"), edition(session, **STRICTER), KNOWN)
    finish(session)
    assert queries.current(session, "baseline", today).said == "baseline 2026.2"
    assert queries.confirmation_on(session, today).months_for("high") == 1
    assert queries.edition(session, "baseline", "2026.1") is not None
    assert [each.edition for each in queries.added(session)] == ["2026.2"]
    [entry] = history_of(session, "pack_edition", row.id)
    said = {column: after for column, _, after in entry.changes}
    assert (entry.event, said["sha256"]) == (Event.PACK_EDITION_ADOPTED, row.sha256)
    assert said.get("text") != row.text


def test_an_edition_for_a_day_to_come_waits_for_it(session, by):
    actions.adopt(session, by("adam"), edition(session, **NEXT_YEAR), KNOWN)
    finish(session)
    assert queries.current(session, "baseline", date(2026, 12, 31)).edition == "2026.1"
    assert queries.current(session, "baseline", date(2027, 1, 1)).edition == "2026.2"


def test_added_editions_cost_one_statement_in_a_transaction(database, cast):
    with database.transaction() as session:
        actions.adopt(session, cast.actor(session, "adam"), edition(session), KNOWN)
    with database.transaction(read_only=True) as session:
        # Its text is read once in the life of the process.
        queries.added(session)
    with database.transaction(read_only=True) as session, counted(database) as statements:
        for _ in range(3):
            queries.current(session, "baseline", date(2026, 11, 2))
            queries.frameworks_on(session, date(2026, 11, 2))
    assert len(statements) == 1


def test_what_was_rolled_back_is_in_force_nowhere(database, cast):
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        actions.adopt(session, cast.actor(session, "adam"), edition(session, **STRICTER), KNOWN)
        assert queries.current(session, "baseline", date(2026, 11, 2)).edition == "2026.2"
        raise ZeroDivisionError
    with database.transaction(read_only=True) as session:
        assert queries.current(session, "baseline", date(2026, 11, 2)).edition == "2026.1"


def test_an_edition_never_replaces_another_also_not_in_the_database(session, by):
    actions.adopt(session, by("adam"), edition(session), KNOWN)
    with pytest.raises(RuleBroken, match="already, and it stays"):
        actions.adopt(session, by("adam"), edition(session, **STRICTER), KNOWN)
    finish(session)
    row = session.exec(select(PackEdition)).one()
    session.add(PackEdition(**{**row.model_dump(), "id": 99}))
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"fact: deputy": "fact: moon_phase"}, "line 16, record[1].fact: there is no fact moon_phase"),
        ({"high: 3, limited": "high: 0, limited"}, "line 7, confirmation: 0 months for high"),
        ({"edition:": "editoin:"}, "editoin: is not known here"),
    ],
)
def test_a_file_is_refused_with_its_lines_and_nothing_is_kept(session, by, changes, says):
    with pytest.raises(RuleBroken) as refused:
        actions.adopt(session, by("adam"), edition(session, **changes), KNOWN)
    assert any(says in each.message for each in refused.value.problems), refused.value.problems
    assert queries.added(session) == []


def stated(session, actor, facts, version=0, control="GOVERN 1.6"):
    framework = queries.framework_on(session, "nist-ai-rmf", date(2026, 11, 2))
    return actions.state(session, actor, framework, framework.control(control), facts, version=version)


def test_reviewers_state_how_a_control_is_answered_and_each_wording_stays_in_the_ledger(session, by, cast):
    row = stated(session, by("rita"), replace(PLACED, owner_id=cast.number("ada")))
    stated(
        session, by("rita"), StatementFacts(applicable=False, because="We have no AI any more"), row.version
    )
    finish(session)
    found = queries.statement_on(session, "nist-ai-rmf", "GOVERN 1.6")
    assert (found.applicable, found.status, found.owner_id, found.edition) == (False, None, None, "2026.1")
    told = [
        {column: after for column, _, after in each.changes}
        for each in history_of(session, "control_statement", row.id)
    ]
    assert [each["how"] for each in told] == ["", "By the register"]
    framework = queries.framework_on(session, "nist-ai-rmf", date(2026, 11, 2))
    told = queries.coverages(session, [framework])["nist-ai-rmf"]
    assert (told.stated, told.not_applicable, told.asked) == (1, 1, None)
    asked = queries.coverages(session, [framework], {"nist-ai-rmf": {"GOVERN 1.6": 2}})
    assert asked["nist-ai-rmf"].asked == 1


def test_two_reviewers_do_not_write_over_one_another(session, by):
    stated(session, by("rita"), PLACED)
    with pytest.raises(Conflict) as conflict:
        stated(session, by("rita"), replace(PLACED, how="Otherwise"))
    assert [each.field for each in conflict.value.differences] == ["how"]


def test_who_has_left_is_not_named_anew(session, by):
    with pytest.raises(RuleBroken, match="somebody who is here"):
        stated(session, by("rita"), replace(PLACED, owner_id=999))


def test_a_framework_of_our_own_stands_beside_those_that_are_shipped(session, by):
    actions.adopt(session, by("adam"), HOUSE_RULES, KNOWN)
    framework = queries.framework_on(session, "house-rules", date(2026, 11, 2))
    row = actions.state(session, by("rita"), framework, framework.control("H.1"), PLACED, version=0)
    finish(session)
    assert (row.edition, queries.coverages(session, [framework])["house-rules"].in_part) == ("2026.1", 1)
    assert queries.text_of(session, "house-rules", "2026.1") == HOUSE_RULES


def test_administrators_adopt_and_reviewers_state_and_nobody_else(session, by):
    for name in ("rita", "aud", "eva", "ada"):
        with pytest.raises(Forbidden):
            actions.adopt(session, by(name), edition(session), KNOWN)
    for name in ("adam", "aud", "eva", "ada"):
        with pytest.raises(Forbidden):
            stated(session, by(name), PLACED)


def test_a_day_before_the_first_edition_is_looked_at_by_the_first(session):
    assert queries.current(session, "baseline", date(2020, 1, 1)).edition == "2026.1"
    with pytest.raises(LookupError):
        queries.current(session, "no such pack", date(2020, 1, 1))
