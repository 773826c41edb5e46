"""What is decided about invented systems beside reviews: compliance, stops, autonomy, waivers; and what people say of them."""

from datetime import timedelta
from hashlib import sha256

from registry.demo.actions.generating.house import DOOR
from registry.demo.actions.generating.life import Life
from registry.demo.actions.generating.telling import changed
from registry.feedback.models import Feedback
from registry.feedback.rules.feedback import Category, Door, Outcome
from registry.feedback.rules.triage import State
from registry.kernel.events import Event
from registry.lifecycle.models import AutonomyRequest, ComplianceSpell, EmergencyStop
from registry.reviews.models.words import Waiver
from registry.systems.rules.record import Stage

_LACKED = {
    "id": "monitoring",
    "pattern": "F5",
    "says": "A metric has a guard-rail and a cadence",
    "met": False,
}
_HIGHEST = 5


def decide(life: Life, pack: str, waivable: str) -> None:
    """Of `pack`, an edition as it is said, the control or criterion `waivable` is waived now and then."""
    if life.in_use:
        _comply(life)
        _ask_for_more(life)
    if life.said.stage is Stage.SUSPENDED and life.chance(0.5):
        _stop(life)
    if life.said.stage is not Stage.RETIRED and life.chance(0.06):
        _waive(life, pack, waivable)
    for _ in range(life.draw.choice([0, 0, 0, 0, 1, 2, 5]) if life.in_use else 0):
        _say(life)


def _comply(life: Life) -> None:
    lasting = life.chance(0.15)
    if not lasting and not life.chance(0.15):
        return
    at = life.lately(200)
    spell = ComplianceSpell(
        system_id=life.number,
        since=at.date(),
        noticed_at=at,
        criteria=[_LACKED],
        pack_id="gates",
        pack_edition="2026.1",
    )
    life.tell_new(at, Event.COMPLIANCE_LOST, spell, by=DOOR)
    if not lasting:
        ended = life.between(at)
        life.tell(ended, Event.COMPLIANCE_REGAINED, spell, changed(spell, ended_at=ended), by=DOOR)


def _ask_for_more(life: Life) -> None:
    level = life.said.autonomy
    if level is None or level >= _HIGHEST or not life.chance(0.04):
        return
    at = life.lately(120)
    asked = AutonomyRequest(
        system_id=life.number,
        from_level=level,
        to_level=level + 1,
        evidence="Nobody has said no for a quarter.",
        asked_at=at,
        asked_by_id=life.owner_at(at).person_id or 0,
    )
    life.tell_new(at, Event.AUTONOMY_ASKED, asked)
    by = life.reviewer().actor
    if by.person_id != asked.asked_by_id and life.chance(0.5):
        decided = life.between(at)
        no = changed(asked, granted=False, decided_at=decided, decided_by_id=by.person_id, because="Not yet.")
        life.tell(decided, Event.AUTONOMY_DECIDED, asked, no, by=by)


def _stop(life: Life) -> None:
    at = life.lately(60)
    by = life.reviewer().actor
    stop = EmergencyStop(
        system_id=life.number,
        from_stage=Stage.LIVE,
        stopped_at=at,
        stopped_by_id=by.person_id,
        reason="It told customers what it should not.",
    )
    life.tell_new(at, Event.SYSTEM_STOPPED, stop, by=by)


def _waive(life: Life, pack: str, waivable: str) -> None:
    at = life.lately(300)
    waiver = Waiver(
        system_id=life.number,
        subject=waivable,
        subject_said=waivable,
        pack=pack,
        because="The supplier brings it with the next release.",
        until=life.day(120),
        asked_at=at,
        asked_by_id=life.owner_at(at).person_id or 0,
    )
    life.tell_new(at, Event.WAIVER_ASKED, waiver)
    by = life.reviewer().actor
    if by.person_id != waiver.asked_by_id and life.chance(0.8):
        decided = life.between(at)
        told = changed(
            waiver,
            granted=life.chance(0.8),
            decided_at=decided,
            decided_by_id=by.person_id,
            decided_because="Until then.",
        )
        life.tell(decided, Event.WAIVER_DECIDED, waiver, told, by=by)


def _say(life: Life) -> None:
    at = life.lately(200)
    said = Feedback(
        system_id=life.number,
        received_at=at,
        came_by=Door.STAFF,
        passed_on_by_id=life.owner_at(at).person_id,
        rating=life.draw.randint(1, 5),
        outcome=life.draw.choice([None, *Outcome]),
        category=life.draw.choice([*Category]),
        comment="It was quick, and it was wrong.",
        answer_sha256=sha256(life.draw.randbytes(32)).hexdigest(),
    )
    life.tell_new(at, Event.FEEDBACK_RECEIVED, said)
    if life.chance(0.6):
        seen = min(life.house.now, at + timedelta(days=life.draw.uniform(0, 9)))
        told = changed(said, state=State.DISMISSED, because="It was not about this system.")
        life.tell(seen, Event.FEEDBACK_DISMISSED, said, told)
