"""registry card bulk: the cards of many systems in one file."""

import hashlib
from datetime import date
from functools import partial
from pathlib import Path

import click

from registry.cards.actions.bundling import note_command
from registry.cards.actions.collecting import Register, as_it_stood, cards_of
from registry.cards.commands.shared import card
from registry.cards.render.packing import Packed
from registry.cards.render.press import press_of
from registry.cards.render.printing import Printers
from registry.cards.rules.bundles import problems_with_asking
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import refuse_if
from registry.kernel.text import counted
from registry.store.commandkit import Day, Destination, answer, bar, house, written
from registry.systems.queries import Search, numbers_in
from registry.worker.actions import reading_long


@card.command("bulk")
@click.option("--query", "words", default="", help="Words in the name or summary, or an id; else all.")
@click.option("--as-of", "day", type=Day(), help="As the register stood when that day ended (UTC).")
@click.option("--out", type=Destination(), required=True, help="The ZIP to write.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def bulk(words: str, day: date | None, out: Path, as_json: bool) -> None:
    """Write the card of every system found into one ZIP, with index.csv: as issued, or a draft made now or of that day."""
    door, database, at = the_registry("command"), house().database, house().settings
    search = Search(words=words.strip())
    with house().reading(day) as session:
        numbers = numbers_in(session, door, search)
    refuse_if(problems_with_asking(len(numbers), under_way=False))
    press = press_of(at)
    with written(out) as file:
        with (
            reading_long(database) as long,
            Packed(file, clock.now(), day) as packed,
            Printers(at.printers) as printers,
            bar(len(numbers), "Cards") as advance,
        ):
            register = as_it_stood(day, partial(house().reading, day)) if day else Register(long.ask)
            for _, line, pdf in cards_of(database, door, numbers, press, printers.draw, register):
                packed.add(line, pdf)
                advance(1)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        # Nothing is there to be taken before the ledger says who took it.
        with database.transaction() as session:
            note_command(session, door, search=words.strip(), lines=packed.counts, sha256=sha256, day=day)
    made, missing = packed.counts
    result = {"cards": made, "left_out": missing, "sha256": sha256, "files": [str(out)]}
    but = f"; {counted(missing, 'system')} without one, each with its reason in index.csv" if missing else ""
    answer(result, as_json, f"{counted(made, 'card')} in {out}{but}.\nSHA-256 {sha256}")
