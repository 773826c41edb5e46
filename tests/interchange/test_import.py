"""The import command: every row ends once, a second run changes nothing, and people's words survive."""

import json
from collections.abc import Callable
from dataclasses import replace

import click
import pytest
import sqlalchemy as sa
import xlsxwriter
from sqlmodel import SQLModel, select

from registry.audit.queries import verify
from registry.interchange.actions import importing as interchange
from registry.interchange.commands import import_inventory
from registry.kernel.actor import Seat
from registry.kernel.errors import RuleBroken
from registry.objectives.queries import objective_of
from registry.ownership.queries import open_owner
from registry.people.queries import unit_paths
from registry.store.commandkit import House
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import Stage

HEADINGS = ("Name", "Summary", "Department", "Stage", "Technique", "Owner e-mail")
ROWS = (
    ("Router", "Routes letters to clerks.", "Claims", "live", "Rules", "ada@example.org"),
    ("Ōkami 狼 “🙂”", "=HYPERLINK(1) and\nanother line", "Claims", "pilot", "Trees", ""),
    ("Router", "Routes letters to clerks.", "Claims", "live", "Rules", "ada@example.org"),
    ("", "Nobody named this.", "Claims", "live", "", ""),
    ("Forecast", "Forecasts calls.", "Service", "who knows", "", "nobody@example.org"),
)
MAP = """
name: Name
summary: Summary
unit: [Department]
stage: Stage
technique: Technique
owner_email: Owner e-mail
natural_key: [Name]
"""


def csv_of(rows):
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADINGS, *rows)]
    return ("\ufeff" + "\r\n".join(quoted) + "\r\n").encode()


def xlsx_of(path, rows):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Inventory")
        for number, row in enumerate((HEADINGS, *rows)):
            sheet.write_row(number, 0, row)


@pytest.fixture
def run(database, tmp_path, capsys) -> Callable[..., dict]:
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")

    @click.group()
    @click.pass_context
    def registry(context):
        context.obj = House(None, lambda: database)

    registry.add_command(import_inventory)

    def imported(name, content, *options):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        arguments = ["import", str(path), "--map", str(tmp_path / "map.yaml"), "--json", *options]
        registry.main(arguments, standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return imported


def counts(result):
    return tuple(result[name] for name in ("rows", "created", "updated", "unchanged", "duplicate", "refused"))


def tables(database, besides=("ledger_entry", "ledger_payload", "ledger_object")):
    with database.transaction(read_only=True) as session:
        return {
            table.name: session.connection().execute(sa.select(table).order_by(*table.primary_key)).fetchall()
            for table in SQLModel.metadata.sorted_tables
            if table.name not in besides
        }


def verified(database):
    with database.transaction(read_only=True) as session:
        return verify(session).ok


def named(session, name):
    return session.exec(select(System).where(System.name == name)).one()


def test_each_row_ends_in_one_way_and_the_five_add_up(database, cast, run):
    result = run("inventory.csv", csv_of(ROWS))
    assert counts(result) == (5, 3, 0, 0, 1, 1)
    told = {(problem["row"], problem["column"]) for problem in result["problems"]}
    assert (5, "Name") in told
    assert (6, "Stage") in told
    with database.transaction(read_only=True) as session:
        router, wolf, forecast = (named(session, name) for name in ("Router", ROWS[1][0], "Forecast"))
        assert (router.stage, wolf.stage, forecast.stage) == (Stage.LIVE, Stage.PILOT, Stage.PROPOSED)
        assert "=HYPERLINK(1)" in wolf.summary
        assert unit_paths(session)[router.unit_id].endswith("Claims")
    assert verified(database)


def test_an_owner_the_file_names_is_asked_and_the_steward_stands_in_for_the_rest(database, cast, run):
    run("inventory.csv", csv_of(ROWS), "--steward", "mia@example.org")
    with database.transaction(read_only=True) as session:
        owners = {name: open_owner(session, named(session, name).id) for name in ("Router", "Forecast")}
        assert owners["Router"].person_id == cast.number("ada")
        assert owners["Forecast"].person_id == cast.number("mia")
        assert all(owner.to_be_confirmed and owner.seat is Seat.OWNER for owner in owners.values())


def test_a_second_run_changes_no_row(database, cast, run):
    run("inventory.csv", csv_of(ROWS))
    before = tables(database)
    assert counts(run("inventory.csv", csv_of(ROWS))) == (5, 0, 0, 3, 1, 1)
    assert tables(database) == before
    assert counts(run("inventory.csv", csv_of(reversed(ROWS)))) == (5, 0, 0, 3, 1, 1)


def test_the_same_rows_as_a_workbook_are_the_same_systems(database, cast, run, tmp_path):
    run("inventory.csv", csv_of(ROWS))
    xlsx_of(tmp_path / "inventory.xlsx", ROWS)
    assert counts(run("inventory.xlsx", None)) == (5, 0, 0, 3, 1, 1)


def test_a_newer_file_updates_what_it_says_differently_and_leaves_what_people_wrote(database, cast, run):
    run("inventory.csv", csv_of(ROWS))
    with database.transaction() as session:
        router = named(session, "Router")
        facts = replace(facts_of(router), summary="Ada's own words.", intended_use="Letters only.")
        systems.edit(session, cast.actor(session, "ada"), router, facts, version=router.version)
    newer = [("Router", ROWS[0][1], "Claims", "retired", "Trees", "ada@example.org"), *ROWS[1:2]]
    assert counts(run("inventory.csv", csv_of(newer))) == (2, 0, 1, 1, 0, 0)
    with database.transaction(read_only=True) as session:
        router = named(session, "Router")
        assert (router.stage, router.technique) == (Stage.RETIRED, "Trees")
        assert (router.summary, router.intended_use) == ("Ada's own words.", "Letters only.")
    assert verified(database)


def test_a_dry_run_says_the_same_and_keeps_nothing(database, cast, run):
    before = tables(database, besides=())
    assert counts(run("inventory.csv", csv_of(ROWS), "--dry-run")) == (5, 3, 0, 0, 1, 1)
    assert tables(database, besides=()) == before


def test_a_failure_half_way_leaves_nothing(database, cast, run, monkeypatch):
    before = tables(database, besides=())
    real, seen = interchange.record, []

    def dies(*arguments, **options):
        seen.append(arguments)
        if len(seen) == 3:
            raise OSError("the disk is gone")
        return real(*arguments, **options)

    monkeypatch.setattr(interchange, "record", dies)
    with pytest.raises(OSError, match="disk"):
        run("inventory.csv", csv_of(ROWS))
    assert tables(database, besides=()) == before


def test_an_empty_register_gets_a_stand_in_whose_systems_are_to_be_confirmed(database, run):
    assert counts(run("inventory.csv", csv_of(ROWS))) == (5, 3, 0, 0, 1, 1)
    with database.transaction(read_only=True) as session:
        assert open_owner(session, named(session, "Router").id).to_be_confirmed
        assert objective_of(session, named(session, "Router").id) is None


def test_an_unknown_steward_is_refused_before_anything_is_written(database, cast, run):
    before = tables(database, besides=())
    with pytest.raises(RuleBroken, match="stranger@example"):
        run("inventory.csv", csv_of(ROWS), "--steward", "stranger@example.org")
    assert tables(database, besides=()) == before


def test_a_person_who_may_not_import_is_refused(database, cast):
    from registry.kernel.errors import Forbidden
    from registry.kernel.rows import Tally

    with database.transaction() as session:
        for name in ("ada", "rita", "aud"):
            with pytest.raises(Forbidden):
                interchange.import_rows(
                    session,
                    cast.actor(session, name),
                    file_name="x",
                    steward=cast.people["ada"],
                    outcomes=[],
                    drafts=[],
                    tally=Tally(),
                    advance=lambda _: None,
                )
