"""registry backup FILE and registry restore FILE."""

from pathlib import Path

import click

from registry.audit.queries.fitness import lacking
from registry.audit.queries.verification import Verification
from registry.backups.actions import back_up, restore
from registry.kernel.actor import the_registry
from registry.kernel.text import counted
from registry.store.commandkit import answer, house, progress
from registry.store.session import Database


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def backup(context: click.Context, file: Path, as_json: bool) -> None:
    """Write everything the register holds into FILE, which must be new, while people work on it.

    Exit code 1 where a kept file is damaged: it is named and left out, and all the rest is backed up.
    """
    if not file.parent.is_dir():
        raise click.BadParameter(f"There is no folder {file.parent}.", param_hint="FILE")
    made = back_up(house().database, the_registry("command"), house().settings.data_dir, file, progress)
    result = {
        "entries": made.entries,
        "root": made.root,
        "files": len(made.files),
        "damaged": list(made.damaged),
    }
    lines = [f"{made.entries:,} entries, {counted(len(made.files), 'file')} in {file}", f"root {made.root}"]
    lines += [f"Damaged, and left out: {name}. registry evidence verify says more." for name in made.damaged]
    answer(result, as_json, "\n".join(lines))
    context.exit(1 if made.damaged else 0)


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def restore_command(file: Path, as_json: bool) -> None:
    """Put the backup in FILE into an empty database, on SQLite or PostgreSQL, whichever it was made of.

    The ledger and every file are verified first; the ledger then says from which backup it goes on.
    """
    if not file.is_file():
        raise click.BadParameter(f"There is no file {file}.", param_hint="FILE")
    settings = house().settings
    settings.make_data_dir()
    database = Database(settings.owner_database)
    try:
        with file.open("rb") as opened:
            made, found = restore(database, the_registry("command"), opened, settings.data_dir, progress)
        lacks = lacking(database, settings.signing_key).values()
    finally:
        database.dispose()
    answer(_told(found, len(made.files)), as_json, _in_words(found, made.made_at, len(made.files)))
    for says in lacks:
        progress(says)


def _told(found: Verification, files: int) -> dict[str, object]:
    return {"entries": found.entries, "root": found.root, "files": files}


def _in_words(found: Verification, made_at: str, files: int) -> str:
    return (
        f"Restored from a backup made at {made_at}: {found.entries:,} entries, {counted(files, 'file')}, all verified.\n"
        f"root {found.root}\n"
        "Compare with a checkpoint you hold: registry audit "
        "verify --checkpoint FILE."
    )
