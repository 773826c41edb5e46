"""What the record of an invented system states: the system and its edits, its objective, its data, what it relies on, its risks."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from registry.annotations.models import Note, Tagging
from registry.data_sources.models import DataUse
from registry.data_sources.rules.sources import Purpose
from registry.demo.actions.generating.house import DOOR, House, dealt
from registry.demo.actions.generating.life import USED, Edit, Life
from registry.demo.actions.generating.telling import changed
from registry.demo.rules.invented import Traits, invented
from registry.dependencies.models import Dependency
from registry.dependencies.rules.dependency import Direction, OnFailure
from registry.kernel.events import Event
from registry.objectives.models import Objective, ValueRealised
from registry.risks.models import Risk
from registry.systems.models import System, Withdrawal
from registry.systems.rules.record import Reversibility, Stage, Visibility

_CURRENCIES = ("EUR", "EUR", "EUR", "EUR", "SEK", "GBP")
_PLANS = ("A clerk looks at every tenth output each day.", "Two people read what it says before it is sent.")
_RISKS = (
    "People rely on it too much",
    "A rare case is sorted wrongly",
    "It learns from what it wrote itself",
)


def system_of(house: House, number: int, said: Traits, at: datetime, draw: random.Random) -> System:
    """The so-manieth system as it is registered; what it states is what it will state to the end, apart from its stage."""
    name, summary = invented(number)
    stated = draw.random()
    return System(
        name=name,
        summary=summary,
        unit_id=dealt(draw, house.units),
        stage=Stage.PROPOSED,
        kind=said.kind,
        description=f"{summary} " * 8,
        autonomy=said.autonomy,
        vendor_name=said.vendor,
        visibility=Visibility.RESTRICTED if said.restricted else Visibility.COMPANY,
        intended_use=f"{summary} Nobody decides by it alone." if stated < 0.8 else "",
        users="The people at the desk.",
        affected_count=round(draw.lognormvariate(7, 2.5)) if stated < 0.7 else None,
        volume_per_day=round(draw.lognormvariate(5, 2)) if stated < 0.5 else None,
        reversibility=draw.choice([*Reversibility, None]),
        oversight_plan=draw.choice(_PLANS) if draw.random() < 0.6 else "",
        registered_at=at,
        registered_by_id=None,
    )


def state_record(life: Life) -> None:
    """Everything its record states beside the system itself."""
    if life.said.has_objective:
        _purpose(life)
    if life.said.has_data:
        for source in {dealt(life.draw, life.house.sources) for _ in range(life.draw.randint(1, 3))}:
            at = life.between(life.began)
            use = DataUse(
                system_id=life.number,
                data_source_id=source,
                purpose=life.draw.choice([*Purpose]),
                from_at=at,
            )
            life.tell_new(at, Event.DATA_USE_ADDED, use)
    _words(life)
    _relies_on(life)
    if life.chance(0.3):
        _risk(life)


def edit(life: Life, edits: int) -> None:
    """The system as people changed it, in order of time: its stages, its tier, and so many words corrected."""
    for at in life.instants(edits, life.began):
        words = f"{life.system.summary} Looked through on {at:%d %B %Y}."
        life.edits.append(Edit(at, Event.SYSTEM_EDITED, {"known_limitations": words}))
    for each in sorted(life.edits, key=lambda one: one.at):
        told = changed(life.system, **each.values)
        if each.why is None:
            life.tell(each.at, each.event, life.system, told)
        else:
            life.tell(each.at, each.event, each.why, each.why, told)


def withdraw(life: Life) -> None:
    """One in a few hundred never belonged on the register, and is on it no more."""
    at = life.lately(300)
    gone = Withdrawal(system_id=life.number, withdrawn_at=at, because="It is a part of another system.")
    life.add(gone)
    life.tell(at, Event.SYSTEM_WITHDRAWN, life.system, gone, by=DOOR)


def _purpose(life: Life) -> None:
    expects = life.chance(0.6)
    amount, currency = (
        Decimal(round(life.draw.lognormvariate(11, 1.2), -2) + 100),
        life.draw.choice(_CURRENCIES),
    )
    at = life.between(life.began, life.began + timedelta(days=60))
    at = min(at, life.house.now)
    objective = Objective(
        system_id=life.number,
        problem="It takes too long by hand, and nobody knows why.",
        decision_changed="Which case is looked at first.",
        who_acts="The people at the desk.",
        stop_condition="More complaints than before.",
        expected_value=Decimal(int(amount)) if expects else None,
        currency=currency if expects else "",
    )
    life.tell_new(at, Event.OBJECTIVE_SET, objective)
    if not expects or life.said.stage not in USED or not life.chance(0.7):
        return
    for recorded in life.instants(life.draw.randint(1, 10), at):
        value = ValueRealised(
            system_id=life.number,
            on_day=recorded.date() - timedelta(days=life.draw.randint(0, 20)),
            amount=Decimal(int(amount) // life.draw.randint(5, 30)),
            currency=currency,
            source="Report of the controller",
            recorded_at=recorded,
            recorded_by_id=life.owner_at(recorded).person_id,
        )
        life.tell_new(recorded, Event.VALUE_RECORDED, value)


def _words(life: Life) -> None:
    tags = {dealt(life.draw, life.house.tags) for _ in range(life.draw.choice([0, 0, 1, 1, 2, 3]))}
    for tag in sorted(tags):
        at = life.between(life.began)
        life.tell_new(at, Event.SYSTEM_TAGGED, Tagging(system_id=life.number, tag_id=tag, tagged_at=at))
    for at in life.instants(life.draw.choice([0, 0, 0, 1, 2]), life.began):
        author = life.owner_at(at).person_id
        note = Note(
            system_id=life.number, author_id=author, body="Asked the desk; they use it.", written_at=at
        )
        life.tell_new(at, Event.NOTE_WRITTEN, note)


def _relies_on(life: Life) -> None:
    if not life.chance(0.3):
        return
    at = life.between(life.began)
    other = life.draw.randint(1, life.number - 1) if life.number > 1 and life.chance(0.6) else None
    row = Dependency(
        system_id=life.number,
        direction=Direction.UPSTREAM,
        other_system_id=other,
        service="" if other else "Address service",
        interface="REST",
        on_failure=life.draw.choice([*OnFailure]),
        owner_id=life.owner_at(at).person_id,
        added_at=at,
    )
    life.tell_new(at, Event.DEPENDENCY_ADDED, row)


def _risk(life: Life) -> None:
    at = life.between(life.began)
    likelihood, impact = life.draw.randint(1, 5), life.draw.randint(1, 5)
    risk = Risk(
        system_id=life.number,
        title=life.draw.choice(_RISKS),
        cause="The desk is short of people.",
        event="Nobody looks at what it says.",
        consequence="Somebody gets a wrong letter.",
        likelihood=likelihood,
        impact=impact,
        owner_id=life.owner_at(at).person_id or 0,
        review_on=life.day(200),
        added_at=at,
        added_by_id=life.owner_at(at).person_id,
    )
    life.tell_new(at, Event.RISK_ADDED, risk)
