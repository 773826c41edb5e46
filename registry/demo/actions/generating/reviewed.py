"""Reviews of invented systems: of the very content they state, most of them decided, some open; what reviewers answered and found."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from registry.demo.actions.generating.house import DOOR, Colleague, House
from registry.demo.actions.generating.loading import Loader
from registry.demo.actions.generating.telling import Chronicle, changed
from registry.kernel.actor import Actor
from registry.kernel.events import Event
from registry.ownership.queries import Held, owners_of
from registry.reviews.models.reviews import (
    Finding,
    Review,
    ReviewAnswer,
    ReviewCondition,
    ReviewDecision,
    ReviewSubmission,
)
from registry.reviews.queries.content import contents_of
from registry.reviews.queries.integrity import digest_of_decision
from registry.reviews.queries.rulebook import ALWAYS, chosen, questions_of
from registry.reviews.rules.content import Content
from registry.reviews.rules.decisions import Question
from registry.reviews.rules.kinds import Answer, Decision, FindingState, Kind, Severity, State
from registry.systems.models import System
from registry.systems.rules.record import Stage

_AT_ONCE = 250
_SHARES = {
    Stage.LIVE: 0.75,
    Stage.RESTRICTED: 0.8,
    Stage.PILOT: 0.5,
    Stage.IN_VALIDATION: 0.5,
    Stage.SUSPENDED: 0.3,
}
_DECISIONS = (*[Decision.APPROVE] * 7, *[Decision.APPROVE_WITH_CONDITIONS] * 3, Decision.REJECT)
_ANSWERS = (*[Answer.MET] * 8, Answer.PARTLY, Answer.NOT_APPLICABLE)
_ASKED = 12


@dataclass(frozen=True, slots=True)
class _Before:
    """A system before the reviewers: what it states, who hands it in, who looks at it, and when."""

    system: System
    content: Content
    owner: Actor
    reviewer: Colleague
    at: datetime


class Reviews:
    """Puts systems before the reviewers of the house, batch by batch."""

    def __init__(
        self, session: Session, house: House, loader: Loader, chronicle: Chronicle, draw: random.Random
    ) -> None:
        self._session, self._house = session, house
        self._loader, self._chronicle, self._draw = loader, chronicle, draw
        self._packs = chosen(session, (), house.now.date())
        self._questions: Sequence[Question] = questions_of(session, self._packs)[:_ASKED]

    def hold(self, progress: Callable[[str], None]) -> None:
        """Every system that calls for it, by number; the rows are left to the caller to write."""
        query = select(System).where(col(System.stage).in_(list(_SHARES))).order_by(col(System.id))
        wanted = [each for each in self._session.exec(query) if self._draw.random() < _SHARES[each.stage]]
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            contents = contents_of(self._session, some)
            owners = owners_of(self._session, [system.id or 0 for system in some])
            for system in some:
                self._review(system, contents[system.id or 0], owners)
            progress(f"{first + len(some):,} of {len(wanted):,} systems reviewed")

    def _review(self, system: System, content: Content, owners: Mapping[int, Held]) -> None:
        held = owners[system.id or 0]
        owner = Actor(held.assignment.person_id, held.name, via="session")
        reviewer = next(
            each
            for each in self._draw.sample(list(self._house.reviewers), 2)
            if each.number != owner.person_id
        )
        open_ = self._draw.random() < 0.12
        at = self._house.now - timedelta(
            days=self._draw.uniform(0, 20) if open_ else self._draw.uniform(20, 500)
        )
        before = _Before(system, content, owner, reviewer, max(at, system.registered_at))
        if open_ and self._draw.random() < 0.3:
            self._want(before)
            return
        review, handed_in = self._submitted(before)
        if not open_:
            self._decide(before, review, handed_in)

    def _want(self, before: _Before) -> None:
        """The registry wants it reviewed by a day, which is over for some."""
        review = Review(
            system_id=before.system.id or 0,
            kind=Kind.PERIODIC,
            packs=list(self._packs),
            opened_at=before.at,
            due_on=(before.at + timedelta(days=self._draw.uniform(1, 30))).date(),
        )
        self._tell(before, before.at, Event.REVIEW_OPENED, review, by=DOOR)

    def _submitted(self, before: _Before) -> tuple[Review, ReviewSubmission]:
        number, at = before.system.id or 0, before.at
        review = Review(
            system_id=number,
            kind=self._draw.choice([Kind.INITIAL, Kind.PERIODIC, Kind.CHANGE]),
            state=State.SUBMITTED,
            packs=list(self._packs),
            opened_at=at,
            opened_by_id=before.owner.person_id,
            due_on=at.date() + timedelta(days=14),
        )
        self._loader.add(review)
        handed_in = ReviewSubmission(
            review_id=review.id or 0,
            submitted_by_id=before.owner.person_id or 0,
            at=at,
            note="Please look at it.",
            content=before.content.as_json(),
            content_sha256=before.content.sha256,
        )
        self._tell(before, at, Event.REVIEW_SUBMITTED, review, handed_in, by=before.owner)
        return review, handed_in

    def _decide(self, before: _Before, review: Review, handed_in: ReviewSubmission) -> None:
        number, by = before.system.id or 0, before.reviewer.actor
        at = min(self._house.now, before.at + timedelta(days=self._draw.uniform(1, 14)))
        answers = [
            ReviewAnswer(
                review_id=review.id or 0,
                pack=each.pack,
                control=each.control,
                answer=(found := self._draw.choice(_ANSWERS)),
                note="" if found is Answer.MET else "Seen in the sample.",
                at=at,
                by_id=by.person_id,
            )
            for each in self._questions
        ]
        self._loader.add(*answers)
        self._chronicle.note(at, by, Event.REVIEW_ANSWERED, review, *answers, system_id=number)
        decision = ReviewDecision(
            review_id=review.id or 0,
            system_id=number,
            submission_id=handed_in.id or 0,
            submitted_by_id=handed_in.submitted_by_id,
            decided_by_id=by.person_id or 0,
            decision=self._draw.choice(_DECISIONS),
            reason="As answered.",
            printed_name=by.name,
            at=at,
            content_sha256=handed_in.content_sha256,
            packs=list(review.packs),
            digest="",
        )
        decision.digest = digest_of_decision(decision)
        self._loader.add(decision)
        conditions = (
            self._conditions(decision) if decision.decision is Decision.APPROVE_WITH_CONDITIONS else []
        )
        ended = changed(review, state=decision.decision.leads_to, ended_at=at)
        self._chronicle.note(
            at, by, Event.REVIEW_DECIDED, decision, decision, ended, *conditions, system_id=number
        )
        if self._draw.random() < 0.3:
            self._find(before, review, at)

    def _conditions(self, decision: ReviewDecision) -> list[ReviewCondition]:
        due = decision.at.date() + timedelta(days=self._draw.randint(30, 120))
        met = due < self._house.now.date() and self._draw.random() < 0.85
        row = ReviewCondition(
            decision_id=decision.id or 0,
            review_id=decision.review_id,
            system_id=decision.system_id,
            text="Name a deputy for the desk.",
            due_on=due,
            met_at=decision.at if met else None,
            met_by_id=decision.decided_by_id if met else None,
            met_note="Named." if met else "",
        )
        self._loader.add(row)
        return [row]

    def _find(self, before: _Before, review: Review, at: datetime) -> None:
        by = before.reviewer.actor
        finding = Finding(
            review_id=review.id or 0,
            system_id=before.system.id or 0,
            title="The stop was never tried",
            severity=self._draw.choice([*Severity]),
            owner_id=before.owner.person_id or 0,
            due_on=at.date() + timedelta(days=60),
            found_at=at,
            found_by_id=by.person_id or 0,
        )
        self._tell(before, at, Event.FINDING_ADDED, finding, by=by)
        resolved = at + timedelta(days=self._draw.uniform(5, 120))
        if resolved <= self._house.now:
            told = changed(
                finding,
                state=FindingState.RESOLVED,
                resolved_at=resolved,
                resolved_by_id=before.owner.person_id,
                resolved_note="Tried twice.",
            )
            self._chronicle.note(
                resolved, before.owner, Event.FINDING_RESOLVED, finding, told, system_id=finding.system_id
            )

    def _tell(
        self,
        before: _Before,
        at: datetime,
        event: Event,
        subject: Review | Finding,
        *more: ReviewSubmission,
        by: Actor,
    ) -> None:
        self._loader.add(*(each for each in (subject, *more) if each.id is None))
        self._chronicle.note(at, by, event, subject, subject, *more, system_id=before.system.id)


def waivable_of(session: Session, on: datetime) -> tuple[str, str]:
    """An edition that asks for something, and the first thing it asks for."""
    pack = next(each for each in chosen(session, (), on.date()) if each.startswith(ALWAYS))
    return pack, questions_of(session, [pack])[0].control
