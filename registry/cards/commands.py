"""registry card KEY: the card of a system in every form; registry card import: a system from somebody else's card."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from registry.accounts.queries import person_by_email
from registry.cards.actions.issuing import issue
from registry.cards.queries import card_facts
from registry.cards.queries.editions import edition_of
from registry.cards.render import edition_pdf
from registry.cards.render.checking import LARGEST, check_card
from registry.cards.render.exports import FORMS, left_out
from registry.cards.render.press import own_key, press_of
from registry.cards.render.signing import certificates_in
from registry.cards.render.verdicts import Verdict
from registry.cards.rules.editions import EditionState
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.frozen import Frozen
from registry.cards.rules.seal import seal_from
from registry.interchange.actions.cards import register_card
from registry.interchange.queries.cards import read_card
from registry.interchange.rules.cards.shapes import MOST_BYTES, Became, CardDraft
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound, Problem, RuleBroken
from registry.kernel.text import counted
from registry.people.queries import unit_paths
from registry.store.commandkit import answer, house, progress
from registry.systems.queries import by_key
from registry.systems.rules.record import Registration

_MAKE: Final = "make"
Command = TypeVar("Command", bound=Callable[..., Any])


class _CardGroup(click.Group):
    """Commands about cards; where the first word names none of them, it is the key of a system."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_MAKE, *args]
        return super().parse_args(ctx, args)


class _Destination(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"There is no folder {path.parent}.", param, ctx)
        return path


@click.group("card", cls=_CardGroup, subcommand_metavar="KEY [OPTIONS]")
def card() -> None:
    """The card of a system, such as AI-0042: registry card AI-0042 --pdf card.pdf --facts card.json."""


def _for_each_form(command: Command) -> Command:
    """An option for each format the card is exported in."""
    for form in reversed(FORMS.values()):
        option = click.option(f"--{form.name}", type=_Destination(), help=f"Write it there as {form.label}.")
        command = option(command)
    return command


@card.command(_MAKE)
@click.argument("key")
@click.option("--edition", type=click.IntRange(1), help="That edition, as it was frozen.")
@click.option("--pdf", type=_Destination(), help="Write the PDF there, card.json attached.")
@click.option("--facts", type=_Destination(), help="Write card.json there: the canonical facts.")
@_for_each_form
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def make(key: str, edition: int | None, as_json: bool, **wanted: Path | None) -> None:
    """Make the card of the system KEY as the record stands now, or as one of its editions.

    Formats that hold less than the card say which stated fields they leave out.
    """
    places = {kind.replace("_", "-"): path for kind, path in wanted.items() if path is not None}
    if len({path.resolve() for path in places.values()}) < len(places):
        raise click.UsageError("Give each form of the card a file of its own.")
    frozen, issued = _frozen(key, edition)
    made = {kind: _made(kind, frozen, issued) for kind in places}
    for kind, path in places.items():
        _write(path, made[kind])
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


def _frozen(key: str, edition: int | None) -> tuple[Frozen, bytes | None]:
    """The card as it is now or as an edition; and the PDF an edition that holds was issued as."""
    door = the_registry("command")
    with house().database.transaction(read_only=True) as session:
        try:
            system = by_key(session, door, key)
        except NotFound:
            raise NotFound(f"There is no system {key} on the register.") from None
        if edition is None:
            return Frozen.draft(card_facts(session, door, system)), None
        try:
            found = edition_of(session, system.id or 0, edition)
        except NotFound:
            raise NotFound(f"{key} has no edition {edition}.") from None
    at = house().settings
    own = own_key(at.card_key_file, at.card_key_password_file, at.timestamp_url)
    press = press_of(at.signing_key, at.ledger_origin, at.base_url, own)
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
    answer(result, as_json, "\n".join([*lines, f"The card is {checked.verdict.value}."]))
    context.exit(0 if checked.verdict is Verdict.VERIFIED else 1)


def _certificates(file: Path | None) -> list[bytes]:
    if file is None:
        return []
    try:
        return certificates_in(file.read_bytes())
    except ValueError as error:
        raise click.UsageError(f"{file} holds no certificate in PEM or DER.") from error


def _write(path: Path, content: bytes) -> None:
    """Put the file there whole or not at all: whoever reads it meanwhile sees the old one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _in_words(
    facts: CardFacts, sha256: str, places: Mapping[str, Path], lacking: Mapping[str, tuple[str, ...]]
) -> str:
    lines = [
        f"{facts.identity.key} {facts.identity.name}",
        facts.edition.said,
        f"content hash {sha256}",
    ]
    for kind, path in places.items():
        lines.append(f"{kind}: {path}")
        if lacking.get(kind):
            lines.append(f"  leaves out {counted(len(lacking[kind]), 'stated field')}; --json names each")
    return "\n".join(lines)


@card.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", default="", help='The unit that runs the system, by its path: "Bank / Retail".')
@click.option(
    "--owner", default="", help="E-mail of the person who is to answer for it; they are asked to confirm."
)
@click.option("--name", default="", help="The name people here use, instead of the card's.")
@click.option("--summary", default="", help="What it does, in a sentence or two, instead of the card's.")
@click.option(
    "--yes", is_flag=True, help="Register it. Without this nothing is stored, and you see what would be."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def import_card(file: Path, unit: str, owner: str, name: str, summary: str, yes: bool, as_json: bool) -> None:
    """Register the system that a model card describes (Hugging Face, Model Card Toolkit, CycloneDX 1.5 or 1.6).

    Every entry of the file is told: understood, carried into a note, or not understood. Values a card states are
    noted and never taken for measurements.
    """
    if yes and not (unit and owner):
        raise click.UsageError("Say with --unit who runs the system and with --owner who answers for it.")
    with file.open("rb") as opened:
        draft = read_card(opened.read(MOST_BYTES + 1), file.name)
    draft = draft.stating(name or draft.facts.name, summary or draft.facts.summary)
    key = _registered(draft, unit, owner) if yes else None
    answer(_drafted(draft, key), as_json, _draft_in_words(draft, key))


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
