"""Two workers on one import, people who edit meanwhile, and what an import may still promise after that."""

from dataclasses import replace

import sqlalchemy as sa

from registry.incidents.actions.holds import hold
from registry.incidents.actions.linking import spread
from registry.interchange import jobs
from registry.interchange.actions import checking
from registry.interchange.forms import decisions_in
from registry.interchange.models import ImportRow, InventoryImport
from registry.interchange.rules.imports import Choice, ImportState
from registry.systems import actions
from registry.systems.models import System
from registry.systems.queries import facts_of
from tests.incidents.happening import later, opened
from tests.interchange.desk import systems
from tests.store.statements import counted

TOOLS = b"name,summary,department\nMail router,Routes letters.,Post\nClaim reader,Reads claims.,Claims\n"
NEWER = TOOLS.replace(b"Routes letters.", b"Routes parcels.")


def edited(database, cast, name, summary):
    """What a person makes of a record."""
    with database.transaction() as session:
        system = session.get_one(System, systems(database)[name].id)
        facts = replace(facts_of(system), summary=summary)
        actions.edit(session, cast.actor(session, "adam"), system, facts, version=system.version)


def without_rows(database, *conditions):
    """What a worker of an earlier release may have left of a report."""
    with database.transaction() as session:
        session.execute(sa.delete(ImportRow).where(*conditions))


def test_a_worker_that_comes_late_leaves_the_report_of_a_concluded_check_alone(
    desk, database, cast, monkeypatch
):
    desk.upload(TOOLS)
    desk.post("check", desk.form())
    job = {"subject_id": desk.number}
    first_pass = jobs._first_pass

    def overtaken(database, work):
        found = first_pass(database, work)
        monkeypatch.setattr(jobs, "_first_pass", first_pass)
        jobs.check(database, job)
        desk.carry_out(cast.number("adam"))
        return found

    monkeypatch.setattr(jobs, "_first_pass", overtaken)
    jobs.check(database, job)
    assert desk.stands().state is ImportState.IMPORTED
    assert [item["ending"] for item in desk.report()["items"]] == ["created", "created"]
    assert desk.undo().undone["withdrawn"] == 2


def test_of_two_workers_at_one_check_the_one_that_completes_the_report_concludes(desk, database, monkeypatch):
    desk.upload(TOOLS)
    desk.post("check", desk.form())
    findings = jobs._findings

    def cleared(work, *rest):
        with database.transaction() as session:
            checking.clear_rows(session, work.inventory.id)
        return findings(work, *rest)

    monkeypatch.setattr(jobs, "_findings", cleared)
    jobs.check(database, {"subject_id": desk.number})
    assert desk.stands().state is ImportState.CHECKING
    monkeypatch.setattr(jobs, "_findings", findings)
    jobs.check(database, {"subject_id": desk.number})
    assert desk.stands().state is ImportState.CHECKED
    assert len(desk.report()["items"]) == 2


def test_an_import_whose_report_is_not_whole_is_neither_carried_out_nor_undone(desk, database, cast):
    desk.upload(TOOLS)
    desk.check()
    without_rows(database, ImportRow.row_number == 2)
    assert desk.carry_out(cast.number("adam")).state is ImportState.MAPPING
    assert "Check it again." in desk.page()
    desk.check()
    desk.carry_out(cast.number("adam"))
    before = systems(database)
    without_rows(database)
    assert "It cannot be undone" in desk.page()
    assert desk.post("undo") == 422
    # Also where it was asked for before the report was lost.
    with database.transaction() as session:
        session.get_one(InventoryImport, desk.number).state = ImportState.UNDOING
    jobs.undo(database, {"subject_id": desk.number})
    assert desk.stands().state is ImportState.IMPORTED
    assert "cannot be undone" in desk.stands().trouble
    assert systems(database) == before


def test_what_somebody_edits_between_check_and_import_is_not_overwritten_unseen(desk, database, cast):
    steward = cast.number("adam")
    desk.whole(TOOLS, steward)
    desk.upload(NEWER)
    desk.check()
    edited(database, cast, "Claim reader", "Reads every claim.")
    edited(database, cast, "Mail router", "What Ben wrote.")
    assert desk.carry_out(steward).state is ImportState.MAPPING
    assert "Check it again." in desk.page()
    assert systems(database)["Mail router"].summary == "What Ben wrote."
    desk.check()
    assert "<del>What Ben wrote.</del>" in desk.client.get(f"/imports/{desk.number}/rows").text
    # A system the file says nothing new about may change meanwhile.
    edited(database, cast, "Claim reader", "Reads all claims.")
    assert desk.carry_out(steward).state is ImportState.IMPORTED
    assert systems(database)["Mail router"].summary == "Routes parcels."
    assert systems(database)["Claim reader"].summary == "Reads all claims."


def test_undoing_holds_the_systems_in_order_and_lets_others_refer_to_them(desk, database, cast):
    desk.whole(TOOLS, cast.number("adam"))
    desk.whole(NEWER + b"Hail finder,Finds hail.,Claims\n", cast.number("adam"))
    desk.post("undo")
    with counted(database) as sent:
        jobs.undo(database, {"subject_id": desk.number})
    held = [each for each in sent if each.split()[:4] == ["SELECT", "system.id", "FROM", "system"]]
    assert len(held) == 1
    assert "ORDER BY system.id" in held[0]
    if not database.is_sqlite:
        assert held[0].endswith("FOR NO KEY UPDATE")
    assert desk.stands().undone["withdrawn"] == 1


def test_neither_the_page_nor_the_check_asks_once_per_system(desk, database, cast):
    names = ("Mail router", "Claim reader", "Hail finder", "Fraud finder")
    lines = [f"{name},Finds.,Claims" for name in names]
    head = "name,summary,department\n"
    desk.whole((head + "\n".join(lines)).encode(), cast.number("adam"))

    def page():
        with counted(database) as sent:
            assert "Changed since" in desk.page()
        return len(sent)

    edited(database, cast, names[0], "Finds more.")
    few = page()
    for name in names[1:]:
        edited(database, cast, name, "Finds more.")
    assert page() == few

    def check(changed):
        newer = [line.replace("Finds", "Sees") for line in lines[:changed]] + lines[changed:]
        desk.upload((head + "\n".join(newer)).encode())
        desk.post("check", desk.form())
        with counted(database) as sent:
            jobs.check(database, {"subject_id": desk.number})
        assert desk.stands().tally["updated"] == changed
        return len(sent)

    assert check(1) == check(4)


def test_a_decision_about_a_number_no_record_can_have_is_left_out():
    sent = {"likeness-7": "skip", "likeness-" + "9" * 5_000: "skip", "likeness-٣": "skip"}
    assert decisions_in(sent) == {7: Choice.SKIP}


def test_undoing_leaves_a_system_that_is_held_as_evidence_or_that_an_incident_touches(desk, database, cast):
    desk.upload(TOOLS.replace(b"Claim reader", b"Claim writer") + b"Third,Does a third thing.,Post\n")
    desk.check()
    desk.carry_out(cast.number("adam"))
    with later(), database.transaction() as session:
        found = systems(database)
        incident = opened(session, cast)
        for name in ("Mail router", "Third"):
            spread(session, cast.actor(session, "ada"), incident, session.get_one(System, found[name].id))
        hold(session, cast.actor(session, "ada"), incident, "The authority asks.")
    undone = desk.undo().undone
    assert undone["withdrawn"] == 1
    assert [each["system"] for each in undone["left"]] == [found["Mail router"].id, found["Third"].id]
    assert [each["event"] for each in undone["left"]] == ["evidence.held"] * 2
