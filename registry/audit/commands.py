"""registry audit: verify the ledger, sign a checkpoint of it, replace the key it is signed with."""

from base64 import b64encode
from dataclasses import asdict, replace
from getpass import getuser
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session

from registry.accounts.queries import actor_for, person_by_email
from registry.audit.actions.checkpoints import keep_checkpoint
from registry.audit.actions.erasing import erase_entry
from registry.audit.actions.keys import put_in_place, rotate_key
from registry.audit.models import LedgerCheckpoint
from registry.audit.queries import Verification, verify
from registry.audit.queries.checkpoints import checkpoints, keys
from registry.audit.queries.proofs import inclusion_proof
from registry.audit.queries.verification import stored, stored_entry
from registry.audit.render.bundle import entry_line, proof_text, write_bundle, write_proof
from registry.audit.rules.chain import Findings
from registry.audit.rules.notes import NotANote, read_checkpoint, read_note
from registry.kernel import clock
from registry.kernel.actor import Actor, the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.people.rules import is_active
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.store.commandkit import answer, house, progress
from registry.store.session import hold_still

_EVERY = 100_000


@click.group("audit")
def audit() -> None:
    """Look after the audit ledger."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--no-live", is_flag=True, help="Check the chain alone, not the rows that stand.")
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint you kept elsewhere: the ledger must go on from it.",
)
@click.pass_context
def verify_command(context: click.Context, *, as_json: bool, no_live: bool, checkpoint: Path | None) -> None:
    """Check that the ledger is whole and that every record is as its last entry left it.

    Exit code 0 when nothing is amiss, 1 when something is.
    """
    held = _checkpoint_in(checkpoint) if checkpoint else None
    with house().database.transaction(read_only=True) as session:
        found = verify(session, live=not no_live, progress=_say_progress, held=held)
        if not no_live:
            found = with_what_stands_beside(session, found)
    answer(asdict(found), as_json, _in_words(found))
    context.exit(0 if found.ok else 1)


@audit.command("checkpoint")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def checkpoint_command(*, as_json: bool) -> None:
    """Sign how many entries the ledger has and their root; keep what is printed where nobody here can change it."""
    settings = house().settings
    made = keep_checkpoint(
        house().database, the_registry("command"), settings.signing_key, settings.ledger_origin
    )
    answer(_told(made), as_json, made.note.rstrip("\n"))


@audit.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--entry",
    "seqs",
    multiple=True,
    type=click.IntRange(min=1),
    help="Add a proof of this entry; repeat for more.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def export_command(*, folder: Path, seqs: tuple[int, ...], as_json: bool) -> None:
    """Write the whole ledger to FOLDER, with what an outsider needs to verify it without the registry."""
    settings = house().settings
    keep_checkpoint(house().database, the_registry("command"), settings.signing_key, settings.ledger_origin)
    with house().database.transaction(read_only=True) as session:
        hold_still(session.connection())
        signed = checkpoints(session)
        size = signed[0].size
        if unknown := [seq for seq in seqs if seq > size]:
            raise RuleBroken([Problem("", f"There is no entry {unknown[0]}: the ledger ends with {size}.")])
        everything = takewhile(lambda each: each[0][0] <= size, stored(session.connection(), Findings()))
        try:
            write_bundle(folder, everything, signed, keys(session))
        except FileExistsError as error:
            raise RuleBroken([Problem("", f"{error}: name a new folder.")]) from error
        for seq in seqs or (size,):
            told = stored_entry(session, seq)
            if told is not None:
                proof = proof_text(entry_line(*told), inclusion_proof(session, seq, size), signed[0])
                write_proof(folder, seq, proof)
    answer(_told(signed[0]), as_json, f"{size:,} entries are in {folder}. Begin with README.txt there.")


@audit.command("rotate-key")
@click.option("--lost", default="", metavar="REASON", help="The old key is lost and cannot vouch: say how.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def rotate_key_command(*, lost: str, as_json: bool) -> None:
    """Sign with a new key from now on; the old one vouches for it, and the ledger says when."""
    settings, door = house().settings, the_registry("command")
    with house().database.transaction() as session:
        row = rotate_key(session, door, settings.signing_key, lost=lost)
    put_in_place(settings.signing_key)
    made = keep_checkpoint(house().database, door, settings.signing_key, settings.ledger_origin)
    result = {"key_id": row.key_id, "verifier": row.verifier, "size": made.size}
    said = f"From now on the ledger is signed with key {row.key_id}.\n{row.verifier}"
    answer(result, as_json, said)


@audit.command("erase")
@click.argument("seq", type=click.IntRange(min=1))
@click.option("--basis", required=True, help="The legal basis and the request it follows.")
@click.option(
    "--approved-by", required=True, metavar="EMAIL", help="The second person: administrator or auditor."
)
@click.option(
    "--by", "asked_by", default="", metavar="EMAIL", help="Who erases; else whoever is at the machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def erase_command(*, seq: int, basis: str, approved_by: str, asked_by: str, as_json: bool) -> None:
    """Erase what entry SEQ said. The entry stays, and the ledger says who erased it, who approved and why."""
    with house().database.transaction() as session:
        door = _named(session, asked_by) if asked_by else _at_the_machine()
        erase_entry(session, door, seq, basis=basis, approver=_named(session, approved_by))
    said = f"What entry {seq} said is erased. Copies of the database made before still hold it."
    answer({"erased": seq}, as_json, said)


def _named(session: Session, email: str) -> Actor:
    person = person_by_email(session, email)
    if person is None or not is_active(person.active_from, person.active_to, clock.today()):
        raise RuleBroken([Problem("", f"Nobody who is here now has the e-mail address {email}.")])
    return actor_for(session, person, via="command")


def _at_the_machine() -> Actor:
    return replace(the_registry("command"), name=f"{getuser()}, at the machine")


def _told(made: LedgerCheckpoint) -> dict[str, Any]:
    ours = next(each for each in read_note(made.note).signatures if each.key_id == made.key_id)
    return {
        "origin": made.origin,
        "size": made.size,
        "root": made.root,
        "signature": b64encode(bytes.fromhex(ours.key_id) + ours.data).decode(),
        "key_id": made.key_id,
        "made_at": made.made_at,
        "note": made.note,
    }


def _checkpoint_in(file: Path) -> str:
    text = file.read_bytes().decode("utf-8", "replace")
    try:
        read_checkpoint(read_note(text))
    except NotANote as error:
        # A wrong file says nothing of the ledger, and is no ground for calling it changed.
        raise click.UsageError(f"{file} is no checkpoint. {error}") from error
    return text


def _say_progress(count: int) -> None:
    if count % _EVERY == 0:
        progress(f"{count:,} entries checked")


def _in_words(found: Verification) -> str:
    lines = [f"{found.entries:,} entries", f"root {found.root}"]
    lines += [f"What entry {seq} said was erased by entry {by}." for seq, by in found.erased.items()]
    lines += [one.says for one in found.problems]
    lines.append("The ledger is whole." if found.ok else "The ledger or the records were changed behind it.")
    return "\n".join(lines)
