"""registry evidence verify: compute the hash of every file anew."""

from dataclasses import asdict

import click

from registry.evidence.actions import ROOM
from registry.evidence.queries.integrity import damaged, files_counted
from registry.store.commandkit import answer, house, progress
from registry.store.files import Files

_EVERY = 1_000


@click.group("evidence")
def evidence() -> None:
    """Files that prove something of a system."""


@evidence.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> None:
    """Check that every file of evidence is here and is what it was when it was kept.

    Exit code 0 when nothing is amiss, 1 when a file is missing or changed.
    """
    files = Files(house().settings.data_dir, ROOM)
    with house().database.transaction(read_only=True) as session:
        count = files_counted(session)
        found = list(damaged(session, files, _say_progress))
    result = {"files": count, "ok": not found, "damaged": [asdict(each) for each in found]}
    said = [f"{count:,} files", *(each.says for each in found)]
    said.append("Some files are not what they were." if found else "Every file is what it was.")
    answer(result, as_json, "\n".join(said))
    context.exit(1 if found else 0)


def _say_progress(count: int) -> None:
    if count % _EVERY == 0:
        progress(f"{count:,} files read")
