"""The register's own export comes back: a row with an id updates that system, and a row nobody touched changes nothing."""

import csv
import io

import pytest
from sqlmodel import select

from registry.annotations.actions import retag
from registry.annotations.queries import tags_of
from registry.audit.queries import verify
from registry.interchange.queries.named import entries_of
from registry.interchange.rules.drafts import Draft
from registry.interchange.rules.imports import ImportState
from registry.kernel.actor import the_registry
from registry.kernel.rows import Ending
from registry.lifecycle.models import StageChange
from registry.lifecycle.rules.stages import Move
from registry.objectives import actions as objectives
from registry.objectives.queries import objective_of
from registry.objectives.rules.objective import ObjectiveFacts
from registry.people import actions as people
from registry.systems import actions as editing
from registry.systems.queries import by_number, facts_of
from registry.systems.rules.record import Kind, Stage
from registry.systems.rules.search import COLUMNS
from tests.interchange.desk import Desk, systems, work
from tests.interchange.importing import Importing
from tests.store.contents import digests

DOOR = the_registry("command")
DESK = {"inventory_import", "import_row", "import_likeness", "job", "cursor", "heartbeat", "user_session"}
LEDGER = {"ledger_entry", "ledger_payload", "ledger_object", "ledger_head"}
EVERY_COLUMN = "?" + "&".join(f"col={name}" for name in COLUMNS)
MANY_TAGS = [f"a tag of some length {number}" for number in range(12)]


def furnished(database, cast):
    """The cast's systems with everything an export shows, and names and units that are hard to write down."""
    with database.transaction() as session:
        unit = people.add_unit(session, DOOR, "R&D > Labs / East", None)
        changes = {
            cast.triage.id: {"kind": Kind.GENERAL_PURPOSE, "autonomy": 2, "vendor_name": "Acme, Inc."},
            cast.pricing.id: {
                "name": "=SUM(A1:A9)",
                "unit_id": unit.id,
                "autonomy": 4,
                "kind": Kind.EMBEDDED,
            },
            cast.sentinel.id: {"name": "2024"},
        }
        for number, changed in changes.items():
            system = by_number(session, number)
            facts = facts_of(system)
            values = {name: getattr(facts, name) for name in facts.__slots__} | changed
            editing.edit(session, DOOR, system, type(facts)(**values), version=system.version)
        objectives.set_objective(
            session, DOOR, cast.sentinel.id, ObjectiveFacts(problem="Fraud costs."), version=0
        )
        retag(session, DOOR, cast.triage.id, add=MANY_TAGS)
        by_number(session, cast.triage.id).stage = Stage.IN_DEVELOPMENT
        editing.note_export(session, DOOR, address="", count=0, written_as="csv")


def exported(desk: Desk, written: str, address: str = EVERY_COLUMN) -> bytes:
    with desk.client.post(f"/systems/export{address}", data={"format": written}) as reply:
        assert reply.status_code == 200
        return reply.data


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def written(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(("format_", "name"), [("csv", "a.csv"), ("csv_plain", "b.csv"), ("xlsx", "c.xlsx")])
def test_an_export_that_comes_back_untouched_changes_nothing(desk, database, cast, format_, name):
    furnished(database, cast)
    content = exported(desk, format_)
    before = digests(database, DESK | LEDGER)
    assert desk.whole(content, cast.number("adam"), name) == {"rows": 3, "unchanged": 3}
    assert digests(database, DESK | LEDGER) == before
    told = desk.report()["items"]
    assert {row["system"] for row in told} == {f"AI-{system.id:04d}" for system in systems(database).values()}


def test_an_export_of_few_columns_changes_nothing_either(desk, database, cast):
    furnished(database, cast)
    before = digests(database, DESK | LEDGER)
    assert desk.whole(exported(desk, "csv", "?col=none"), cast.number("adam")) == {"rows": 3, "unchanged": 3}
    work(database)
    assert digests(database, DESK | LEDGER) == before


def test_what_was_changed_in_the_file_is_shown_carried_out_and_taken_back(desk, database, cast):
    furnished(database, cast)
    rows = rows_of(exported(desk, "csv"))
    [row] = [each for each in rows if each["System"] == "Claims triage"]
    row |= {
        "System": "Claims sorter",
        "Stage": "Pilot",
        "Tags": row["Tags"] + "; Letters, Parcels",
        "Unit": "Halden Mutual / Underwriting",
    }
    desk.upload(written(rows))
    assert desk.check().tally["updated"] == 1
    [shown] = [each for each in desk.report()["items"] if each["differences"]]
    told = {each["field"]: each["to"] for each in shown["differences"]}
    assert told.keys() == {"name", "stage", "tags", "unit"}
    assert told["tags"].endswith(", Letters, Parcels")
    assert (told["name"], told["stage"], told["unit"]) == (
        "Claims sorter",
        "pilot",
        "Halden Mutual / Underwriting",
    )
    assert desk.carry_out(cast.number("adam")).state is ImportState.IMPORTED
    found = systems(database)["Claims sorter"]
    assert (found.id, found.stage, found.unit_id) == (
        cast.triage.id,
        Stage.PILOT,
        cast.units["underwriting"].id,
    )
    # What the file has no column for stays.
    assert (found.summary, found.kind) == ("Sorts incoming claims by urgency.", Kind.GENERAL_PURPOSE)
    assert desk.undo().undone["put_back"] == 1
    back = systems(database)["Claims triage"]
    assert (back.stage, back.unit_id) == (Stage.IN_DEVELOPMENT, cast.units["claims"].id)
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
        assert sorted(tag.name for tag in tags_of(session, [back.id])[back.id]) == sorted(MANY_TAGS)
        moves = session.exec(select(StageChange).order_by(StageChange.id)).all()
        assert [(each.move, each.to_stage) for each in moves] == [
            (Move.BROUGHT, Stage.PILOT),
            (Move.BROUGHT, Stage.IN_DEVELOPMENT),
        ]


def test_blank_ids_are_new_systems_and_wrong_ones_are_refused_by_row(desk, database, cast):
    key = f"AI-{cast.triage.id:04d}"
    text = (
        "Id,System,Summary,Unit\n"
        f"{key},Claims triage,Sorts anew.,\n"
        ",Brand new,Is new.,Claims\n"
        "AI-9999,Nobody,Is not here.,\n"
        f"{key.lower()},Claims triage,Sorts otherwise.,\n"
    )
    desk.upload(text.encode())
    tally = desk.check().tally
    assert (tally["updated"], tally["created"], tally["refused"]) == (1, 1, 2)
    says = {row["row"]: row["says"] for row in desk.report()["items"]}
    assert "Row 4 is about AI-9999, and there is no such system here." in says[4]
    assert f"Row 2 is about {key} as well." in says[5]
    desk.carry_out(cast.number("adam"))
    assert desk.stands().tally == tally
    found = systems(database)
    assert found["Claims triage"].summary == "Sorts anew."
    assert found["Brand new"].id not in {cast.triage.id, cast.sentinel.id, cast.pricing.id}


def test_a_cell_that_is_no_id_refuses_its_row(importing: Importing, cast):
    file = importing.folder / "map.yaml"
    file.write_text("registry_id: Id\nname: System\n", encoding="utf-8")
    told = importing([{"Id": "17", "System": "A"}, {"Id": "", "System": "B"}], "--map", str(file))
    assert told.ended() == {"created": 1, "refused": 1}
    assert (
        "“17” is no id of this registry, which would look like AI-0042."
        in told.answer["problems"][0]["message"]
    )


def test_numbers_of_somebody_else_under_id_are_not_taken_for_ours(importing: Importing, cast):
    told = importing([{"Id": "17", "Name": "A"}, {"Id": "AI-0001", "Name": "B"}])
    assert told.ended() == {"created": 2}


def test_the_command_updates_by_id_and_says_the_same_beforehand(importing: Importing, cast):
    rows = [
        {"AI id": f"AI-{cast.pricing.id:04d}", "Name": "Home pricing", "Summary": "Prices homes."},
        {"AI id": "AI-9999", "Name": "Nobody", "Summary": "Is not here."},
    ]
    dry = importing(rows, "--dry-run")
    assert dry.ended() == {"updated": 1, "refused": 1}
    assert importing.systems()["Home pricing"].summary == "Suggests premiums for homes."
    told = importing(rows)
    assert told.answer == dry.answer
    assert importing.systems()["Home pricing"].summary == "Prices homes."
    assert "Row 3 is about AI-9999" in told.answer["problems"][0]["message"]
    assert importing(rows).ended() == {"unchanged": 1, "refused": 1}
    assert importing.ledger_is_whole()


def test_a_system_edited_after_the_check_is_not_written_over(desk, database, cast):
    desk.upload(f"Id,Name,Summary\nAI-{cast.triage.id:04d},Claims triage,From the file.\n".encode())
    desk.check()
    with database.transaction() as session:
        system = by_number(session, cast.triage.id)
        facts = facts_of(system)
        values = {name: getattr(facts, name) for name in facts.__slots__} | {"technique": "Trees"}
        editing.edit(session, DOOR, system, type(facts)(**values), version=system.version)
    stands = desk.carry_out(cast.number("adam"))
    assert (stands.state, "Check it again" in stands.trouble) == (ImportState.MAPPING, True)
    assert systems(database)["Claims triage"].summary == "Sorts incoming claims by urgency."


def test_a_withdrawn_system_is_one_there_is_not(desk, database, cast):
    desk.whole(b"name,summary\nShort lived,Goes again.\n", cast.number("adam"))
    number = systems(database)["Short lived"].id
    desk.undo()
    desk.upload(f"Id,Name\nAI-{number:04d},Short lived\nAI-{cast.triage.id:04d},Claims triage\n".encode())
    assert desk.check().tally["refused"] == 1


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("mia", "there is no such system here"),
        ("rita", "which you may not edit"),
        ("ada", ""),
    ],
)
def test_a_system_one_may_not_see_is_one_there_is_not(session, cast, who, says):
    key = f"AI-{cast.sentinel.id:04d}"
    draft = Draft(2, "generic", key, "Sentinel", "Looks anew.", registry_id=key, assumed=frozenset({"stage"}))
    [entry] = entries_of(session, cast.actor(session, who), [draft])
    assert says in entry.reason
    assert bool(entry.reason) is bool(says)
    assert entry.changes is (who == "ada")


def test_a_row_without_an_id_that_meets_the_same_system_is_refused(desk, database, cast):
    first = "name,summary,department\nMail router,Routes.,Post\n"
    desk.whole(first.encode(), cast.number("adam"))
    number = systems(database)["Mail router"].id
    rows = f"Id,Name,Summary,Department\nAI-{number:04d},Mail router,One.,Post\n,Mail router,Two.,Post\n"
    desk.upload(rows.encode())
    desk.check()
    endings = [Ending(row["ending"]) for row in desk.report()["items"]]
    assert endings == [Ending.UPDATED, Ending.REFUSED]
    desk.carry_out(cast.number("adam"))
    assert systems(database)["Mail router"].summary == "One."


def test_objective_and_description_are_written_where_the_row_states_them(desk, database, cast):
    furnished(database, cast)
    key = f"AI-{cast.sentinel.id:04d}"
    head = "Id,Name,Objective,Long description,Retired on\n"
    desk.whole(f"{head}{key},,Fraud costs us dear.,All about it.,2031-01-01\n".encode(), cast.number("adam"))
    found = systems(database)["2024"]
    assert found.description == "All about it."
    with database.transaction(read_only=True) as session:
        assert objective_of(session, found.id).problem == "Fraud costs us dear."
    [row] = desk.report()["items"]
    assert {each["field"] for each in row["differences"]} == {"objective_problem", "description"}
    assert "has no field for this" in row["problems"][0]["message"]
    assert desk.whole(f"{head}{key},,,,\n".encode(), cast.number("adam")) == {"rows": 1, "unchanged": 1}


def test_ids_and_one_field_are_enough(desk, database, cast):
    key = f"AI-{cast.triage.id:04d}"
    desk.upload(f"Id,Stage\n{key},Live\n,Pilot\n".encode())
    tally = desk.check().tally
    assert (tally["updated"], tally["refused"]) == (1, 1)
    page = desk.client.get(f"/imports/{desk.number}/rows").text
    assert key in page
    assert "The row has no name." in page
    desk.carry_out(cast.number("adam"))
    found = systems(database)["Claims triage"]
    assert (found.stage, found.summary) == (Stage.LIVE, "Sorts incoming claims by urgency.")


def test_a_map_file_may_name_ids_in_place_of_names(importing: Importing, cast):
    file = importing.folder / "map.yaml"
    file.write_text("registry_id: Key\nstage: Stage\n", encoding="utf-8")
    rows = [{"Key": f"AI-{cast.triage.id:04d}", "Stage": "Retired"}, {"Key": "", "Stage": "Pilot"}]
    assert importing(rows, "--map", str(file)).ended() == {"updated": 1, "refused": 1}
    assert importing.systems()["Claims triage"].stage is Stage.RETIRED
