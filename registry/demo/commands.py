"""registry demo: the demonstration organisation, into an empty register."""

import click
from sqlmodel import select

from registry.demo.actions import load
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.store import migrate
from registry.store.commandkit import answer, house, progress
from registry.store.session import Database


@click.command("demo")
@click.option(
    "--systems",
    "count",
    default=None,
    type=click.IntRange(1, 100_000),
    help="Invent more systems up to this many.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing, and say so, when the register holds anything.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def demo(count: int | None, if_empty: bool, as_json: bool) -> None:
    """Fill an empty register with an invented insurer, its people and its AI systems."""
    settings = house().settings
    settings.make_data_dir()
    database = Database(settings.database)
    if migrate.is_empty(database):
        migrate.upgrade(database)
    database.dispose()
    with house().database.transaction(read_only=True) as session:
        taken = session.exec(select(Person.id).limit(1)).first() is not None
    if taken and if_empty:
        answer(
            {"systems": 0, "people": 0, "sign_ins": []},
            as_json,
            "The register is in use; the demonstration was left out.",
        )
        return
    if taken:
        raise RuleBroken(
            [Problem("", "The demonstration goes into an empty register only; this one holds people.")]
        )
    loaded = load(house().database, count, progress)
    said = [f"{loaded.systems} systems and {len(loaded.people)} people. Sign in as one of:"]
    said += [f"  {one['email']:<36} {one['password']}   {one['role']}" for one in loaded.sign_ins]
    result = {"systems": loaded.systems, "people": len(loaded.people), "sign_ins": loaded.sign_ins}
    answer(result, as_json, "\n".join(said))
