"""What is signed: sheets of a sign-off, signatures, attestations, and the digest by which a row that was altered is known."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from registry.kernel import clock
from registry.kernel.actor import Actor, Role, Seat
from registry.kernel.canonical import canonical, sha256_hex
from registry.kernel.errors import Problem
from registry.reviews.rules.kinds import NAME_LIMIT, Signed
from registry.systems.rules.record import text_problems

ALWAYS: Final = (Signed.BUSINESS, Signed.DATA, Signed.ENGINEERING, Signed.COMPLIANCE)
SEATS: Final[Mapping[Signed, Seat]] = {
    Signed.BUSINESS: Seat.BUSINESS_LEAD,
    Signed.DATA: Seat.DATA_STEWARD,
    Signed.ENGINEERING: Seat.ENGINEERING_LEAD,
    Signed.COMPLIANCE: Seat.COMPLIANCE_LEAD,
}
MEANING: Final[Mapping[Signed, str]] = {
    Signed.BUSINESS: "The system does what its unit needs and the unit bears its consequences.",
    Signed.DATA: "The data it is made from and fed with are fit for this purpose and may be used for it.",
    Signed.ENGINEERING: "It is built, tested and watched as its record says.",
    Signed.COMPLIANCE: "The duties that apply to it are known and met, or their lack is waived in writing.",
    Signed.EXECUTIVE: "The company accepts the risk that remains.",
}


def seats_wanted(extra: Sequence[str]) -> list[Signed]:
    """The seats a sheet needs: the four, and those the tier adds."""
    return [*ALWAYS, *(Signed(each) for each in extra if Signed(each) not in ALWAYS)]


def seats_of(actor: Actor, system_id: int) -> list[Signed]:
    """The seats this person could sign for on a system, in their order. Nobody accepts as an executive what they own."""
    held = actor.seats.get(system_id, frozenset())
    own = [signed for signed, seat in SEATS.items() if seat in held]
    accepts = Role.EXECUTIVE in actor.roles and not held & {Seat.OWNER, Seat.DEPUTY}
    return [*own, Signed.EXECUTIVE] if accepts else own


def signature_problems(
    actor: Actor,
    system_id: int,
    seat: Signed | None,
    name: str,
    *,
    wanted: Collection[Signed],
    signed: Mapping[Signed, int],
) -> list[Problem]:
    """Objections to a signature. `wanted` are the seats of the sheet, `signed` who has signed for which already."""
    if seat is None or seat not in wanted:
        return [Problem("seat", "Choose one of the seats of this sheet.")]
    if actor.person_id in signed.values():
        return [Problem("seat", "You have signed this sheet already. Each seat takes another person.")]
    if seat in signed:
        return [Problem("seat", "This seat is signed already.")]
    if seat not in seats_of(actor, system_id):
        return [Problem("seat", f"You do not hold the {seat.value} seat of this system.")]
    return name_problems(name, actor.name)


def name_problems(printed: str, name: str) -> list[Problem]:
    """Objections to a printed name, given the name the register has of whoever signs.

    The first and the last word of that one must be in it: others may stand between or around, such as a title. Nobody
    signs in another's name or in initials (21 CFR 11.50 asks for the printed name of the signer).
    """
    if not printed.strip():
        return [Problem("printed_name", "Write your name as it should stand in print.")]
    own = _words(name)
    if not {*own[:1], *own[-1:]} <= set(_words(printed)):
        return [Problem("printed_name", f"Sign in your own name, as the register has it: {name}.")]
    return text_problems("printed_name", printed, NAME_LIMIT, one_line=True)


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())


def digest_of(
    kind: str,
    *,
    system_id: int,
    under: int,
    what: str,
    person_id: int,
    name: str,
    meaning: str,
    at: datetime,
    content: str,
) -> str:
    """The SHA-256 over everything a signature says and where it stands.

    A row taken to another system, sheet or seat, or altered in any of these, no longer fits its digest. `under` is the
    number of the sheet or submission it belongs to, 0 for none; `what` the seat, statement or decision.
    """
    said = {
        "kind": kind,
        "system": system_id,
        "under": under,
        "what": what,
        "person": person_id,
        "name": name,
        "meaning": meaning,
        "at": clock.written(at),
        "content": content,
    }
    return sha256_hex(canonical(said))
