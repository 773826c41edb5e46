"""registry card import: a system from somebody else's card."""

from pathlib import Path
from typing import Any

import click

from registry.accounts.queries import person_by_email
from registry.cards.commands.shared import card
from registry.interchange.actions.cards import register_card
from registry.interchange.queries.cards import read_card
from registry.interchange.rules.cards.shapes import MOST_BYTES, Became, CardDraft
from registry.kernel.actor import the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.people.queries import unit_paths
from registry.store.commandkit import answer, house
from registry.systems.rules.record import Registration


@card.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", default="", help='The unit that runs the system, by its path: "Bank / Retail".')
@click.option(
    "--owner", default="", help="E-mail of the person who is to answer for it; they are asked to confirm."
)
@click.option("--name", default="", help="The name people here use, instead of the card's.")
@click.option("--summary", default="", help="What it does, in a sentence or two, instead of the card's.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The config.json beside a README.md of Hugging Face.",
)
@click.option(
    "--yes", is_flag=True, help="Register it. Without this nothing is stored, and you see what would be."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_card(
    file: Path, unit: str, owner: str, name: str, summary: str, config: Path | None, yes: bool, as_json: bool
) -> None:
    """Register the system that a model card describes (Hugging Face, Model Card Toolkit, CycloneDX 1.5 or 1.6).

    Every entry of the file is told: understood, carried into a note, or not understood. Values a card states are
    noted and never taken for measurements.
    """
    if yes and not (unit and owner):
        raise click.UsageError("Say with --unit who runs the system and with --owner who answers for it.")
    draft = read_card(_content(file), file.name, _content(config) if config else None)
    draft = draft.stating(name or draft.facts.name, summary or draft.facts.summary)
    key = _registered(draft, unit, owner) if yes else None
    answer(_drafted(draft, key), as_json, _draft_in_words(draft, key))


def _content(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _registered(draft: CardDraft, unit: str, owner: str) -> str:
    with house().database.transaction() as session:
        person = person_by_email(session, owner)
        if person is None:
            raise RuleBroken([Problem("owner", f"Nobody has the e-mail address {owner}. Add them first.")])
        meant = [number for number, path in unit_paths(session).items() if path.casefold() == unit.casefold()]
        if not meant:
            raise RuleBroken(
                [Problem("unit", f"There is no unit {unit}. Write its whole path, as in Bank / Retail.")]
            )
        registration = Registration(draft.facts.name, draft.facts.summary, meant[0], person.id)
        return register_card(session, the_registry("command"), draft, registration).key


def _drafted(draft: CardDraft, key: str | None) -> dict[str, Any]:
    return {
        "key": key,
        "format": draft.format,
        "name": draft.facts.name,
        "summary": draft.facts.summary,
        "data_sources": [each.name for each in draft.sources],
        "notes": list(draft.notes),
        "report": [
            {"place": line.place, "became": line.became.value, "says": line.says} for line in draft.report
        ],
    }


def _draft_in_words(draft: CardDraft, key: str | None) -> str:
    lines = [
        f"{draft.facts.name or 'no name'}: {draft.facts.summary or 'no summary'}",
        f"read as {draft.format}",
    ]
    for became in Became:
        lines += [f"{became.said}:", *(f"  {line.place}: {line.says}" for line in draft.of(became))]
    registered = f"Registered as {key}." if key else "Nothing is stored yet; --yes registers it."
    return "\n".join([*lines, registered])
