"""What stands of one system: its review, attestation, sign-off and waivers; attesting; opening a sheet and signing it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission, may, require
from registry.kernel.errors import Conflict
from registry.reviews.actions import signing
from registry.reviews.forms import AttestForm, SignForm
from registry.reviews.models.reviews import Review
from registry.reviews.models.words import Attestation, Signature, SignOff
from registry.reviews.pages.shared import (
    BOTH,
    compliance_address,
    held_system,
    pages,
    review_address,
    sent,
    step_page,
    to_system,
)
from registry.reviews.queries import words
from registry.reviews.queries.content import content_of
from registry.reviews.queries.reviews import Line, Narrowing, reviews_page
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.standing import SystemStanding, standing_of
from registry.reviews.rules.cadence import Standing
from registry.reviews.rules.content import content_from
from registry.reviews.rules.kinds import UNDECIDED, Signed, State
from registry.reviews.rules.signing import MEANING, seats_of
from registry.reviews.rules.waivers import standing_of as waiver_standing
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.record import Stage
from registry.web.confirming import bound
from registry.web.doors import keeps_refusals, needs
from registry.web.flask_app import actor, session
from registry.web.systemkit import frame

_WAITS_FOR: Final = {
    State.WANTED: "is wanted: the record is to be submitted to it.",
    State.SUBMITTED: "is with the reviewers.",
    State.RETURNED: "came back: the reviewer asks for changes.",
}
_UNAPPROVED: Final = {
    Standing.NEVER: "It was never approved.",
    Standing.REJECTED: "Its newest review rejected it. Mend what the reviewer names first.",
    Standing.STALE: "What was approved has changed since.",
    Standing.LAPSED: "Its last approval has run out.",
}


@pages.get("/systems/<key>/compliance")
@needs(Permission.SYSTEM_READ)
def compliance(key: str) -> ResponseReturnValue:
    system = systems.by_key(session(), actor(), key)
    number, today = system.id or 0, clock.today()
    stands = standing_of(session(), system, today)
    by = Narrowing(system_id=number, every_state=True)
    found = reviews_page(session(), actor(), by, limit=10).items
    return render_template(
        "reviews/compliance.html",
        **frame(session(), actor(), system),
        stands=stands,
        reviews=found,
        **_waivers(number, stands, today),
        seats=[Signed(each) for each in stands.sheet.seats] if stands.sheet else (),
        mine=_seats_to_sign(system, stands),
        attestations=words.attestations_of(session(), number, 5),
        sheets=words.sign_offs_of(session(), number, 5),
        next_step=_next_step(system, stands, _going_on(found)),
        today=today,
        undecided=UNDECIDED,
        submits=may(actor(), Permission.REVIEW_SUBMIT, number) and system.stage is not Stage.RETIRED,
        attests=may(actor(), Permission.SYSTEM_ATTEST, number),
    )


def _waivers(number: int, stands: SystemStanding, today: date) -> dict[str, Any]:
    """The waivers of a system with where each stands, and the names of those who asked, decided and signed."""
    found = words.waivers_of(session(), number)
    named = {each.asked_by_id for each in found} | {each.decided_by_id for each in found}
    named |= {each.person_id for each in stands.signatures.values()}
    return {
        "waivers": [
            (each, waiver_standing(each.granted, each.revoked_at, each.until, today)) for each in found
        ],
        "people": words.names_of(session(), named),
    }


def _seats_to_sign(system: System, stands: SystemStanding) -> list[Signed]:
    """The seats of the newest sheet the reader could sign for now."""
    signed = {each.person_id for each in stands.signatures.values()}
    if not stands.signed.validity.holds or actor().person_id in signed:
        return []
    return [seat for seat in seats_of(actor(), system.id or 0) if seat in stands.unsigned]


def _going_on(found: Sequence[Line]) -> Review | None:
    """The newest review nobody has decided yet."""
    return next((each.review for each in found if each.review.state in UNDECIDED), None)


def _next_step(system: System, stands: SystemStanding, goes_on: Review | None) -> tuple[str, str, str] | None:
    """What is to be done next, in words, with the words of its link and where that leads; None where nothing is."""
    if system.stage is Stage.RETIRED:
        return None
    if goes_on is not None:
        # Until it is decided nothing else is worth doing.
        return f"{goes_on.key} {_WAITS_FOR[goes_on.state]}", "Open it", review_address(goes_on)
    why = _UNAPPROVED.get(stands.review.validity.standing)
    if why is not None:
        submits = may(actor(), Permission.REVIEW_SUBMIT, system.id)
        link = "Submit to review" if submits else ""
        return f"{why} Submit the record to the reviewers.", link, url_for("reviews.submit", key=system.key)
    says = _wanting(stands)
    return (says, "", "") if says else None


def _wanting(stands: SystemStanding) -> str:
    """What is still to be given to an approved record."""
    if stands.overdue_conditions:
        return "A condition of its approval is overdue."
    if not stands.is_signed_off and (stands.sheet is None or not stands.signed.validity.holds):
        return "Nobody has signed the record as it is. Open a sheet for its seats."
    if stands.attested.validity.standing in {Standing.NEVER, Standing.STALE, Standing.LAPSED}:
        return "Its owner has not attested to the record as it is."
    return ""


@pages.route("/systems/<key>/attest", methods=BOTH)
@needs(Permission.SYSTEM_ATTEST)
@keeps_refusals
def attest(key: str) -> ResponseReturnValue:
    system = held_system(key, Permission.SYSTEM_ATTEST)
    read = content_of(session(), system)
    form = AttestForm(data=None if sent() else {"content_sha256": read.sha256, "printed_name": actor().name})

    try:
        stated = bound(form, lambda at: _attested(system, form, at))
    except Conflict as refused:
        return _changed(system, refused, url_for(".attest", key=key))
    if stated is not None:
        return to_system(system, "You have attested to the record as it stands.")
    _, rule = rule_on(session(), clock.today())
    return step_page(
        form,
        system=system,
        title="Attest as the accountable owner",
        label="I state this",
        cancel=compliance_address(system),
        lead="It binds to the record as it stands now, holds while that reads so, and lapses by itself.",
        paragraphs=[each.says for each in rule.statements],
        content=read,
    )


def _attested(system: System, form: AttestForm, at: datetime) -> Attestation:
    name, sha, agrees = form.printed_name.data or "", form.content_sha256.data or "", bool(form.agrees.data)
    return signing.attest(session(), actor(), system, name, sha, agrees=agrees, confirmed_at=at)


@pages.post("/systems/<key>/sign-off")
@needs(Permission.SIGN_OFF_OPEN)
def open_sheet(key: str) -> ResponseReturnValue:
    system = held_system(key, Permission.SIGN_OFF_OPEN)
    sheet = signing.open_sheet(session(), actor(), system)
    return to_system(system, f"{sheet.key} is open. It stands on the desks of those whose seats sign it.")


@pages.route("/sign-offs/<int:number>/sign", methods=BOTH)
@needs(Permission.SIGN_OFF_SIGN)
@keeps_refusals
def sign(number: int) -> ResponseReturnValue:
    sheet, system, is_known = words.sheet_to_sign(session(), actor(), number, lock=sent())
    back = compliance_address(system) if is_known else url_for("portfolio.desk")
    require(actor(), Permission.SIGN_OFF_SIGN, system.id)
    seats = [each for each in seats_of(actor(), system.id or 0) if each.value in sheet.seats]
    first = seats[0] if len(seats) == 1 else None
    form = SignForm(data=None if sent() else {"printed_name": actor().name, "seat": first})

    try:
        done = bound(form, lambda at: _signed(sheet, system, form, at))
    except Conflict as refused:
        return _changed(system, refused, back, is_known=is_known)
    if done is not None:
        flash(f"You have signed {sheet.key}.", "good")
        return redirect(back, 303)
    return _sign_page(form, sheet, system, seats, cancel=back, is_known=is_known)


def _sign_page(
    form: SignForm, sheet: SignOff, system: System, seats: Sequence[Signed], **more: Any
) -> ResponseReturnValue:
    return step_page(
        form,
        system=system,
        title=f"Sign {sheet.key}",
        label="Sign",
        lead="You sign the record as it stood when the sheet was opened. Your signature holds while it reads so.",
        paragraphs=[f"{each.value.capitalize()}: {MEANING[each]}" for each in seats],
        content=content_from(sheet.content),
        **more,
    )


def _signed(sheet: SignOff, system: System, form: SignForm, at: datetime) -> Signature:
    name = form.printed_name.data or ""
    return signing.sign(session(), actor(), sheet, system, form.seat.data, name, confirmed_at=at)


@pages.get("/sign-offs/<int:number>")
@needs(Permission.SYSTEM_READ)
def sheet(number: int) -> ResponseReturnValue:
    """The address of a sheet leads to where it stands."""
    _, system = words.sheet_by_number(session(), actor(), number)
    return redirect(f"{compliance_address(system)}#sign-off", 303)


def _changed(system: System, refused: Conflict, back: str, *, is_known: bool = True) -> ResponseReturnValue:
    context = {"system": system, "refused": refused, "back": back, "is_known": is_known}
    page = render_template("reviews/changed.html", what=system.key, **context)
    return make_response(page, 409)
