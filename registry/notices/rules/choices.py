"""Kinds of notices, and how somebody wants them: at once, in a digest at their hour, or in the registry alone; and their quiet hours."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from registry.kernel.errors import Problem

ZONE_LIMIT: Final = 60
HOURS: Final = range(24)


class Kind(StrEnum):
    """What a notice is about, as somebody chooses how to be told of it."""

    OWNERSHIP = "ownership"
    ESCALATION = "escalation"
    ALERT = "alert"
    INCIDENT = "incident"
    ACTION = "action"
    REVIEW = "review"
    STAGE = "stage"
    RECORD = "record"
    FEEDBACK = "feedback"
    CARD = "card"
    ACCOUNT = "account"
    HOUSE = "house"

    @property
    def said(self) -> str:
        """The kind in words."""
        return _SAID[self]


_SAID: Final[Mapping[Kind, str]] = {
    Kind.OWNERSHIP: "Seats, hand-overs and confirmations that are due",
    Kind.ESCALATION: "What was passed up to me because nobody answered",
    Kind.ALERT: "Alerts on systems I answer for",
    Kind.INCIDENT: "Incidents I lead or that touch my systems",
    Kind.ACTION: "Corrective actions, findings and risks of mine",
    Kind.REVIEW: "Reviews, sign-offs and waivers",
    Kind.STAGE: "Stages, emergency stops and autonomy",
    Kind.RECORD: "What a record lacks or has to be looked at again",
    Kind.FEEDBACK: "Feedback on systems I answer for",
    Kind.CARD: "Model cards and reports",
    Kind.ACCOUNT: "My account: password, roles, tokens, locked sign-in",
    Kind.HOUSE: "Running the registry: ledger, backups, webhooks",
}


class Way(StrEnum):
    """How somebody is told of a kind of thing."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    HERE = "here"

    @property
    def said(self) -> str:
        """The way in words."""
        return {"at_once": "Mail at once", "digest": "In the digest", "here": "In the registry only"}[
            self.value
        ]


class Rhythm(StrEnum):
    """How often a digest comes."""

    DAILY = "daily"
    WEEKLY = "weekly"


DUTIES: Final = frozenset(
    {Kind.OWNERSHIP, Kind.ESCALATION, Kind.INCIDENT, Kind.ACTION, Kind.REVIEW, Kind.ACCOUNT, Kind.HOUSE}
)
"""Of these nobody is left without mail: who wants none of them at once finds them in the digest."""

USUAL: Final[Mapping[Kind, Way]] = {
    kind: Way.DIGEST if kind in {Kind.RECORD, Kind.FEEDBACK, Kind.CARD} else Way.AT_ONCE for kind in Kind
}
"""How it is where neither the house nor the person has said otherwise."""

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody wants to be told. Hours are those of `zone`; `quiet_from` to `quiet_until` may pass midnight."""

    ways: Mapping[Kind, Way] = field(default_factory=dict)
    rhythm: Rhythm = Rhythm.DAILY
    weekday: int = 0
    hour: int = 8
    zone: str = "UTC"
    quiet_from: int | None = None
    quiet_until: int | None = None

    def way(self, kind: Kind) -> Way:
        """How this kind comes, a duty at least in the digest."""
        chosen = self.ways.get(kind, USUAL[kind])
        return Way.DIGEST if chosen is Way.HERE and kind in DUTIES else chosen


def problems_with(choice: Choice, zones: Collection[str]) -> list[Problem]:
    """Every objection to a choice; `zones` are the time zones this machine knows."""
    problems = []
    if choice.zone not in zones:
        problems.append(Problem("zone", "Give a time zone such as Europe/Berlin."))
    if choice.hour not in HOURS:
        problems.append(Problem("hour", "Choose an hour from 0 to 23."))
    if choice.weekday not in range(7):
        problems.append(Problem("weekday", "Choose a day of the week."))
    for name, hour in (("quiet_from", choice.quiet_from), ("quiet_until", choice.quiet_until)):
        if hour is not None and hour not in HOURS:
            problems.append(Problem(name, "Choose an hour from 0 to 23."))
    if (choice.quiet_from is None) != (choice.quiet_until is None):
        missing = "quiet_until" if choice.quiet_until is None else "quiet_from"
        problems.append(Problem(missing, "Quiet hours need a beginning and an end."))
    elif choice.quiet_from is not None and choice.quiet_from == choice.quiet_until:
        problems.append(Problem("quiet_until", "Quiet hours end at another hour than they begin."))
    silenced = sorted(kind.value for kind in DUTIES if choice.ways.get(kind) is Way.HERE)
    return problems + [
        Problem(f"way_{kind}", "This is a duty: choose mail at once or the digest.") for kind in silenced
    ]


def due_at(choice: Choice, kind: Kind, at: datetime) -> datetime | None:
    """When a notice of this kind that arises at that instant is mailed: never within quiet hours; None for not at all."""
    way = choice.way(kind)
    if way is Way.HERE:
        return None
    return after_quiet(choice, at if way is Way.AT_ONCE else next_digest(choice, at))


def after_quiet(choice: Choice, at: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in."""
    begins, ends = choice.quiet_from, choice.quiet_until
    if begins is None or ends is None:
        return at
    local = at.astimezone(ZoneInfo(choice.zone))
    is_quiet = begins <= local.hour < ends if begins < ends else local.hour >= begins or local.hour < ends
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= ends else 0)
    # An hour that a change of clocks leaves out is told by the offset before it, and so is an instant all the same.
    return datetime.combine(day, time(ends), ZoneInfo(choice.zone)).astimezone(UTC)


def next_digest(choice: Choice, at: datetime) -> datetime:
    """The first hour of a digest after that instant."""
    zone = ZoneInfo(choice.zone)
    day = at.astimezone(zone).date()
    for ahead in range(9):
        candidate = day + timedelta(days=ahead)
        if choice.rhythm is Rhythm.WEEKLY and candidate.weekday() != choice.weekday:
            continue
        found = datetime.combine(candidate, time(choice.hour), zone).astimezone(UTC)
        if found > at:
            return found
    raise AssertionError("every nine days have each weekday")
