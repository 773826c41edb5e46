"""Back up a register while people work on it; put a backup into an empty database, and say so in the ledger."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlmodel import Session

from registry.audit.actions import record
from registry.audit.actions.verifying import LEDGER
from registry.audit.models import OBJECT
from registry.audit.queries import Verification
from registry.audit.queries.checkpoints import keys
from registry.audit.queries.state import readers_of
from registry.audit.queries.verification import examine
from registry.backups import queries
from registry.backups.rules import (
    MANIFEST,
    ROOMS,
    Manifest,
    Part,
    file_of,
    problems_with_restoring,
    rows_of,
)
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event
from registry.monitoring.actions.storing import make_months
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.store import migrate
from registry.store.archives import ArchiveReader, ArchiveRefused, ArchiveWriter
from registry.store.files import Files
from registry.store.session import Database, finish, hold_still

Say = Callable[[str], None]

_AT_ONCE = 1_000
_CHUNK = 1 << 20
_BY_MONTH = "snapshot"
_FOREIGN_KEYS = sa.text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace"
)


def back_up(database: Database, actor: Actor, data_dir: Path, path: Path, say: Say) -> Manifest:
    """Write everything into one file, as it is at one moment; whoever works on the register goes on meanwhile.

    The ledger says beforehand that a backup is made, and the backup holds that entry. Raises ArchiveRefused where the
    file is there already.
    """
    with ArchiveWriter(path) as archive:
        with database.transaction() as session:
            note_backup(session, actor, path.name)
        with database.transaction(read_only=True) as session:
            hold_still(session.connection())
            entries, root = queries.size_and_root(session)
            known = keys(session)
            tables = {}
            say("Rows …")
            for table in queries.tables_kept():
                tables[table.name] = _written(archive, rows_of(table.name), queries.lines_of(session, table))
        say("Files …")
        files, damaged = _files_written(archive, data_dir)
        manifest = Manifest(
            revision=migrate.current(database) or "",
            made_at=clock.written(clock.now()),
            origin=known[-1].origin if known else "",
            keys=tuple(each.verifier for each in known),
            entries=entries,
            root=root,
            tables=tables,
            files=files,
            damaged=damaged,
        )
        archive.add(MANIFEST, [manifest.written()])
    return manifest


def note_backup(session: Session, actor: Actor, name: str) -> None:
    """Put in the ledger that everything is copied into a file of that name."""
    require(actor, Permission.LEDGER_KEEP)
    record(session, actor, Event.BACKUP_MADE, None, subject_kind=LEDGER, note={"file": name})


def _written(archive: ArchiveWriter, name: str, lines: Iterable[bytes]) -> Part:
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    return Part(sha256=archive.add(name, counted()), rows=count)


def _files_written(archive: ArchiveWriter, data_dir: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    found, damaged = {}, []
    for called, room in ROOMS.items():
        files = Files(data_dir, room)
        for digest, _ in list(files.kept()):
            name = f"{called}/{digest}"
            if not files.is_whole(digest):
                damaged.append(name)
                continue
            with files.path(digest).open("rb") as file:
                archive.add(file_of(name), iter(lambda: file.read(_CHUNK), b""))
            found[name] = files.path(digest).stat().st_size
    return found, tuple(damaged)


def manifest_of(archive: ArchiveReader) -> Manifest:
    """What a backup says of itself. Raises ArchiveRefused."""
    with archive.open(MANIFEST) as part:
        try:
            return Manifest.read(part.read())
        except ValueError as error:
            raise ArchiveRefused(f"This is no backup that can be read here: {error}.") from error


def restore(
    database: Database, actor: Actor, file: IO[bytes], data_dir: Path, say: Say
) -> tuple[Manifest, Verification]:
    """Put a backup into an empty database: all of it, verified, with the entry that says so, or nothing.

    Raises ArchiveRefused for a file that is not as it was written, RuleBroken for a database that is not empty.
    """
    archive = ArchiveReader(file)
    manifest = manifest_of(archive)
    installed, taken = not migrate.is_empty(database), []
    if installed:
        with database.transaction(read_only=True) as session:
            taken = queries.taken(session)
    names = [table.name for table in queries.tables()]
    refuse_if(
        problems_with_restoring(
            manifest, revision=migrate.head() or "", parts=archive.names, taken=taken, tables=names
        )
    )
    with ExitStack() as undo:
        if not installed:
            migrate.upgrade(database)
            undo.callback(_uninstall, database)
        found = _filled(database, actor, archive, data_dir, undo, say)
        undo.pop_all()
    return manifest, found


def _uninstall(database: Database) -> None:
    with database.transaction(read_only=True) as session:
        taken = queries.taken(session)
    # Whoever began to work in it meanwhile keeps what they have.
    if not taken:
        migrate.uninstall(database)


def _filled(
    database: Database, actor: Actor, archive: ArchiveReader, data_dir: Path, undo: ExitStack, say: Say
) -> Verification:
    """Rows that hold, then the files beside them. What the database does not take back by itself is left to `undo`."""
    manifest = manifest_of(archive)
    with database.engine.connect() as connection, connection.begin():
        say("Rows …")
        with _foreign_keys_at_the_end(connection):
            for table in queries.tables_kept():
                _rows_restored(connection, table, archive, manifest.tables[table.name])
        _numbers_go_on(connection)
        say("Verifying the ledger and what stands beside it …")
        found = examine(connection)
        _refuse_unless_the_same(manifest, found)
        with Session(bind=connection) as session:
            _refuse_unless_whole(with_what_stands_beside(session, found))
            say("Files …")
            _files_restored(archive, manifest, data_dir, undo)
            note_restored(session, actor, manifest, archive.seal)
            finish(session)
            session.flush()
    return found


def note_restored(session: Session, actor: Actor, manifest: Manifest, seal: str) -> None:
    """Put in the ledger from which backup it goes on: what was added after that one was made is not here."""
    require(actor, Permission.LEDGER_KEEP)
    note = {
        "backup made at": manifest.made_at,
        "entries": str(manifest.entries),
        "root": manifest.root,
        "sha256": seal,
    }
    record(session, actor, Event.BACKUP_RESTORED, None, subject_kind=LEDGER, note=note)


def _files_restored(archive: ArchiveReader, manifest: Manifest, data_dir: Path, undo: ExitStack) -> None:
    for name, size in manifest.files.items():
        called, _, digest = name.partition("/")
        if called not in ROOMS:
            raise ArchiveRefused(f"The backup holds a file of a kind this program does not have: {name}.")
        files = Files(data_dir, ROOMS[called])
        with archive.open(file_of(name)) as part, files.drafted(part, limit=size) as draft:
            if draft.sha256 != digest:
                raise ArchiveRefused(f"A file in the backup is not what its name promises: {name}.")
            if not files.has(digest):
                undo.callback(files.drop, digest)
            files.keep_once(draft)


def _rows_restored(connection: sa.Connection, table: sa.Table, archive: ArchiveReader, part: Part) -> None:
    readers = readers_of(table)
    digest, count = hashlib.sha256(), 0
    lines = archive.lines(rows_of(table.name))
    while some := list(islice(lines, _AT_ONCE)):
        rows = []
        for line in some:
            digest.update(line)
            rows.append(_row(json.loads(line), readers))
        if table.name == _BY_MONTH:
            make_months(connection, {f"{row['window_end']:%Y-%m}" for row in rows})
        connection.execute(sa.insert(table), rows)
        count += len(rows)
    if (count, digest.hexdigest()) != (part.rows, part.sha256):
        raise ArchiveRefused(
            f"The rows of {table.name} in the backup are not those its list of contents names."
        )


def _row(state: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: read(state[name]) if name in state else None for name, read in readers.items()}


@contextmanager
def _foreign_keys_at_the_end(connection: sa.Connection) -> Iterator[None]:
    """Check what refers to what once all rows are there: units refer to people, who refer to units."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    found = connection.execute(_FOREIGN_KEYS).all()
    for table, name, _ in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    for table, name, says in found:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {says}")


def _numbers_go_on(connection: sa.Connection) -> None:
    """Let new rows have numbers that none has, or had as far as the ledger knows. SQLite counts from the last by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in queries.tables():
        if "id" not in table.c:
            continue
        drawn = connection.execute(sa.select(sa.func.pg_get_serial_sequence(table.name, "id"))).scalar()
        if drawn is None:
            continue
        known = sa.select(sa.func.max(OBJECT.c.object_id)).where(OBJECT.c.kind == table.name)
        last = connection.execute(
            sa.select(
                sa.func.greatest(
                    sa.select(sa.func.max(table.c.id)).scalar_subquery(), known.scalar_subquery()
                )
            )
        ).scalar()
        if last is not None:
            connection.execute(sa.select(sa.func.setval(drawn, last)))


def _refuse_unless_the_same(manifest: Manifest, found: Verification) -> None:
    _refuse_unless_whole(found)
    if (found.entries, found.root) != (manifest.entries, manifest.root):
        raise ArchiveRefused(
            "The ledger in the backup is not the one its list of contents names. Nothing was restored."
        )


def _refuse_unless_whole(found: Verification) -> None:
    if not found.ok:
        says = found.problems[0].says.removesuffix(".")
        raise ArchiveRefused(f"What the backup holds is not whole: {says}. Nothing was restored.")
