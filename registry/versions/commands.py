"""registry version add KEY LABEL: a pipeline on this machine adds a candidate to the versions of a system."""

from datetime import datetime
from typing import TextIO

import click

from registry.data_sources.queries import source_meant
from registry.kernel.actor import the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.store.commandkit import answer, house
from registry.systems.queries import by_key
from registry.systems.rules.record import TEXT_LIMIT
from registry.versions import actions, queries
from registry.versions.rules.record import TrainedOn, VersionFacts
from registry.versions.schemas import whole

_DAY = click.DateTime(["%Y-%m-%d"])
# What is not UTF-8 comes in as characters that the rules refuse in words, not as an error of the program.
_RESULTS = click.File(encoding="utf-8", errors="surrogateescape")


@click.group("version")
def version() -> None:
    """The versions of a system's model."""


@version.command("add")
@click.argument("key")
@click.argument("label")
@click.option("--changed", required=True, help="What changed since the version before.")
@click.option("--significant/--not-significant", default=None, help="Whether this is a significant change.")
@click.option("--because", default="", help="Why it was trained again.")
@click.option("--artifact", default="", help="Where the model is kept.")
@click.option("--digest", default="", help="Its SHA-256 in hex, or algorithm:hex.")
@click.option("--evaluation", type=_RESULTS, help="A file of results in Markdown; - for standard input.")
@click.option(
    "--trained-on",
    type=(str, _DAY, _DAY),
    multiple=True,
    metavar="SOURCE FROM TO",
    help="A source by id or name, with the first and last day of its data.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def add(
    key: str,
    label: str,
    significant: bool | None,
    evaluation: TextIO | None,
    trained_on: tuple[tuple[str, datetime, datetime], ...],
    as_json: bool,
    **stated: str,
) -> None:
    """Add the version LABEL to the system KEY as a candidate; somebody approves it on its page.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, it is added to a registry elsewhere.
    """
    door = the_registry("command")
    # One character more than fits is enough to be told that it does not.
    results = evaluation.read(TEXT_LIMIT + 1) if evaluation else ""
    with house().database.transaction() as session:
        system = by_key(session, door, key, lock=True)
        learned = []
        for name, first, last in trained_on:
            source = source_meant(session, name)
            if source is None:
                raise RuleBroken([Problem("trained_on", f"The catalogue has no source “{name}”.")])
            learned.append(TrainedOn(source.id or 0, first.date(), last.date()))
        facts = VersionFacts(
            label, significant=significant, evaluation=results, trained_on=tuple(learned), **stated
        )
        model = actions.add_version(session, door, system.id or 0, facts)
        found = queries.learned_by(session, [model.id or 0])[model.id or 0]
        result = {"system": system.key} | whole(model, None, found, {})
    answer(result, as_json, f"Version {result['label']} of {result['system']} is added as a candidate.")
