"""The page of a card that says who approved it, what has changed, and how a stranger checks it."""

from dataclasses import dataclass

import segno
from markupsafe import Markup

from registry.audit.rules.notes import Verifier, read_checkpoint, read_note
from registry.cards.rules.facts import CardChange
from registry.cards.rules.seal import Seal, Signed
from registry.cards.rules.words import cell, instant, line
from registry.kernel.text import counted

_QUIET_ZONE = 4


@dataclass(frozen=True, slots=True)
class ShownSeal:
    """What the template of the seal is given; `qr` is a drawing of the address where the card can be checked."""

    words: tuple[tuple[str, str, str, str], ...]
    reason: str
    changed: str
    changes: tuple[CardChange, ...]
    ledger: tuple[tuple[str, str], ...]
    address: str
    qr: Markup


def shown_seal(seal: Seal, *, lists_changes: bool = True) -> ShownSeal:
    """The seal in words; the changes are left to field 0.4 of a card that lists them there.

    Raises NotANote where its checkpoint or key is none.
    """
    told = read_checkpoint(read_note(seal.anchor.checkpoint))
    key = Verifier.read(seal.anchor.key)
    if seal.compared_with is None:
        changed = "This is the first edition that was approved; there is none to compare it with."
    else:
        fields = counted(len(seal.changes), "field") if seal.changes else "Nothing it states has"
        changed = f"{fields} changed since edition {seal.compared_with}, the last that was approved."
        if seal.changes and not lists_changes:
            changed += " Field 0.4 lists what."
    return ShownSeal(
        words=tuple(_word(each) for each in (seal.put_forward, seal.approved, *seal.signatures)),
        reason=line(seal.reason) or "",
        changed=changed,
        changes=seal.changes if lists_changes else (),
        ledger=(
            ("Ledger", told.origin),
            ("Entry of the approval", f"{seal.anchor.entry.seq:,} of {told.size:,} entries"),
            ("Root over all of them", told.root.hex()),
            ("Signed with key", f"{key.key_id} of {key.name}"),
        ),
        address=seal.verify_at,
        qr=_qr(seal.verify_at),
    )


def _word(signed: Signed) -> tuple[str, str, str, str]:
    return (
        cell(line(signed.part)),
        cell(line(signed.printed_name)),
        cell(line(signed.meaning)),
        instant(signed.at),
    )


def _qr(address: str) -> Markup:
    """A QR code (ISO/IEC 18004) as a drawing in black, a unit for each of its modules, with its quiet zone."""
    matrix = segno.make(address, error="m", micro=False).matrix
    side = len(matrix) + 2 * _QUIET_ZONE
    squares = "".join(
        f"M{column + _QUIET_ZONE} {row + _QUIET_ZONE}h1v1h-1z"
        for row, modules in enumerate(matrix)
        for column, dark in enumerate(modules)
        if dark
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="96" height="96" role="img">'
        "<title>QR code of {address}</title>"
        '<path d="{squares}" fill="#000000"/></svg>'
    ).format(side=side, address=address, squares=squares)
