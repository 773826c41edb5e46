"""registry apply: systems as their files state them; registry export: systems as files."""

from pathlib import Path

import click
from sqlalchemy.exc import IntegrityError

from registry.client.plans import plan_said, without_user
from registry.declarations import queries
from registry.declarations.actions import Origin, apply
from registry.declarations.rules.fields import COMMIT_LIMIT, PATH_LIMIT
from registry.declarations.rules.files import read
from registry.declarations.rules.reading import MOST_CHARACTERS
from registry.declarations.rules.writing import joined, written
from registry.declarations.schemas import applied_out
from registry.kernel.actor import the_registry
from registry.kernel.errors import Conflict, Problem, RuleBroken
from registry.store.commandkit import answer, house, kept_unless, write
from registry.systems.queries import by_key, every_system


@click.command("apply")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
@click.option("--overwrite", is_flag=True, help="Also undo what people changed since the files set it.")
@click.option(
    "--expects", default="", help="The digest of the plan that was looked at: no other is carried out."
)
@click.option("--repository", default="", help="What the repository of the files is called.")
@click.option("--commit", default="", help="The commit that is checked out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def apply_files(
    files: tuple[Path, ...],
    dry_run: bool,
    overwrite: bool,
    expects: str,
    repository: str,
    commit: str,
    as_json: bool,
) -> None:
    """Make the register state what FILES state of their systems: all of them, or none.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, a registry elsewhere is told.
    """
    documents = read((str(path)[-PATH_LIMIT:], _text(path)) for path in files)
    origin = Origin(without_user(repository)[:PATH_LIMIT], commit[:COMMIT_LIMIT])
    try:
        with kept_unless(dry_run) as session:
            door = the_registry("command")
            done = apply(session, door, documents, origin, overwrite=overwrite, expects=expects)
            told = dict(applied_out(done, dry_run=dry_run))
    except IntegrityError as taken:
        raise Conflict("Somebody else registered the same at this moment. Apply again.", 0) from taken
    answer(told, as_json, plan_said(told))


def _text(path: Path) -> str:
    # One byte more than fits is enough to be told that it does not.
    with path.open("rb") as file:
        data = file.read(4 * MOST_CHARACTERS + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise RuleBroken([Problem("files", f"{path} is not UTF-8.")]) from wrong


@click.command("export")
@click.argument("keys", nargs=-1)
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder for a file of each; else all of them on standard output.",
)
@click.option(
    "--without-keys", is_flag=True, help="As files of no particular register, to register them elsewhere."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def export_files(keys: tuple[str, ...], folder: Path | None, without_keys: bool, as_json: bool) -> None:
    """Write systems as files that `registry apply` takes: those of KEYS, or every one.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, it is a registry elsewhere that is read.
    """
    texts: dict[str, str] = {}
    with house().database.transaction(read_only=True) as session:
        door = the_registry("command")
        found = [by_key(session, door, key) for key in keys] or every_system(session, door)
        for system in found:
            one = queries.exported(session, door, system, with_key=not without_keys)
            texts[one.id] = written(one)
    if folder is not None:
        for name, text in texts.items():
            write(folder / f"{name}.yaml", text.encode())
        answer({"systems": [*texts]}, as_json, f"{len(texts):,} systems written.")
        return
    answer({"systems": [*texts.values()]}, as_json, joined([*texts.values()]).rstrip("\n"))
