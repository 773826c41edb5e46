"""A backup is made while people work, put back on either database, verified before it is believed, and says so."""

import hashlib
import json
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlmodel import SQLModel, select

import registry.tables  # noqa: F401 - all that is backed up
from registry.audit.actions.checkpoints import keep_checkpoint
from registry.audit.models import LedgerEntry
from registry.audit.queries import verify
from registry.backups import commands, queries
from registry.backups.actions import back_up, manifest_of, restore
from registry.backups.rules import LEFT_OUT, MANIFEST, Manifest, Part, problems_with_restoring
from registry.evidence.actions import ROOM
from registry.evidence.queries.integrity import damaged
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.errors import Forbidden, RuleBroken
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.settings import Settings
from registry.store import migrate
from registry.store.archives import ArchiveReader, ArchiveRefused, ArchiveWriter
from registry.store.commandkit import House
from registry.store.files import Files
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from tests import databases
from tests.cast import raise_cast
from tests.journeys.proof import keep_proof

ACCURACY = MetricFacts(Kind.ACCURACY, "Accuracy", direction=Direction.HIGHER)
DOOR = the_registry("command")
PARTS = Manifest("0026", "now", "", (), 1, "", {"system": Part(1, "")}, {"evidence/a": 1})


def quiet(_said):
    pass


def rows_in(database):
    """Every row that is backed up, spelled as it is there."""
    with database.transaction(read_only=True) as session:
        return {table.name: list(queries.lines_of(session, table)) for table in queries.tables_kept()}


def _fill_with_cast(database):
    migrate.upgrade(database)
    with database.transaction() as session:
        raise_cast(session)
        number = session.exec(select(System.id).where(System.name == "Claims triage")).one()
        metric = objectives.add_metric(session, DOOR, number, ACCURACY)
        ends = [clock.now() - timedelta(days=days) for days in (2, 1)]
        points = tuple(PointIn(metric.slug, end, end, Decimal("0.7"), 500) for end in ends)
        record_snapshots(session, DOOR, number, Batch("", "", "", points))


def refused(path, database, folder):
    with path.open("rb") as file, pytest.raises(ArchiveRefused) as refusal:
        restore(database, DOOR, file, folder, quiet)
    return refusal.value.says


def kept_in(folder):
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


@pytest.fixture
def everything():
    """Asked for, it has `database` filled with something of everything."""


@pytest.fixture
def other():
    """Empty databases of the kinds that are asked for, one after another."""

    def opened(kind):
        return databases.fresh(kind, "empty", lambda _database: None)

    return opened


def test_every_table_that_is_left_out_is_there_and_nothing_kept_needs_one():
    assert LEFT_OUT.keys() <= SQLModel.metadata.tables.keys()
    for table in queries.tables_kept():
        for key in table.foreign_keys:
            assert key.column.table.name not in LEFT_OUT, f"{table.name}.{key.parent.name}"


def test_a_backup_of_another_schema_or_into_what_is_not_empty_or_with_less_in_it_is_refused():
    parts = {"rows/system.jsonl", "files/evidence/a", MANIFEST}
    given = {"revision": "0026", "parts": parts, "taken": [], "tables": ["system"]}
    assert problems_with_restoring(PARTS, **given) == []
    for changed, says in (
        ({"revision": "0027"}, "release that made it"),
        ({"taken": ["person"]}, "not empty"),
        ({"parts": {MANIFEST}}, "lacks a part: files/evidence/a"),
        ({"tables": []}, "does not have: system"),
        ({"tables": ["system", "person"]}, "lacks the rows of person"),
    ):
        [first, *_] = problems_with_restoring(PARTS, **given | changed)
        assert says in first.message
    assert Manifest.read(PARTS.written()) == PARTS
    for wrong in (b"[]", b"{}", b"no", PARTS.written().replace(b'"root"', b'"boot"')):
        with pytest.raises(ValueError, match=r"."):
            Manifest.read(wrong)


def test_any_changed_byte_of_an_archive_is_noticed(tmp_path):
    path = tmp_path / "a.zip"
    with ArchiveWriter(path) as archive:
        archive.add("one", [b"first", b"second"])
    assert path.stat().st_mode & 0o077 == 0
    whole = path.read_bytes()
    with path.open("rb") as file:
        assert list(ArchiveReader(file).lines("one")) == [b"firstsecond"]
    dice = random.Random(7)
    hurt = [
        bytes((*whole[:at], whole[at] ^ 1 << dice.randrange(8), *whole[at + 1 :])) for at in range(len(whole))
    ]
    for content in (*hurt, whole[:-1], whole + b"\n", b"", whole[70:]):
        path.write_bytes(content)
        with path.open("rb") as file, pytest.raises(ArchiveRefused):
            ArchiveReader(file)
    with pytest.raises(ArchiveRefused, match="there already"), ArchiveWriter(path):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.long
def test_what_was_backed_up_is_put_back_on_either_database_and_the_ledger_goes_on(
    database, cast, tmp_path, other, everything
):
    source, path = tmp_path / "source", tmp_path / "backup.zip"
    keep_proof(Files(source, ROOM))
    made = back_up(database, DOOR, source, path, quiet)
    before = rows_in(database)
    assert (len(made.files), made.damaged, made.entries) == (2, (), len(before["ledger_entry"]))
    # From either database into the other: SQLite's comes back on PostgreSQL and the other way round.
    with other("postgresql" if database.is_sqlite else "sqlite") as new, path.open("rb") as file:
        _, found = restore(new, DOOR, file, tmp_path / "new", quiet)
        assert (found.entries, found.root, found.ok) == (made.entries, made.root, True)
        after = rows_in(new)
        added = {name for name in after if after[name] != before[name]}
        assert added == {"ledger_entry", "ledger_payload"}
        assert all(after[name][:-1] == before[name] for name in added)
        with new.transaction(read_only=True) as session:
            assert list(damaged(session, Files(tmp_path / "new", ROOM), quiet)) == []
            newest = session.exec(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
            assert newest.event == "backup.restored"
        # Work goes on: new rows have new numbers, and what they change is recorded.
        with new.transaction() as session:
            triage = session.get_one(System, cast.triage.id)
            facts = replace(facts_of(triage), summary="After the restore.")
            systems.edit(session, DOOR, triage, facts, version=triage.version)
            registered = systems.add_row(session, DOOR, replace(facts, name="New"))
            assert registered.key > max(
                public_key(SYSTEM_PREFIX, json.loads(row)["id"]) for row in before["system"]
            )
            session.expunge(registered)
            session.rollback()
        with new.transaction(read_only=True) as session:
            assert verify(session).ok
        with path.open("rb") as again, pytest.raises(RuleBroken, match="not empty"):
            restore(new, DOOR, again, tmp_path / "new", quiet)


def test_a_backup_older_than_a_held_checkpoint_is_told_by_it(database, cast, tmp_path, other):
    path, key, origin = tmp_path / "old.zip", tmp_path / "key.pem", "registry.example/ledger"
    held_before = keep_checkpoint(database, DOOR, key, origin).note
    back_up(database, DOOR, tmp_path, path, quiet)
    for summary in ("One more.", "And another."):
        with database.transaction() as session:
            triage = session.get_one(System, cast.triage.id)
            facts = replace(facts_of(triage), summary=summary)
            systems.edit(session, DOOR, triage, facts, version=triage.version)
    held_after = keep_checkpoint(database, DOOR, key, origin).note
    with other("postgresql" if database.is_sqlite else "sqlite") as new, path.open("rb") as file:
        restore(new, DOOR, file, tmp_path / "new", quiet)
        with new.transaction(read_only=True) as session:
            assert verify(session, held=held_before).ok
        with new.transaction(read_only=True) as session:
            found = verify(session, held=held_after)
        assert not found.ok
        assert "the checkpoint you hold" in found.problems[0].says


def test_a_backup_whose_rows_or_files_were_made_up_is_refused_with_the_reason_and_leaves_nothing(
    sqlite_only, tmp_path, other
):
    _fill_with_cast(sqlite_only)
    path, source = tmp_path / "backup.zip", tmp_path / "source"
    keep_proof(Files(source, ROOM))
    back_up(sqlite_only, DOOR, source, path, quiet)

    def written_anew(name, change, *, listed=False):
        """A backup that is sealed as it should be, by somebody who changed a part of it, and `listed` what it is now."""
        forged = tmp_path / "forged.zip"
        forged.unlink(missing_ok=True)
        with path.open("rb") as file, ArchiveWriter(forged) as archive:
            read = ArchiveReader(file)
            parts = {}
            for each in sorted(read.names):
                with read.open(each) as part:
                    parts[each] = part.read()
            parts[name] = change(parts[name])
            if listed:
                table = name.removeprefix("rows/").removesuffix(".jsonl")
                part = Part(parts[name].count(b"\n"), hashlib.sha256(parts[name]).hexdigest())
                manifest = Manifest.read(parts[MANIFEST])
                parts[MANIFEST] = replace(manifest, tables=manifest.tables | {table: part}).written()
            for each, content in parts.items():
                archive.add(each, [content])
        return forged

    def higher(rows):
        assert b'"0.7"' in rows
        return rows.replace(b'"0.7"', b'"0.99"')

    with path.open("rb") as file:
        manifest = manifest_of(ArchiveReader(file))
    last_file = f"files/{max(manifest.files)}"
    cases = (
        (
            "rows/system.jsonl",
            lambda rows: rows.replace(b"Claims triage", b"Claims triaje"),
            "rows of system",
        ),
        (
            "rows/ledger_entry.jsonl",
            lambda rows: rows[: rows.rindex(b"\n", 0, -1) + 1],
            "rows of ledger_entry",
        ),
        (last_file, lambda content: content[:-1] + b"!", "not what its name promises"),
        (MANIFEST, lambda text: text.replace(manifest.root.encode(), b"0" * 64), "not the one"),
        (MANIFEST, lambda text: text.replace(b'"entries": ', b'"entries": 1'), "not the one"),
        (MANIFEST, lambda _text: b"{", "cannot be read|no backup that can be read"),
    )
    forged = (
        (
            "rows/system.jsonl",
            lambda rows: rows.replace(b"Claims triage", b"Claims triaje"),
            "is not whole",
            True,
        ),
        ("rows/snapshot.jsonl", higher, "readings of delivery 1", True),
        ("rows/latest_snapshot.jsonl", higher, "newest reading shown of metric 1", True),
        ("rows/latest_snapshot.jsonl", lambda _rows: b"", "newest reading shown of metric 1", True),
    )
    kept = tmp_path / "new" / "imports" / "own"
    kept.parent.mkdir(parents=True)
    kept.touch()
    with other("sqlite") as new:
        refused(written_anew(*forged[-1][:2], listed=True), new, tmp_path / "new")
        assert migrate.is_empty(new)
        migrate.upgrade(new)
        for name, change, says, listed in (*((*each, False) for each in cases), *forged):
            said = refused(written_anew(name, change, listed=listed), new, tmp_path / "new")
            assert any(each in said for each in says.split("|")), said
            with new.transaction(read_only=True) as session:
                assert queries.taken(session) == []
            assert kept_in(tmp_path / "new") == ["imports/own"]
        with path.open("rb") as file:
            assert restore(new, DOOR, file, tmp_path / "new", quiet)[1].ok


def test_the_commands_say_what_they_did_and_who_may(sqlite_only, tmp_path, other):
    _fill_with_cast(sqlite_only)
    path, source = tmp_path / "backup.zip", tmp_path / "source"
    keep_proof(Files(source, ROOM))
    broken = next(Files(source, ROOM).kept())[0]
    Files(source, ROOM).path(broken).write_bytes(b"something else")

    def run(command, *typed, house):
        return CliRunner().invoke(command, [str(each) for each in (*typed, "--json")], obj=house)

    house = House(Settings(data_dir=source), lambda: sqlite_only)
    result = run(commands.backup, path, house=house)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["files"], told["damaged"]) == (1, 1, [f"evidence/{broken}"])
    assert run(commands.backup, Path("nowhere") / "x.zip", house=house).exit_code == 2
    with other("sqlite") as new:
        settings = Settings(data_dir=tmp_path / "new", database_url=str(new.url))
        result = run(commands.restore_command, path, house=House(settings, lambda: new))
        assert result.exit_code == 0, result.output
        restored = json.loads(result.stdout)
        assert restored == {"entries": told["entries"], "root": told["root"], "files": 1}
    with pytest.raises(Forbidden):
        back_up(sqlite_only, Actor(1, "Mia"), source, tmp_path / "other.zip", quiet)
    assert not (tmp_path / "other.zip").exists()
    with sqlite_only.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM ledger_entry")).scalar() == told["entries"]
