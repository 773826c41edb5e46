"""What there is to attend to on systems: narrowed by, counted and shown as it stands row by row, for each person as they may know."""

import csv
import io
import random
from datetime import timedelta

import pytest
from sqlmodel import select

from registry.audit.actions import record
from registry.feedback.models import Feedback
from registry.feedback.rules.feedback import Category, Door
from registry.feedback.rules.surges import COMPLAINTS
from registry.feedback.rules.triage import WAITING
from registry.feedback.rules.triage import State as FeedbackState
from registry.incidents.models.incidents import Incident, IncidentSystem
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.rules.kinds import UNCLOSED, ActionState
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.events import Event
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertState
from registry.ownership.models import Assignment
from registry.people.models import Person
from registry.reviews.models.reviews import Review
from registry.reviews.rules.kinds import WITH_OWNER
from registry.reviews.rules.kinds import State as ReviewState
from registry.systems import queries
from registry.systems.queries import attending
from registry.systems.rules.search import Search
from tests.portfolio.organised import organise

DOOR = the_registry("command")
PEOPLE = ("otto", "ada", "adam")


def test_the_words_of_tables_above_are_those_of_their_owners():
    assert AlertState.RESOLVED.value == attending.RESOLVED
    assert {each.value for each in UNCLOSED} == set(attending.UNCLOSED)
    assert ActionState.OPEN.value == attending.TO_DO
    assert {each.value for each in WAITING} == {attending.NEW, *attending.TAKEN_UP}
    assert {each.value for each in COMPLAINTS} == set(attending.COMPLAINTS)
    assert {each.value for each in WITH_OWNER} == set(attending.WITH_OWNER)
    assert ReviewState.SUBMITTED.value == attending.WITH_REVIEWER


@pytest.fixture
def busy(database, cast):
    """Systems with any of what is attended to, actions and feedback of every kind among them."""
    chance = random.Random(7)
    with database.transaction() as session:
        made = organise(session, cast, 24, seed=3)
        incidents = session.exec(select(Incident.id, Incident.system_id).order_by(Incident.id)).all()
        full = made[0]
        for seat in Seat:
            if seat is not Seat.OWNER:
                session.add(
                    Assignment(
                        system_id=full.id, seat=seat, person_id=cast.number("rita"), from_at=clock.now()
                    )
                )
        for number in range(60):
            incident, system_id = chance.choice([(None, chance.choice(made).id), *incidents])
            state = chance.choice((ActionState.OPEN, ActionState.OPEN, ActionState.DROPPED))
            session.add(
                CorrectiveAction(
                    system_id=system_id,
                    incident_id=incident,
                    title=f"Mend {number}",
                    owner_id=cast.number("ada"),
                    due_on=clock.today() + timedelta(days=chance.choice((-1, 0, 3))),
                    state=state,
                    set_at=clock.now(),
                )
            )
            session.add(
                Feedback(
                    system_id=chance.choice(made).id,
                    received_at=clock.now(),
                    came_by=Door.STAFF,
                    comment=chance.choice(("", "It was slow.")),
                    category=chance.choice((None, Category.PRAISE, Category.UNFAIR)),
                    looks_like_spam=chance.random() < 0.2,
                    state=chance.choice(list(FeedbackState)),
                    answer_sha256=f"{number:064}",
                )
            )
        record(session, DOOR, Event.SYSTEM_EDITED, made[0], system_id=made[0].id)


def by_hand(session, seen):
    """For each value of the facet how many things each system has, read row by row."""
    touched = {}
    for row in session.exec(select(IncidentSystem)):
        touched.setdefault(row.incident_id, set()).add(row.system_id)
    known = {number for number, systems in touched.items() if systems <= seen}
    incidents = {row.id: row for row in session.exec(select(Incident)) if row.id in known}
    things = {
        "alert": [row.system_id for row in session.exec(select(Alert)) if row.resolved_at is None],
        "incident": [
            number
            for incident in incidents.values()
            if incident.status in UNCLOSED
            for number in touched[incident.id]
        ],
        "action": [
            row.system_id
            for row in session.exec(select(CorrectiveAction))
            if row.state is ActionState.OPEN
            and row.due_on < clock.today()
            and (row.incident_id is None or row.incident_id in known)
        ],
        "feedback": [row.system_id for row in session.exec(select(Feedback)) if waits(row)],
        "to_submit": [row.system_id for row in session.exec(select(Review)) if row.state in WITH_OWNER],
        "to_decide": [
            row.system_id for row in session.exec(select(Review)) if row.state is ReviewState.SUBMITTED
        ],
    }
    counts = {name: {n: found.count(n) for n in found if n in seen} for name, found in things.items()}
    here = {row.id for row in session.exec(select(Person)) if row.active_to is None}
    held = [(row.system_id, row.seat) for row in session.exec(select(Assignment)) if row.person_id in here]
    empty = {n: [seat for seat in Seat if (n, seat) not in held] for n in seen}
    return counts | {"seat": {number: len(seats) for number, seats in empty.items() if seats}}


def waits(row):
    if row.state is not FeedbackState.NEW:
        return row.state in WAITING
    return not row.looks_like_spam and bool(row.comment or row.contact or row.category in COMPLAINTS)


def test_each_person_is_shown_and_counted_exactly_what_stands_on_systems_they_may_know_of(
    database, cast, busy
):
    told = set()
    with database.transaction(read_only=True) as session:
        for name in PEOPLE:
            actor = cast.actor(session, name)
            seen = set(queries.numbers_in(session, actor, Search()))
            expected = by_hand(session, seen)
            counted = queries.counted(session, actor, Search()).facets["attend"]
            assert {value: len(found) for value, found in expected.items()} == dict(counted), name
            for value, found in expected.items():
                search = Search(chosen=(("attend", (value,)),))
                assert set(queries.numbers_in(session, actor, search)) == found.keys(), (name, value)
            columns = queries.attended(session, actor, queries.COLUMNS_ATTENDED, sorted(seen))
            for column, value in (
                *(("alerts", "alert"), ("incidents", "incident"), ("actions", "action")),
                ("feedback", "feedback"),
            ):
                assert columns[column] == expected[value], (name, column)
            assert {n: said.count(",") + 1 for n, said in columns["seats"].items()} == expected["seat"]
            told.add(len(expected["incident"]))
    assert len(told) > 1, "what is hidden from some is counted for others"


def test_the_columns_are_in_the_list_and_in_the_file_that_is_taken_away(client_of, database, cast, busy):
    shown = "&".join(f"col={name}" for name in queries.COLUMNS_ATTENDED)
    client = client_of("ada")
    page = client.get(f"/systems?{shown}&attend=alert").text
    assert "Open alerts" in page
    with client.post(f"/systems/export?{shown}&attend=alert", data={"format": "csv_plain"}) as reply:
        header, *rows = csv.reader(io.StringIO(reply.text))
    assert header[2:] == [
        *("Open alerts", "Open incidents", "Overdue actions", "Feedback to answer"),
        *("Newest review", "Empty seats"),
    ]
    with database.transaction(read_only=True) as session:
        actor = cast.actor(session, "ada")
        expected = by_hand(session, set(queries.numbers_in(session, actor, Search())))["alert"]
    assert {int(row[0].removeprefix("AI-")): int(row[2]) for row in rows} == expected
