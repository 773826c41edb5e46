"""The import in the browser: from the file to the register, the report, and back; what is refused, and in which words."""

import csv
import io
import re

import pytest
from sqlmodel import select

from registry.audit.queries import verify
from registry.interchange import jobs
from registry.interchange.models import SourceRecord
from registry.interchange.rules.imports import ImportState
from registry.ownership.queries import owners_of, timeline_of
from registry.people.models import Person
from registry.systems import queries as systems_queries
from registry.systems.models import System
from registry.worker.actions import follow
from tests.interchange.desk import place_of, systems, work

ROWS = """Tool,What for,Division,Status,Mail
Mail router,Routes letters.,Post,live,
Claim reader,Reads claims.,Claims,pilot,ada@example.org
Claims triage,Sorts incoming claims.,Halden Mutual,live,
,Nameless.,Claims,live,
Mail router,Routes letters.,Post,live,
"""
MAPPED = {"Tool": "name", "What for": "summary", "Division": "unit", "Mail": "owner_email"}


def mapped(desk, **more):
    """The form with the columns of ROWS mapped by hand."""
    form = desk.form()
    return {f"field-{place_of(form, column)}-0": field for column, field in MAPPED.items()} | more


def is_whole(database):
    with database.transaction(read_only=True) as session:
        return verify(session).ok


def open_owners(database):
    """For every system on the register, who answers for it and whether that is to be confirmed."""
    from registry.kernel.actor import the_registry

    with database.transaction(read_only=True) as session:
        found = session.exec(select(System).where(systems_queries.visible_to(the_registry("test")))).all()
        owners = owners_of(session, [each.id for each in found])
        assert owners.keys() == {each.id for each in found}
        return {each.name: owners[each.id].name for each in found}


def test_from_a_spreadsheet_to_the_register_and_back(desk, database, cast):
    before = open_owners(database)
    page = desk.upload(ROWS.encode())
    assert "Routes letters." in page
    assert desk.post("check", desk.form() | {f"field-{n}-0": "" for n in range(5)}) == 422

    checked = desk.check(mapped(desk, save_as="Tool list"))
    assert checked.tally == {
        "rows": 5, "created": 3, "updated": 0, "unchanged": 0, "duplicate": 1, "refused": 1,
    }  # fmt: skip
    assert open_owners(database) == before
    page = desk.page()
    assert "the same name in another unit" not in page
    assert "The row has no name." in desk.client.get(f"/imports/{desk.number}/rows?show=refused").text

    done = desk.carry_out(cast.number("adam"))
    assert done.state is ImportState.IMPORTED
    assert open_owners(database) == before | {
        "Mail router": "Adam Administrator",
        "Claim reader": "Ada Owner",
        "Claims triage": "Adam Administrator",
    }
    lines = list(csv.reader(io.StringIO(desk.client.get(f"/imports/{desk.number}/report.csv").text)))
    assert [line[1] for line in lines[1:]] == ["created", "created", "created", "refused", "duplicate"]
    assert lines[1][2].startswith("AI-")
    assert desk.report()["items"][0]["system"] == lines[1][2]

    key = systems(database)["Claim reader"].key
    undone = desk.undo()
    assert (undone.state, undone.undone["withdrawn"], undone.undone["left"]) == (ImportState.UNDONE, 3, [])
    assert open_owners(database) == before
    assert desk.client.get(f"/systems/{key}").status_code == 404
    assert "was withdrawn when an import was undone" in desk.client.get(f"/systems/{key}").text
    assert "System imported" in desk.client.get("/audit", query_string={"system": int(key[3:])}).text
    assert is_whole(database)
    # The next file with these columns is read in the same way, and its rows start afresh.
    again = desk.upload(ROWS.encode(), "again.csv")
    assert 'value="saved:1" selected' in again
    assert desk.check().tally["created"] == 3
    desk.carry_out(cast.number("adam"))
    assert systems(database)["Claim reader"].key != key
    assert is_whole(database)


def test_a_newer_file_shows_what_it_would_change_and_undo_puts_that_back(desk, database, cast):
    steward = cast.number("adam")
    text = "name,summary,department,stage,training data\nMail router,Routes letters.,Post,pilot,Old letters\nClaim reader,Reads claims.,Claims,pilot,\n"
    assert desk.whole(text.encode(), steward) == {"rows": 2, "created": 2}
    stated = states(database)

    newer = text.replace("Routes letters.", "Routes letters and parcels.").replace(
        "Reads claims.", "Reads all claims."
    )
    newer = newer.replace("Post,pilot", "Post,live")
    desk.upload(newer.encode())
    assert desk.check().tally["updated"] == 2
    page = desk.client.get(f"/imports/{desk.number}/rows?show=updated").text
    assert "<del>Routes letters.</del>" in page
    assert "<ins>Routes letters and parcels.</ins>" in page
    desk.carry_out(steward)
    router, reader = (systems(database)[name] for name in ("Mail router", "Claim reader"))
    assert (router.summary, router.stage) == ("Routes letters and parcels.", "live")

    with database.transaction() as session:
        from registry.systems import actions
        from registry.systems.queries import facts_of

        kept = session.get_one(System, reader.id)
        from dataclasses import replace

        facts = replace(facts_of(kept), summary="Reads every claim.")
        actions.edit(session, cast.actor(session, "adam"), kept, facts, version=kept.version)
    assert "1 system" in desk.page()
    undone = desk.undo().undone
    assert (undone["put_back"], [each["system"] for each in undone["left"]]) == (1, [reader.id])
    assert undone["left"][0]["event"] == "system.edited"
    assert undone["left"][0]["actor"] == "Adam Administrator"
    now = states(database)
    assert now["Mail router"] == stated["Mail router"]
    assert systems(database)["Claim reader"].summary == "Reads every claim."
    assert is_whole(database)


def test_imports_that_are_undone_from_the_last_to_the_first_leave_nothing(desk, database, cast):
    before, steward = open_owners(database), cast.number("adam")
    text = "name,summary,department,data\nMail router,Routes letters.,Post,Letters\n"
    desk.whole(text.encode(), steward)
    first = desk.number
    desk.whole(text.replace("letters", "parcels").encode(), steward)
    second, desk.number = desk.number, first
    assert f"Import {second} (inventory.csv) has since updated systems that this import wrote." in desk.page()
    assert desk.post("undo") == 422
    assert desk.stands().state is ImportState.IMPORTED
    desk.number = second
    assert desk.undo().undone["put_back"] == 1
    desk.number = first
    assert desk.undo().undone["withdrawn"] == 1
    assert open_owners(database) == before
    assert is_whole(database)


def states(database):
    """What each imported system states, and what its inventory is known to have said."""
    with database.transaction(read_only=True) as session:
        found = session.exec(select(System, SourceRecord).where(System.id == SourceRecord.system_id)).all()
        return {
            system.name: (system.model_dump(exclude={"version"}), read.model_dump(exclude={"version"}))
            for system, read in found
        }


def test_a_possible_duplicate_is_told_and_skipped_or_created_as_the_clerk_decides(desk, database, cast):
    text = "name,summary,department\nClaims triage,Sorts claims.,Halden Mutual\nSentinel,Looks for rings.,Halden Mutual\nHail finder,Finds hail.,Claims\nHail finder,Finds hailstones.,Claims\n"
    desk.upload(text.encode())
    assert desk.check().tally["created"] == 4
    page = desk.page()
    assert page.count("the same name in the same unit") == 3
    names = re.findall(r'name="likeness-(\d+)"', page)
    assert len(names) == 3
    assert "Import 4 systems" in page
    assert desk.post("duplicates", {f"likeness-{names[0]}": "skip"}) == 303
    page = desk.page()
    assert "Import 3 systems" in page
    assert "Systems that are new, 1 of them left out by choice" in page
    assert desk.post("duplicates", {"all": "create"}) == 303
    # A check that is asked for again keeps what was decided.
    assert desk.post("columns") == 303
    desk.check()
    desk.carry_out(cast.number("adam"))
    ended = [item["ending"] for item in desk.report()["items"]]
    assert ended == ["duplicate", "created", "created", "created"]
    assert (
        desk.report()["items"][0]["says"] == f"Left out by choice: it is taken for system {cast.triage.key}."
    )


def test_two_administrators_import_once_and_so_does_a_job_that_runs_twice(desk, database, cast, client_of):
    desk.upload(b"name,summary,department\nMail router,Routes letters.,Post\n")
    attempt = desk.check().attempt
    data = {"attempt": str(attempt), "steward_id": str(cast.number("adam"))}
    other = client_of("adam")
    assert desk.post("apply", data) == 303
    assert other.post(f"/imports/{desk.number}/apply", data=data).status_code == 422
    follow(database, {})
    for _ in range(2):
        jobs.carry_out(database, {"subject_id": desk.number})
    assert sum(name == "Mail router" for name in open_owners(database)) == 1
    assert "Mail router" in systems(database)
    assert desk.post("apply", data) == 422
    for _ in range(2):
        desk.post("undo")
        jobs.undo(database, {"subject_id": desk.number})
    assert "Mail router" not in open_owners(database)


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(desk, database, cast, monkeypatch):
    from registry.interchange.actions import importing, undoing

    desk.upload(b"name,summary,department\nA router,Routes.,Post\nB router,Routes.,Post\n")
    desk.check()
    before = open_owners(database)
    desk.post("apply", {"attempt": "1", "steward_id": str(cast.number("adam"))})
    real = importing.record

    def dies(session, actor, event, *rest, **more):
        if event == "inventory.imported":
            raise MemoryError
        real(session, actor, event, *rest, **more)

    monkeypatch.setattr(importing, "record", dies)
    with pytest.raises(MemoryError):
        jobs.carry_out(database, {"subject_id": desk.number})
    assert open_owners(database) == before
    assert desk.stands().state is ImportState.IMPORTING
    monkeypatch.undo()
    monkeypatch.setenv("REGISTRY_DATA_DIR", desk.client.application.config["REGISTRY_DATA_DIR"])
    work(database)
    assert desk.stands().state is ImportState.IMPORTED

    monkeypatch.setattr(undoing, "_settle", lambda *_: 1 / 0)
    desk.post("undo")
    with pytest.raises(ZeroDivisionError):
        jobs.undo(database, {"subject_id": desk.number})
    assert open_owners(database).keys() == before.keys() | {"A router", "B router"}


def test_a_register_that_has_changed_since_the_check_is_asked_about_again(desk, database, cast):
    text = b"name,summary,department\nMail router,Routes letters.,Post\n"
    desk.upload(text)
    desk.check()
    first, desk.number = desk.number, 0
    desk.whole(text, cast.number("adam"))
    desk.number = first
    done = desk.carry_out(cast.number("adam"))
    assert done.state is ImportState.MAPPING
    assert "Check it again." in desk.page()
    assert desk.check().tally["unchanged"] == 1


def test_ownership_of_what_was_undone_can_still_be_read(desk, database, cast):
    desk.whole(b"name,summary,department\nMail router,Routes letters.,Post\n", cast.number("adam"))
    number = systems(database)["Mail router"].id
    desk.undo()
    with database.transaction(read_only=True) as session:
        (held,) = timeline_of(session, number)
    assert held.name == "Adam Administrator"
    assert held.assignment.to_at is not None


def test_only_who_may_import_gets_in_and_nobody_elses_number_is_found(desk, client_of):
    desk.upload(b"name\nMail router\n")
    for name in ("ada", "aud", "rita"):
        assert client_of(name).get(f"/imports/{desk.number}").status_code == 403
    assert desk.client.get("/imports/999999").status_code == 404
    assert desk.client.post("/imports/999999/undo").status_code == 404
    assert desk.post("undo") == 422
    assert desk.post("abandon") == 303
    assert desk.post("check", {}) == 422
    assert "abandoned" in desk.page()


def test_files_are_swept_out_once_nobody_needs_them(desk, database, cast, monkeypatch):
    from datetime import timedelta

    from registry.kernel import clock
    from registry.store.files import Files

    desk.whole(b"name\nMail router\n", cast.number("adam"))
    desk.upload(b"name\nAn abandoned draft\n")
    files = Files(desk.client.application.config["REGISTRY_DATA_DIR"])
    assert len(list(files.kept())) == 2
    jobs.sweep_files(database, {})
    assert len(list(files.kept())) == 2
    with clock.frozen(clock.now() + timedelta(days=31)):
        jobs.sweep_files(database, {})
        assert desk.stands().state is ImportState.ABANDONED
    with clock.frozen(clock.now() + timedelta(days=62)):
        jobs.sweep_files(database, {})
    assert list(files.kept()) == []
    assert desk.stands().file_dropped_at is not None


def test_units_the_file_names_by_path_or_by_the_end_of_one_are_those_there_are(desk, database, cast):
    text = "name,summary,department\nA router,Routes.,Claims\nB reader,Reads.,Halden Mutual / Underwriting\nC sorter,Sorts.,Post\n"
    desk.upload(text.encode())
    desk.check()
    assert "Units that would be added: 1 (Post)." in desk.page()
    assert desk.report()["items"][0]["problems"] == []
    desk.carry_out(cast.number("adam"))
    found = systems(database)
    assert found["A router"].unit_id == cast.units["claims"].id
    assert found["B reader"].unit_id == cast.units["underwriting"].id


def test_an_owner_named_without_an_address_is_asked_and_rows_for_the_steward_are_counted(desk, database):
    text = "name,summary,department,owner\nA router,Routes.,Claims,Ada Owner\nB reader,Reads.,Claims,Nobody Here\n"
    desk.upload(text.encode())
    desk.check()
    assert "1 new system names nobody who is here as owner" in desk.page()
    with database.transaction(read_only=True) as session:
        adam = session.exec(select(Person.id).where(Person.email == "adam@example.org")).one()
    desk.carry_out(adam)
    owners = open_owners(database)
    assert (owners["A router"], owners["B reader"]) == ("Ada Owner", "Adam Administrator")
