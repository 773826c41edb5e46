"""registry demo: the demonstration organisation; registry benchmark generate: a register of any size; into an empty one."""

from dataclasses import asdict

import click
from sqlmodel import select

from registry.audit.actions.checkpoints import keep_checkpoint
from registry.demo.actions import generate, load
from registry.demo.rules.wanted import Wanted
from registry.evidence.actions import ROOM
from registry.kernel.actor import the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.people.models import Person
from registry.store import migrate
from registry.store.commandkit import answer, house, progress
from registry.store.files import Files
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
    taken = _is_taken()
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
    settings = house().settings
    loaded = load(house().database, count, progress, Files(settings.data_dir, ROOM))
    keep_checkpoint(house().database, the_registry("command"), settings.signing_key, settings.ledger_origin)
    said = [f"{loaded.systems} systems and {len(loaded.people)} people. Sign in as one of:"]
    said += [f"  {one['email']:<36} {one['password']}   {one['role']}" for one in loaded.sign_ins]
    result = {"systems": loaded.systems, "people": len(loaded.people), "sign_ins": loaded.sign_ins}
    answer(result, as_json, "\n".join(said))


@click.group("benchmark")
def benchmark() -> None:
    """Registers to measure on."""


_ANY = click.IntRange(0)


@benchmark.command("generate")
@click.option("--systems", default=10_000, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--snapshots", type=_ANY, help="Readings of metrics; ten for each system unless told.")
@click.option("--periods", type=_ANY, help="Seats held for a time; three for each system unless told.")
@click.option("--entries", type=_ANY, help="Entries of the ledger, or more where the rest needs more.")
@click.option("--people", type=click.IntRange(40, 100_000), help="Without it, one for fifteen systems.")
@click.option("--seed", default=0, show_default=True, help="Another seed, another house.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def generate_register(as_json: bool, **wanted: int) -> None:
    """Fill an empty register with three invented years of a house: people, systems and everything that happened to them.

    The same for the same numbers. Everything is written in bulk: the actions behind the pages are not asked.
    """
    if _is_taken():
        raise RuleBroken([Problem("", "Measure on a register of its own; this one holds people.")])
    made = generate(house().database, Wanted(**wanted), progress)
    told = ", ".join(f"{number:,} {name}" for name, number in asdict(made).items())
    answer(asdict(made), as_json, f"{told}.")


def _is_taken() -> bool:
    """Whether the register holds anybody; its schema is made first where there is none."""
    settings = house().settings
    settings.make_data_dir()
    database = Database(settings.database)
    if migrate.is_empty(database):
        migrate.upgrade(database)
    database.dispose()
    with house().database.transaction(read_only=True) as session:
        return session.exec(select(Person.id).limit(1)).first() is not None
