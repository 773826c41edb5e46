"""registry systems list."""

from datetime import date

import click

from registry.annotations import queries as annotations
from registry.kernel.actor import the_registry
from registry.ownership import queries as ownership
from registry.people import queries as people
from registry.portfolio.queries import meant_in_register
from registry.store.commandkit import Day, answer, house
from registry.systems import queries
from registry.systems.queries import Search
from registry.systems.rules.search import words_of
from registry.systems.schemas import brief


@click.group("systems")
def systems() -> None:
    """What is on the register."""


@systems.command("list")
@click.option("--query", "words", default="", help="Words in the name or summary, or an id.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--as-of", "day", type=Day(), help="As the register stood when that day ended (UTC).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_systems(words: str, limit: int, day: date | None, as_json: bool) -> None:
    """The systems on the register, by name."""
    door = the_registry("command")
    with house().reading(day) as session:
        found = queries.page(session, door, Search(words=words.strip()), limit=limit)
        owners = ownership.owners_of(session, [system.id or 0 for system in found.items])
        units = people.unit_paths(session)
        tags = annotations.tags_of(session, [system.id or 0 for system in found.items])
        items = [
            brief(each, owners.get(each.id or 0), units[each.unit_id], tags.get(each.id or 0, ()))
            for each in found.items
        ]
        meant = None if items else meant_in_register(session, door, words_of(words))
    following = items[-1]["key"] if found.next_after and items else None
    said = "\n".join(
        f"{each['key']}  {each['stage']:<15} {each['name']}  ({each['owner']})" for each in items
    )
    nothing = f"Nothing found. Did you mean: {meant}?" if meant else "Nothing found."
    answer({"items": items, "next": following}, as_json, said or nothing)
