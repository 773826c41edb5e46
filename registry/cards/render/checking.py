"""Check a card that was handed in: what its bytes prove by themselves, without a database or a network."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from registry.audit.rules.entries import commitment_of, salt_from
from registry.audit.rules.merkle import includes
from registry.audit.rules.notes import NotANote, Verifier, read_checkpoint, read_note
from registry.cards.render.exports import FORMS
from registry.cards.render.opening import OpenedCard, opened_card, require_plain
from registry.cards.render.page import ATTACHMENT, CYCLONEDX, SEAL, day_in_title, document_of, title_of
from registry.cards.render.rendering import rendering_hash
from registry.cards.render.signatures import parted, signature_checks
from registry.cards.render.verdicts import APPROVAL, STANDING, Check, Checked, Verdict
from registry.cards.rules.editions import EditionState
from registry.cards.rules.frozen import Frozen
from registry.cards.rules.reading import NotACard
from registry.cards.rules.seal import Entry, Seal, seal_from
from registry.kernel.calendar import day_said
from registry.kernel.canonical import sha256_hex
from registry.kernel.events import Event
from registry.output.pdf import PdfRefused, Printed, Printer, programs_of
from registry.store.signing import is_signed_by

LARGEST: Final = 50_000_000


def check_card(pdf: bytes, *, key: str = "", trust: Sequence[bytes] = (), renders: bool = True) -> Checked:
    """Everything a file proves about itself. Never raises for what a file holds.

    `key` is the ledger's public key as the company publishes it, `trust` the certificates, in DER, of whom one believes to
    sign for it; without them those in the file are named, to be compared by whoever reads. `renders`: make the document
    again from its own data and compare every byte.
    """
    try:
        if len(pdf) > LARGEST:
            raise NotACard("it is larger than any card")
        require_plain(pdf)
        card, behind = parted(pdf)
    except ValueError as error:
        return Checked(
            (Check("file", False, f"This is no card as it was issued: {error}."),), sha256_hex(pdf)
        )
    checked = _card(card, key, is_signed=bool(behind), renders=renders)
    # What stands behind a card that is none proves nothing.
    more = signature_checks(pdf, card, trust) if behind and checked.verdict is not Verdict.REFUSED else ()
    return Checked((*checked.checks, *more), sha256_hex(pdf), checked.frozen)


def _card(pdf: bytes, key: str, *, is_signed: bool, renders: bool) -> Checked:
    sha256 = sha256_hex(pdf)
    try:
        opened = opened_card(pdf)
    except NotACard as error:
        return Checked((Check("file", False, f"This is no card as it was issued: {error}."),), sha256)
    says = "a signature behind its end" if is_signed else "nothing added behind its end"
    checks = [Check("file", True, f"The file is a whole PDF in one revision, {says}.")]
    frozen, seal, more = _read(opened)
    checks += more
    if frozen is None:
        return Checked(tuple(checks), sha256)
    if seal is None:
        says = f"This card was not approved by anybody: it carries no seal. It is {_unsealed(frozen)}."
        checks.append(Check(APPROVAL, None, says))
    else:
        checks += [*_agreement(frozen, seal), *_ledger(seal, key), *_standing(frozen)]
    # One without a seal too: a single byte changed can hide the seal of a card that was approved.
    checks.append(_print(pdf, opened.engine, frozen, renders=renders))
    return Checked(tuple(checks), sha256, frozen)


def _unsealed(frozen: Frozen) -> str:
    if frozen.state:
        return f"a copy of edition {frozen.facts.edition.number}, marked as {frozen.said}"
    return "a draft of the record" + (
        f" as it stood when {day_said(frozen.as_of)} ended" if frozen.as_of else ""
    )


def _read(opened: OpenedCard) -> tuple[Frozen | None, Seal | None, list[Check]]:
    # What is attached once it is approved is there as a whole or not at all.
    if opened.attached.keys() not in ({ATTACHMENT}, {ATTACHMENT, CYCLONEDX}, {ATTACHMENT, CYCLONEDX, SEAL}):
        says = f"A card has {ATTACHMENT} attached, and {CYCLONEDX} and {SEAL} once it is approved; this has {sorted(opened.attached)}."
        return None, None, [Check("attachments", False, says)]
    sealed = opened.attached.get(SEAL)
    try:
        seal = seal_from(sealed) if sealed is not None else None
    except NotACard as error:
        return None, None, [Check("seal", False, f"{SEAL} is not as the register wrote it: {error}.")]
    try:
        frozen = _as_titled(opened, seal)
    except NotACard as error:
        return None, None, [Check("facts", False, f"{ATTACHMENT} is not as the register wrote it: {error}.")]
    described = opened.attached.get(CYCLONEDX)
    if described is not None and described != FORMS["cyclonedx"].make(frozen.facts):
        # Another release may describe the same facts otherwise.
        same = None if seal and seal.rendering != rendering_hash() else False
        says = f"{CYCLONEDX} is not what this release makes of {ATTACHMENT}."
        return frozen, seal, [Check("description", same, says)]
    says = f"{ATTACHMENT} is written as the register writes it; its SHA-256 is {frozen.sha256}."
    return frozen, seal, [Check("facts", True, says)]


def _as_titled(opened: OpenedCard, seal: Seal | None) -> Frozen:
    """The edition in the state its title tells, of those such a file can have; else in the likeliest. A draft, of the day it tells."""
    if seal is not None:
        states = [EditionState.APPROVED, EditionState.SUPERSEDED, EditionState.WITHDRAWN]
    else:
        states = [EditionState.IN_REVIEW, EditionState.RETURNED]
    read = Frozen.read(opened.attached[ATTACHMENT], states[0], seal)
    if CYCLONEDX not in opened.attached:
        return Frozen(read.facts, read.written, as_of=day_in_title(opened.title))
    made = [replace(read, state=state) for state in states]
    return next((each for each in made if title_of(each) == opened.title), read)


def _standing(frozen: Frozen) -> Iterator[Check]:
    # What holds goes out as it was issued. Any later copy of an edition says on each page that it holds no more.
    if frozen.state is not EditionState.APPROVED:
        yield Check(STANDING, None, f"This copy is marked as {frozen.said}: it no longer holds.")


def _agreement(frozen: Frozen, seal: Seal) -> Iterator[Check]:
    what = frozen.facts.identity.key, frozen.facts.edition.number, frozen.sha256
    same = what == (seal.system, seal.edition, seal.card_sha256)
    says = f"The seal is for edition {seal.edition} of {seal.system}, with the SHA-256 {seal.card_sha256}"
    yield Check(
        "same card", same, f"{says}, and so is {ATTACHMENT}." if same else f"{says}; {ATTACHMENT} is another."
    )
    entry = seal.anchor.entry
    told = _approval_told(entry)
    stated = {
        "number": seal.edition,
        "facts_sha256": seal.card_sha256,
        "printed_name": seal.approved.printed_name,
        "meaning": seal.approved.meaning,
        "reason": seal.reason or None,
        "state": EditionState.APPROVED.value,
        "put_forward_name": seal.put_forward.printed_name,
    }
    fits = told is not None and all(
        (told.get(name) or None) == (value or None) for name, value in stated.items()
    )
    who = f"{seal.approved.printed_name} on {seal.approved.at:%d %B %Y, %H:%M} UTC"
    yield Check(
        APPROVAL,
        fits,
        f"Entry {entry.seq} of the ledger says that {who} approved exactly this."
        if fits
        else f"Entry {entry.seq}, as the card carries it, does not say what the seal says.",
    )


def _approval_told(entry: Entry) -> dict[str, Any] | None:
    """What the entry committed to about the edition; None where its words are not those it committed to."""
    salt = salt_from(entry.salt)
    if salt is None or commitment_of(salt, entry.payload) != entry.commitment:
        return None
    if entry.event != Event.CARD_APPROVED.value:
        return None
    try:
        changed = json.loads(entry.payload)["objects"]
        found = [each["after"] for each in changed if each["id"] == entry.subject_id]
        return dict(found[0])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _ledger(seal: Seal, published: str) -> Iterator[Check]:
    anchor = seal.anchor
    try:
        note, key = read_note(anchor.checkpoint), Verifier.read(anchor.key)
        told, path = read_checkpoint(note), [bytes.fromhex(each) for each in anchor.inclusion]
    except (NotANote, ValueError) as error:
        yield Check("ledger", False, f"The checkpoint in the card cannot be read: {error}.")
        return
    stands = includes(anchor.entry.seq - 1, told.size, anchor.entry.leaf, path, told.root)
    says = f"of {told.size:,} entries under the root {told.root.hex()}"
    yield Check(
        "ledger",
        stands,
        f"The entry stands in the ledger {told.origin} {says}."
        if stands
        else f"The entry does not stand in the ledger {says}.",
    )
    signed = any(
        each.key_id == key.key_id and is_signed_by(key.public, each.data, note.text.encode())
        for each in note.signatures
    )
    signed = signed and is_signed_by(key.public, _hex(seal.signature), seal.signed_part())
    named = f"key {key.key_id} of {key.name}"
    yield Check(
        "signature",
        signed,
        f"Checkpoint and seal are signed with {named}."
        if signed
        else f"Checkpoint or seal is not signed with {named}.",
    )
    if published:
        same = published.strip() == anchor.key
        yield Check("key", same, f"{'It is' if same else 'It is not'} the key you gave.")


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _print(pdf: bytes, engine: str, frozen: Frozen, *, renders: bool) -> Check:
    if not renders:
        return Check("print", None, "Whether each page says what the data say was not looked at.")
    if frozen.seal and frozen.seal.rendering != rendering_hash():
        says = "It was made by another release of the program, which this one cannot make again to compare each byte."
        return Check("print", None, says)
    try:
        page, identity, attached = document_of(frozen)
        with Printer(None, renders_per_child=1) as printer:
            made = printer.make(page, identity=identity, attachments=attached)
    except NotANote:
        return Check("print", False, "Its seal cannot be printed, so nothing was printed from it.")
    except PdfRefused as refusal:
        return Check("print", None, f"It could not be made again to compare each byte: {refusal.says}")
    return _compared(pdf, engine, made, is_sealed=frozen.seal is not None)


def _compared(pdf: bytes, engine: str, made: Printed, *, is_sealed: bool) -> Check:
    if made.pdf == pdf:
        return Check("print", True, "Made again from its own data it is the same, byte for byte.")
    # Which fonts a page needs depends on what is on it: a card whose seal is hidden needs others than one without.
    ours, theirs = (made.engine, engine) if is_sealed else (programs_of(made.engine), programs_of(engine))
    if ours != theirs:
        says = f"It was made with {engine}; here is {made.engine}. To compare each byte, both have to be the same."
        return Check("print", None, says)
    says = "Made again from its own data it comes out otherwise: something in it was changed"
    if not is_sealed:
        # What has no seal does not say by which release it was made.
        says += ", its seal was taken away, or another release of the program made it"
    return Check("print", False, f"{says}.")
