"""registry gate check KEY --to STAGE: whether a system may go on to a stage, for a pipeline that asks before it deploys."""

import click

from registry.kernel.actor import the_registry
from registry.kernel.text import counted, worded
from registry.lifecycle.queries.gates import gate_of
from registry.lifecycle.rules.stages import LADDER
from registry.lifecycle.schemas import gate_said
from registry.store.commandkit import answer, house
from registry.systems.queries import by_key
from registry.systems.rules.record import Stage


@click.group("gate")
def gate() -> None:
    """What stands between a system and a stage."""


@gate.command("check")
@click.argument("key")
@click.option(
    "--to",
    "stage",
    required=True,
    type=click.Choice([stage.value for stage in LADDER[1:]]),
    help="The stage it would go to.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(key: str, stage: str, as_json: bool) -> None:
    """Whether the gate of the system KEY to a stage holds: exit 0 where it does, 1 where it does not.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, a registry elsewhere is asked.
    """
    door = the_registry("command")
    with house().database.transaction(read_only=True) as session:
        system = by_key(session, door, key)
        found = gate_of(session, system, Stage(stage))
        result = gate_said(system, found)
    lines = [f"{line.id} ({line.pattern}) {line.says}" for line in found.open]
    word = worded(stage)
    said = (
        f"The gate of {system.key} to {word} holds."
        if found.holds
        else f"{counted(len(lines), 'criterion', 'criteria')} of {system.key} for {word} "
        f"{'does' if len(lines) == 1 else 'do'} not hold:"
    )
    answer(result, as_json, "\n".join([said, *lines]))
    if not found.holds:
        click.get_current_context().exit(1)
