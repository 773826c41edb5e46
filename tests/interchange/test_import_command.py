"""What the import command promises: all or nothing, a dry run that leaves nothing, one answer, and who answers for what."""

from datetime import timedelta

import pytest

from registry import cli
from registry.interchange.actions import importing as actions
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.people import actions as people
from registry.people.models import Person
from tests.interchange.importing import BOTS
from tests.store.contents import counts, digests

DOOR = the_registry("command")


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(importing):
    before, rows = digests(importing.database), counts(importing.database)
    tried = importing(BOTS, "--dry-run")
    assert tried.code == 0
    assert "Dry run: nothing was kept." in tried.err
    assert counts(importing.database) == rows
    assert digests(importing.database) == before
    assert importing(BOTS).answer == tried.answer
    assert counts(importing.database)["system"] == 3


def test_a_failure_in_the_middle_leaves_nothing(importing, monkeypatch):
    before = digests(importing.database)
    monkeypatch.setattr(actions, "_AT_ONCE", 1)
    seated, seats = actions.seat_first_owner, []

    def seat(*given, **more):
        seats.append(given)
        if len(seats) == len(BOTS):
            raise RuntimeError("the power fails")
        return seated(*given, **more)

    monkeypatch.setattr(actions, "seat_first_owner", seat)
    with pytest.raises(RuntimeError, match="power"):
        importing(BOTS)
    assert digests(importing.database) == before
    monkeypatch.undo()


def test_however_many_rows_are_stored_at_once_the_outcome_is_the_same(importing, monkeypatch):
    monkeypatch.setattr(actions, "_AT_ONCE", 2)
    rows = [BOTS[0] | {"name": f"System {number}"} for number in range(7)]
    assert importing(rows).ended() == {"created": 7}
    assert importing.events().count("system.imported") == 7
    assert importing.ledger_is_whole()


def test_each_new_system_has_one_entry_that_tells_of_its_own_rows_alone(importing):
    import json

    import sqlalchemy as sa

    from registry.audit.models import ENTRY, PAYLOAD

    importing([row | {"objective": f"Why {row['name']}."} for row in BOTS])
    query = sa.select(ENTRY.c.system_id, PAYLOAD.c.payload).join(PAYLOAD, PAYLOAD.c.seq == ENTRY.c.seq)
    with importing.database.engine.connect() as connection:
        found = connection.execute(query.where(ENTRY.c.event == "system.imported")).all()
    assert len(found) == 3
    for number, payload in found:
        objects = {each["kind"]: each["after"] for each in json.loads(payload)["objects"]}
        assert objects.keys() == {"system", "assignment", "objective", "source_record"}
        assert objects.pop("system")["id"] == number
        assert {each["system_id"] for each in objects.values()} == {number}


def test_without_anybody_a_placeholder_answers_until_somebody_takes_over(importing):
    told = importing(BOTS)
    assert importing.owner("Mail router") == (actions.PLACEHOLDER.email, True)
    assert f"go to {actions.PLACEHOLDER.name}" in told.err
    importing([BOTS[0] | {"name": "Another"}])
    assert importing.owner("Another") == (actions.PLACEHOLDER.email, True)
    assert importing.events().count("person.added") == 1


def test_the_longest_serving_administrator_answers_unless_a_steward_is_named(importing, cast):
    importing(BOTS[:1])
    assert importing.owner("Mail router") == ("adam@example.org", True)
    importing(BOTS[1:2], "--steward", "BEN@example.org")
    assert importing.owner("Claim reader") == ("ben@example.org", True)


def test_a_steward_nobody_knows_is_refused(importing):
    told = importing(BOTS, "--steward", "who@example.org")
    assert told.code == 1
    assert [problem["field"] for problem in told.answer["problems"]] == ["steward"]
    assert "who@example.org" in told.answer["refused"]
    assert counts(importing.database)["system"] == 0


def test_a_steward_who_has_left_is_refused(importing, cast):
    with importing.database.transaction() as session:
        mia = session.get_one(Person, cast.number("mia"))
        people.mark_as_left(session, DOOR, mia, clock.today() - timedelta(days=1))
    told = importing(BOTS, "--steward", "mia@example.org")
    assert (told.code, counts(importing.database)["system"]) == (1, 3)
    assert "Mia Colleague is not here now" in told.answer["refused"]


def test_what_is_to_be_told_of_the_whole_file_is_told_on_the_way(importing):
    told = importing([{"name": "Mail router", "notes": "x"}])
    for remark in (
        "Reading inventory.csv as “Any inventory”.",
        "No column states a stage, so every system is recorded as proposed.",
        "No column describes the systems; their summaries say so.",
        "No column names a unit.",
    ):
        assert remark in told.err


def test_in_words_it_says_the_five_counts_and_the_first_problems(importing, capsys):
    path = importing.written([*BOTS, *[{**BOTS[0], "name": "", "summary": f"{n}"} for n in range(25)]])
    assert cli.run(["import", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("28 rows: 3 created, 0 updated, 0 unchanged, 0 duplicate, 25 refused.")
    assert "  row 5, name: The row has no name." in out
    assert "… and 5 more; --json lists them all." in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 ...", "This is a PDF document."),
        (b"a,b\r\n1,2\r\n", "No column holds the systems' names."),
        (b"[" * 5_000, ""),
    ],
)
def test_a_file_that_is_no_inventory_is_refused_with_the_reason(importing, content, says):
    path = importing.folder / "odd.csv"
    path.write_bytes(content)
    before = counts(importing.database)
    told = importing(path)
    assert told.code == 1
    assert says in told.answer["refused"]
    assert counts(importing.database) == before


def test_a_named_profile_that_does_not_exist_is_refused_with_those_that_do(importing):
    told = importing(BOTS, "--profile", "omb_1999")
    assert told.code == 1
    assert "omb_2024" in told.answer["refused"]


def test_a_sheet_of_a_workbook_is_chosen_by_name(importing):
    path = importing.written(BOTS, "book.xlsx")
    assert importing(path, "--sheet", "Nothing like it").code == 1
    assert importing(path, "--sheet", "Systems").ended() == {"created": 3}
