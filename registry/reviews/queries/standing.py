"""What stands of a system today: its review, attestation, sign-off and waivers, each held against the record as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from registry.kernel import clock
from registry.reviews.models.reviews import ReviewCondition, ReviewDecision
from registry.reviews.models.words import Attestation, Signature, SignOff, Waiver
from registry.reviews.queries.content import content_of
from registry.reviews.queries.reviews import newest_verdicts, unmet_of
from registry.reviews.queries.rulebook import rule_on
from registry.reviews.queries.words import attestations_of, sign_offs_of, signatures_of, waived_on
from registry.reviews.rules.cadence import Standing, Validity, months_for, validity
from registry.reviews.rules.content import Content, FieldChange, changed, content_from
from registry.reviews.rules.kinds import Decision, Signed
from registry.systems.models import System


@dataclass(frozen=True, slots=True)
class OnContent:
    """Something given on a content: how it holds today, and which material statements have changed since."""

    validity: Validity
    changes: list[FieldChange]


@dataclass(frozen=True, slots=True)
class SystemStanding:
    """What stands of one system. `verdict` is the newest decision on whether it may be used, approving or not.

    `unsigned` are the seats of the newest sheet that nobody has signed for.
    """

    content: Content
    review: OnContent
    verdict: ReviewDecision | None
    unmet: tuple[ReviewCondition, ...]
    attested: OnContent
    attestation: Attestation | None
    signed: OnContent
    sheet: SignOff | None
    signatures: Mapping[Signed, Signature]
    unsigned: tuple[Signed, ...]
    waivers: Mapping[str, Waiver]
    today: date

    @property
    def is_signed_off(self) -> bool:
        """Whether every seat has signed on what still is so, and not too long ago."""
        return self.sheet is not None and not self.unsigned and self.signed.validity.holds

    @property
    def takes_a_sheet(self) -> bool:
        """Whether a new sheet may be opened: not beside one that fits the record and holds for a good while yet."""
        return self.sheet is None or self.signed.validity.standing is not Standing.CURRENT

    @property
    def overdue_conditions(self) -> list[ReviewCondition]:
        """The conditions whose day has passed unmet."""
        return [each for each in self.unmet if each.due_on < self.today]


def standing_of(session: Session, system: System, on: date | None = None) -> SystemStanding:
    """What stands of a system today or on that day, in a fixed number of statements. The reader may know of it."""
    today = on or clock.today()
    number, now = system.id or 0, content_of(session, system)
    _, rule = rule_on(session, today)
    verdict, handed_in = newest_verdicts(session, [number]).get(number, (None, None))
    attestation = next(iter(attestations_of(session, number, 1)), None)
    sheet = next(iter(sign_offs_of(session, number, 1)), None)
    signatures = signatures_of(session, [sheet])[sheet.id or 0] if sheet else {}
    seats = tuple(Signed(each) for each in sheet.seats) if sheet else ()

    def held(at: datetime | None, kept: Mapping[str, Any] | None, months: Mapping[str, int]) -> OnContent:
        changes = changed(content_from(kept), now) if kept is not None else []
        return OnContent(
            validity(
                at,
                months_for(months, system.tier),
                today,
                warn_days=rule.remind_days_before,
                is_stale=bool(changes),
            ),
            changes,
        )

    return SystemStanding(
        content=now,
        review=OnContent(Validity(Standing.REJECTED), [])
        if verdict and verdict.decision is Decision.REJECT
        else held(verdict.at if verdict else None, handed_in.content if handed_in else None, rule.months),
        verdict=verdict,
        unmet=tuple(unmet_of(session, number)),
        attested=held(
            attestation.at if attestation else None,
            attestation.content if attestation else None,
            rule.attestation_months,
        ),
        attestation=attestation,
        signed=held(
            sheet.opened_at if sheet else None, sheet.content if sheet else None, rule.sign_off_months
        ),
        sheet=sheet,
        signatures=signatures,
        unsigned=tuple(seat for seat in seats if seat not in signatures),
        waivers=waived_on(session, number, today),
        today=today,
    )
