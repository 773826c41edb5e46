"""State what one answers for; open a sheet to be signed; sign it. Each is bound to the content read, and taken back by nobody."""

from datetime import datetime

from sqlmodel import Session

from registry.accounts.rules import confirmation_problems
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean
from registry.reviews.models.words import Attestation, Signature, SignOff
from registry.reviews.queries import words
from registry.reviews.queries.content import content_of
from registry.reviews.queries.integrity import digest_of_attestation, digest_of_signature
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.standing import standing_of
from registry.reviews.rules.cadence import months_for, validity
from registry.reviews.rules.content import Content, changed, content_from, named
from registry.reviews.rules.decisions import problems_with_retired
from registry.reviews.rules.kinds import Signed
from registry.reviews.rules.separation import require_no_token
from registry.reviews.rules.signing import (
    MEANING,
    name_problems,
    seats_wanted,
    signature_problems,
)
from registry.systems.models import System


def attest(
    session: Session,
    actor: Actor,
    system: System,
    printed_name: str,
    content_sha256: str,
    *,
    agrees: bool,
    confirmed_at: datetime | None,
) -> Attestation:
    """State, as the accountable owner, what the pack asks owners to state, on the record with this hash.

    The caller holds the system's row. Raises Forbidden for a token, RuleBroken, or Conflict where the record is another.
    """
    require(actor, Permission.SYSTEM_ATTEST, system.id)
    require_no_token(actor)
    now, content = clock.now(), content_of(session, system)
    if content.sha256 != content_sha256:
        raise Conflict("The record has changed since you read it. Nothing was stated: read it again.", 0)
    missing = [] if agrees else [Problem("agrees", "Tick that you state all of this.")]
    refuse_if([*missing, *name_problems(printed_name, actor.name), *confirmation_problems(confirmed_at, now)])
    pack, rule = rule_on(session, now.date())
    stated = Attestation(
        system_id=system.id or 0,
        person_id=actor.person_id or 0,
        pack=pack.said,
        statements=[each.id for each in rule.statements],
        meaning="\n".join(each.says for each in rule.statements),
        printed_name=clean(printed_name),
        at=now,
        content=content.as_json(),
        content_sha256=content.sha256,
        digest="",
    )
    stated.digest = digest_of_attestation(stated)
    session.add(stated)
    record(session, actor, Event.SYSTEM_ATTESTED, stated, system_id=system.id)
    return stated


def open_sheet(session: Session, actor: Actor, system: System) -> SignOff:
    """Open a sheet with the seats the system's tier wants, on the record as it stands.

    It takes the place of the one before, so while that fits and does not soon lapse it stays the one that counts, signed
    by all or waiting for some. Raises RuleBroken. The caller holds the system's row, so that two do not open a sheet at once.
    """
    require(actor, Permission.SIGN_OFF_OPEN, system.id)
    require_no_token(actor)
    refuse_if(problems_with_retired(system.stage))
    standing = standing_of(session, system)
    if standing.sheet is not None and not standing.takes_a_sheet:
        said = "is open and still fits. Sign that one." if standing.unsigned else "is signed and still fits."
        raise RuleBroken([Problem("", f"{standing.sheet.key} {said}")])
    pack, rule = rule_on(session, clock.today())
    sheet = SignOff(
        system_id=system.id or 0,
        opened_at=clock.now(),
        opened_by_id=actor.person_id or 0,
        pack=pack.said,
        seats=[seat.value for seat in seats_wanted(rule.extra_seats.get(system.tier or "unclassified", ()))],
        content=standing.content.as_json(),
        content_sha256=standing.content.sha256,
    )
    session.add(sheet)
    record(session, actor, Event.SIGN_OFF_OPENED, sheet, system_id=system.id)
    return sheet


def sign(
    session: Session,
    actor: Actor,
    sheet: SignOff,
    system: System,
    seat: Signed | None,
    printed_name: str,
    *,
    confirmed_at: datetime | None,
) -> Signature:
    """Sign a sheet for a seat one holds. The caller holds the system's row.

    Raises Forbidden for a token; RuleBroken for another's seat, for a second one of the same person and for a sheet that
    has lapsed or was followed by another; Conflict with the differences where the record is not the one on the sheet.
    """
    require(actor, Permission.SIGN_OFF_SIGN, system.id)
    require_no_token(actor)
    _refuse_changed(content_from(sheet.content), content_of(session, system))
    now = clock.now()
    _refuse_over(session, sheet, system)
    signed = {
        each: row.person_id for each, row in words.signatures_of(session, [sheet])[sheet.id or 0].items()
    }
    problems = signature_problems(
        actor,
        system.id or 0,
        seat,
        printed_name,
        wanted=[Signed(each) for each in sheet.seats],
        signed=signed,
    )
    refuse_if([*problems, *confirmation_problems(confirmed_at, now)])
    signature = Signature(
        sign_off_id=sheet.id or 0,
        system_id=system.id or 0,
        seat=seat or Signed.BUSINESS,
        person_id=actor.person_id or 0,
        printed_name=clean(printed_name),
        meaning=MEANING[seat or Signed.BUSINESS],
        at=now,
        content_sha256=sheet.content_sha256,
        digest="",
    )
    signature.digest = digest_of_signature(signature)
    session.add(signature)
    record(session, actor, Event.SIGN_OFF_SIGNED, signature, system_id=system.id)
    return signature


def _refuse_over(session: Session, sheet: SignOff, system: System) -> None:
    [newest] = words.sign_offs_of(session, system.id or 0, 1)
    if newest.id != sheet.id:
        raise RuleBroken([Problem("", f"{newest.key} took the place of {sheet.key}. Sign that one.")])
    _, rule = rule_on(session, clock.today())
    months = months_for(rule.sign_off_months, system.tier)
    if not validity(sheet.opened_at, months, clock.today(), warn_days=0).holds:
        raise RuleBroken([Problem("", f"{sheet.key} has lapsed. Open a new one.")])


def _refuse_changed(then: Content, now: Content) -> None:
    if changes := changed(then, now):
        raise Conflict(
            f"The record has changed since this sheet was opened ({named(changes)}), so it does not hold. Open a new one.",
            0,
            [Difference(each.label, each.after, each.before) for each in changes],
        )
