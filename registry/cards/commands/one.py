"""registry card KEY: the card of a system in every form; verify: one that came in; schema: that of card.json."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from registry.audit.rules.notes import Verifier
from registry.cards.actions.issuing import issue
from registry.cards.commands.shared import MAKE, card
from registry.cards.queries import card_facts
from registry.cards.queries.editions import edition_of
from registry.cards.render import edition_pdf
from registry.cards.render.checking import LARGEST, check_card
from registry.cards.render.exports import FORMS, left_out
from registry.cards.render.press import press_of
from registry.cards.render.signing import certificates_in
from registry.cards.render.verdicts import Checked, Verdict
from registry.cards.rules.canonical import SCHEMA
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.frozen import Frozen
from registry.cards.rules.schema import card_schema, schema_json
from registry.cards.rules.seal import seal_from
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.kernel.text import counted
from registry.store.commandkit import Day, Destination, answer, house, progress, write
from registry.systems.queries import by_key

Command = TypeVar("Command", bound=Callable[..., Any])


def _for_each_form(command: Command) -> Command:
    """An option for each format the card is exported in."""
    for form in reversed(FORMS.values()):
        option = click.option(f"--{form.name}", type=Destination(), help=f"Write it there as {form.label}.")
        command = option(command)
    return command


@card.command(MAKE)
@click.argument("key")
@click.option("--edition", type=click.IntRange(1), help="That edition, as it was frozen.")
@click.option("--as-of", "day", type=Day(), help="As the register stood when that day ended (UTC).")
@click.option("--pdf", type=Destination(), help="Write the PDF there, card.json attached.")
@click.option("--facts", type=Destination(), help="Write card.json there: the canonical facts.")
@_for_each_form
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def make(key: str, edition: int | None, day: date | None, as_json: bool, **wanted: Path | None) -> None:
    """Make the card of the system KEY as the record stands now, or as one of its editions.

    Formats that hold less than the card say which stated fields they leave out.
    """
    places = {kind.replace("_", "-"): path for kind, path in wanted.items() if path is not None}
    if len({path.resolve() for path in places.values()}) < len(places):
        raise click.UsageError("Give each form of the card a file of its own.")
    frozen, issued = _frozen(key, edition, day)
    made = {kind: _made(kind, frozen, issued) for kind in places}
    for kind, path in places.items():
        write(path, made[kind])
    stated, sha256 = frozen.facts, frozen.sha256
    number = stated.edition.number
    files = [str(path) for path in places.values()]
    lacking = {kind: lines for kind, lines in left_out(stated).items() if kind in places}
    result = {
        "key": stated.identity.key,
        "edition": number,
        "sha256": sha256,
        "files": files,
        "left_out": lacking,
    }
    answer(result, as_json, _in_words(stated, sha256, places, lacking))


def _frozen(key: str, edition: int | None, day: date | None) -> tuple[Frozen, bytes | None]:
    """The card as it is now or as an edition; and the PDF an edition that holds was issued as."""
    door = the_registry("command")
    with house().reading(day) as session:
        try:
            system = by_key(session, door, key)
        except NotFound:
            raise NotFound(f"There is no system {key} on the register.") from None
        if edition is None:
            return Frozen.draft(card_facts(session, door, system), day), None
        try:
            found = edition_of(session, system.id or 0, edition)
        except NotFound:
            raise NotFound(f"{key} has no edition {edition}.") from None
    at = house().settings
    press = press_of(at)
    document = issue(house().database, door, found.id or 0, press)
    seal = seal_from(document.seal) if document else None
    frozen = Frozen.read(found.facts.encode(), found.state, seal)
    return frozen, document.pdf if document and found.state is EditionState.APPROVED else None


def _made(kind: str, frozen: Frozen, issued: bytes | None) -> bytes:
    if kind == "facts":
        return frozen.written
    if kind in FORMS:
        return FORMS[kind].make(frozen.facts)
    if issued is not None:
        return issued
    progress("Laying out the PDF…")
    return edition_pdf(frozen)


@card.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", help="The ledger's public key, as the company publishes it.")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM or DER) of whom you believe to sign for it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def verify(context: click.Context, file: Path, key: str, trust: Path | None, as_json: bool) -> None:
    """Check a card by itself: FILE.pdf, without a database or a network.

    Exit code 0 where everything is proved, 1 where something is not, or could not be decided here.
    """
    checked = check_card(file.read_bytes()[: LARGEST + 1], key=key, trust=_certificates(trust))
    checks = [{"name": each.name, "passed": each.passed, "says": each.says} for each in checked.checks]
    marks = {True: "proved ", False: "REFUSED", None: "open   "}
    lines = [f"{marks[each.passed]}  {each.name}: {each.says}" for each in checked.checks]
    result = {"verdict": checked.verdict.value, "checks": checks, "pdf_sha256": checked.pdf_sha256}
    answer(
        result,
        as_json,
        "\n".join([*lines, f"{checked.verdict.value.capitalize()}. {_comes_to(checked, key)}"]),
    )
    context.exit(0 if checked.verdict is Verdict.VERIFIED else 1)


def _comes_to(checked: Checked, key: str) -> str:
    """The verdict; and, where nobody said which key is the company's, that this is the key in the card's own word."""
    sealed = checked.frozen.seal if checked.frozen else None
    if key or sealed is None or checked.verdict is Verdict.REFUSED:
        return checked.says
    own = Verifier.read(sealed.anchor.key)
    more = f"Whether {own.key_id} is a key of the company, this file cannot tell: give the one it publishes as --key."
    return f"{checked.says} {more}"


def _certificates(file: Path | None) -> list[bytes]:
    if file is None:
        return []
    try:
        return certificates_in(file.read_bytes())
    except ValueError as error:
        raise click.UsageError(f"{file} holds no certificate in PEM or DER.") from error


@card.command("schema")
@click.option("--out", type=Destination(), help="Write it there instead of printing it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document: without --out, the schema.")
def schema(out: Path | None, as_json: bool) -> None:
    """The JSON Schema (2020-12) of card.json, as it is published at /schemas.

    It needs no database. It is named by its address at REGISTRY_BASE_URL.
    """
    base_url = house().settings.base_url
    if out is None:
        click.echo(schema_json(base_url), nl=False)
        return
    write(out, schema_json(base_url))
    named = str(card_schema(base_url)["$id"])
    answer({"schema": SCHEMA, "id": named, "file": str(out)}, as_json, f"{named}: {out}")


def _in_words(
    facts: CardFacts, sha256: str, places: Mapping[str, Path], lacking: Mapping[str, tuple[str, ...]]
) -> str:
    lines = [
        f"{facts.identity.key} {facts.identity.name}",
        facts.edition.name,
        f"content hash {sha256}",
    ]
    for kind, path in places.items():
        lines.append(f"{kind}: {path}")
        if lacking.get(kind):
            lines.append(f"  leaves out {counted(len(lacking[kind]), 'stated field')}; --json names each")
    return "\n".join(lines)
