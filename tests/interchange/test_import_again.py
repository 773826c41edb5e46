"""The same inventory again, or a newer one: what it changed is updated, what people wrote stays, nothing doubles."""

from sqlmodel import select

from registry.data_sources import actions as data_sources
from registry.data_sources.queries import source_named, uses_of
from registry.data_sources.rules.sources import Purpose
from registry.kernel.actor import Actor, Role, the_registry
from registry.lifecycle.actions import stopping
from registry.lifecycle.models import StageChange
from registry.lifecycle.queries.header import header
from registry.lifecycle.rules.stages import Move
from registry.objectives.queries import objective_of
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import Stage, Visibility
from tests.interchange.importing import BOTS
from tests.store.contents import digests

DOOR = the_registry("command")
LEDGER = {"ledger_entry", "ledger_payload", "ledger_object"}


def edited(importing, name, **changes):
    """What a person makes of a record between two imports."""
    from dataclasses import replace

    with importing.database.transaction() as session:
        system = session.get_one(type(importing.systems()[name]), importing.systems()[name].id)
        systems.edit(session, DOOR, system, replace(facts_of(system), **changes), version=system.version)


def changed(number, **cells):
    return [row | cells if place == number else row for place, row in enumerate(BOTS)]


def test_a_second_run_changes_nothing_but_notes_that_it_ran(importing):
    importing(BOTS)
    before, entries = digests(importing.database, LEDGER), importing.events()
    again = importing(BOTS)
    assert again.ended() == {"unchanged": 3}
    assert digests(importing.database, LEDGER) == before
    assert importing.events() == [*entries, "inventory.imported"]
    assert importing.last_note()["unchanged"] == "3"
    assert importing.ledger_is_whole()


def test_the_order_of_the_rows_makes_no_difference(importing):
    importing(BOTS)
    assert importing(BOTS[::-1]).ended() == {"unchanged": 3}


def test_a_changed_row_updates_the_changed_field_alone(importing):
    importing(BOTS)
    before = importing.systems()
    told = importing(changed(1, summary="Reads claims and letters.", stage="live"))
    assert told.ended() == {"updated": 1, "unchanged": 2}
    after = importing.systems()
    assert (after["Claim reader"].summary, after["Claim reader"].stage) == (
        "Reads claims and letters.",
        Stage.LIVE,
    )
    assert after["Claim reader"].id == before["Claim reader"].id
    assert after["Mail router"] == before["Mail router"]
    assert after["Fraud finder"] == before["Fraud finder"]
    assert importing.events().count("system.reimported") == 1


def test_what_people_wrote_in_between_stays_where_the_inventory_says_nothing_new(importing):
    rows = [row | {"long description": "As the file says.", "go live date": "2024-01-05"} for row in BOTS]
    importing(rows)
    edited(
        importing,
        "Claim reader",
        summary="What Ben wrote.",
        description="What Ada wrote.",
        technique="What Dee wrote.",
        intended_use="What Mia wrote.",
        visibility=Visibility.RESTRICTED,
    )
    rows[1] |= {"stage": "live", "go live date": "2024-01-06"}
    assert importing(rows).ended() == {"updated": 1, "unchanged": 2}
    found = importing.systems()["Claim reader"]
    assert found.stage is Stage.LIVE
    assert str(found.in_service_on) == "2024-01-06"
    assert (found.summary, found.description) == ("What Ben wrote.", "What Ada wrote.")
    assert (found.technique, found.intended_use) == ("What Dee wrote.", "What Mia wrote.")
    assert found.visibility is Visibility.RESTRICTED


def test_where_both_changed_one_field_the_inventory_has_its_way_and_the_history_the_other(importing):
    importing(BOTS)
    edited(importing, "Claim reader", summary="What Ben wrote.")
    importing(changed(1, summary="What the file says now."))
    assert importing.systems()["Claim reader"].summary == "What the file says now."
    from registry.audit.queries import state_of

    with importing.database.transaction(read_only=True) as session:
        system = importing.systems()["Claim reader"]
        then = state_of(session, "system", system.id, system.version - 1)
    assert then["summary"] == "What Ben wrote."


def test_a_month_written_into_the_description_follows_the_file_until_somebody_rewrites_it(importing):
    rows = [BOTS[0] | {"long description": "Plain words.", "go live date": "March 2024"}]
    importing(rows)
    assert "Plain words.\n\n**In service since:** 2024-03" in importing.systems()["Mail router"].description
    rows[0]["go live date"] = "April 2024"
    importing(rows)
    assert "Plain words.\n\n**In service since:** 2024-04" in importing.systems()["Mail router"].description


def test_the_objective_follows_the_file_until_somebody_rewrites_it(importing):
    rows = [BOTS[0] | {"objective": "Letters wait."}]
    importing(rows)
    rows[0]["objective"] = "Letters wait too long."
    importing(rows)
    number = importing.systems()["Mail router"].id

    def problem():
        with importing.database.transaction(read_only=True) as session:
            return objective_of(session, number).problem

    assert problem() == "Letters wait too long."
    from registry.objectives import actions as objectives
    from registry.objectives.rules.objective import ObjectiveFacts

    with importing.database.transaction() as session:
        version = objective_of(session, number).version
        objectives.set_objective(
            session, DOOR, number, ObjectiveFacts(problem="What Ada wrote."), version=version
        )
    rows[0]["objective"] = "Letters wait for weeks."
    importing(rows)
    assert problem() == "What Ada wrote."


def test_a_list_moves_a_stage_by_a_change_that_says_so_and_nothing_that_is_in_use_past_its_people(importing):
    def sent(stage, level):
        importing([row | {"stage": stage, "autonomy level": level} for row in BOTS[1:2]])
        with importing.database.transaction(read_only=True) as session:
            rows = session.exec(select(StageChange).order_by(StageChange.id)).all()
            [system] = session.exec(select(System))
            told = (system.stage, system.autonomy, header(session, DOOR, system)["stop"] is not None)
            return told, [(each.move, each.from_stage, each.to_stage, each.reason) for each in rows]

    says = "As inventory.csv has it."
    live = (Move.BROUGHT, Stage.PILOT, Stage.LIVE, says)
    held = (Move.BROUGHT, Stage.LIVE, Stage.SUSPENDED, says)
    assert sent("pilot", "2") == ((Stage.PILOT, 2, False), [])
    assert sent("live", "4") == ((Stage.LIVE, 2, False), [live])
    assert sent("suspended", "1") == ((Stage.SUSPENDED, 1, False), [live, held])
    with importing.database.transaction() as session:
        reviewer = Actor(None, "Rita", frozenset({Role.MEMBER, Role.REVIEWER}))
        stopping.stop(session, reviewer, session.exec(select(System)).one(), "It read them wrong.")
    assert sent("live", "1") == ((Stage.SUSPENDED, 1, True), [live, held])


def test_a_move_to_another_unit_in_the_file_moves_the_system(importing):
    importing(BOTS)
    importing(changed(0, department="Logistics"))
    assert importing.units()[importing.systems()["Mail router"].unit_id] == "Logistics"


def test_rows_that_say_the_same_count_as_duplicates_and_nameless_ones_are_refused(importing):
    rows = [*BOTS, BOTS[0], {"name": "", "summary": "No name.", "department": "", "stage": ""}]
    rows.append({"name": "[REDACTED]", "summary": "Secret.", "department": "", "stage": ""})
    told = importing(rows)
    assert told.ended() == {"created": 3, "duplicate": 1, "refused": 2}
    reasons = {each["row"]: each["message"] for each in told.answer["problems"] if each["column"] == "name"}
    assert "The row has no name." in reasons[6]
    assert "withheld" in reasons[7]
    assert importing(rows).ended() == {"unchanged": 3, "duplicate": 1, "refused": 2}


def test_different_systems_of_one_name_are_kept_apart_and_found_again(importing):
    rows = [BOTS[0], BOTS[0] | {"summary": "Another one."}]
    assert importing(rows).ended() == {"created": 2}
    assert importing(rows[::-1]).ended() == {"unchanged": 2}
    rows[1]["summary"] = "Another one, changed."
    assert importing(rows).ended() == {"unchanged": 1, "updated": 1}


MAP = """
name: name
unit: [department]
data_sources:
  - {name: Records, column: data, purpose: operational_input}
"""


def test_data_the_file_names_later_is_attached_once_also_where_somebody_did_so_by_hand(importing):
    file = importing.folder / "map.yaml"
    file.write_text(MAP, encoding="utf-8")
    rows = [row | {"data": "Letters." if place == 0 else ""} for place, row in enumerate(BOTS)]
    importing(rows, "--map", str(file))
    found = importing.systems()
    with importing.database.transaction() as session:
        source = source_named(session, "records: MAIL router")
        data_sources.attach(session, DOOR, found["Claim reader"].id, source, Purpose.OPERATIONAL_INPUT)
        [(use, _)] = uses_of(session, found["Mail router"].id)
        data_sources.end_use(session, DOOR, use, "Not any more.")
    rows[0]["summary"] = "Changed."
    rows[1] |= {"name": "Claim reader", "data": "Claims."}
    assert importing(rows, "--map", str(file)).ended() == {"updated": 2, "unchanged": 1}
    with importing.database.transaction(read_only=True) as session:
        # Ended by a person, and the file says nothing new of it: it stays ended.
        assert uses_of(session, found["Mail router"].id) == []
        named = [each.name for _, each in uses_of(session, found["Claim reader"].id)]
    assert named == ["Records: Claim reader", "Records: Mail router"]
    assert importing.ledger_is_whole()
