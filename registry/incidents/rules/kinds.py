"""The words incidents are sorted by: kind, failure pattern, severity, harm, how it was detected, where it stands."""

from enum import IntEnum, StrEnum
from typing import Final

from registry.packs.rules import PATTERNS


class Kind(StrEnum):
    """What it is, after the OECD's definitions of 2024: an incident did harm or failed, a hazard could."""

    INCIDENT = "incident"
    NEAR_MISS = "near_miss"
    HAZARD = "hazard"
    COMPLAINT = "complaint"

    @property
    def said(self) -> str:
        """The kind in words."""
        return _KINDS[self][0]

    @property
    def means(self) -> str:
        """What distinguishes it from the others."""
        return _KINDS[self][1]


_KINDS: Final = {
    Kind.INCIDENT: ("Incident", "It happened: people were harmed, or the system did not do what it is for."),
    Kind.NEAR_MISS: ("Near miss", "It happened, and was caught before anybody was harmed."),
    Kind.HAZARD: ("Hazard", "It has not happened yet, and could."),
    Kind.COMPLAINT: (
        "Complaint",
        "Somebody says that they were wronged; whether it is so is to be found out.",
    ),
}


class Pattern(StrEnum):
    """The six patterns by which AI fails in enterprises."""

    F1 = "F1"
    F2 = "F2"
    F3 = "F3"
    F4 = "F4"
    F5 = "F5"
    F6 = "F6"

    @property
    def said(self) -> str:
        """The pattern with its number: "F1 Data drift and model degradation"."""
        return f"{self.value} {PATTERNS[self.value]}"


class Severity(IntEnum):
    """How bad it is, the least first. Whether a law wants it reported is another question."""

    NEGLIGIBLE = 1
    MINOR = 2
    SUBSTANTIAL = 3
    SEVERE = 4
    CATASTROPHIC = 5

    @property
    def said(self) -> str:
        """The severity in a word."""
        return self.name.capitalize()

    @property
    def anchor(self) -> str:
        """What it takes to be called this severe."""
        return _ANCHORS[self]


_ANCHORS: Final = {
    Severity.NEGLIGIBLE: "Nobody was affected beyond some extra work, and nothing has to be put right.",
    Severity.MINOR: "A few people were inconvenienced, or some outputs were wrong and were put right before they counted.",
    Severity.SUBSTANTIAL: "People got wrong decisions, lost money or time that has to be made good, or the system was "
    "stopped for a while.",
    Severity.SEVERE: "Somebody's health, livelihood or rights were harmed, or many people got wrong decisions that are "
    "hard to undo.",
    Severity.CATASTROPHIC: "Death or lasting harm, harm to rights on a large scale, or critical services were down.",
}


class Harm(StrEnum):
    """What kind of harm was done, or could have been."""

    HEALTH = "health"
    RIGHTS = "rights"
    DISCRIMINATION = "discrimination"
    PRIVACY = "privacy"
    MONEY = "money"
    PROPERTY = "property"
    ENVIRONMENT = "environment"
    SERVICE = "service"
    TRUST = "trust"

    @property
    def said(self) -> str:
        """The harm in words."""
        return _HARMS[self]


_HARMS: Final = {
    Harm.HEALTH: "Life or health",
    Harm.RIGHTS: "Fundamental rights",
    Harm.DISCRIMINATION: "Unequal treatment",
    Harm.PRIVACY: "Privacy or confidential data",
    Harm.MONEY: "Money or livelihood",
    Harm.PROPERTY: "Property",
    Harm.ENVIRONMENT: "The environment",
    Harm.SERVICE: "A service people rely on",
    Harm.TRUST: "Trust in the company",
}


class DetectedBy(StrEnum):
    """Who noticed first."""

    MONITOR = "monitor"
    USER = "user"
    STAFF = "staff"
    OUTSIDE = "outside"

    @property
    def said(self) -> str:
        """Who, in words."""
        return _DETECTED[self]


_DETECTED: Final = {
    DetectedBy.MONITOR: "Monitoring",
    DetectedBy.USER: "A user or somebody affected",
    DetectedBy.STAFF: "Our own staff",
    DetectedBy.OUTSIDE: "Somebody outside: press, authority, partner",
}
# What a company would like to be the rule: it found the trouble before others told it.
FOUND_BY_OURSELVES: Final = frozenset({DetectedBy.MONITOR, DetectedBy.STAFF})


class Status(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def said(self) -> str:
        """The status in words."""
        return _STATUSES[self]


_STATUSES: Final = {
    Status.OPEN: "Open",
    Status.INVESTIGATING: "Being looked into",
    Status.MITIGATED: "Harm stopped",
    Status.RESOLVED: "Resolved, to be closed",
    Status.CLOSED: "Closed",
    Status.MERGED: "Merged into another",
}
# Somebody still has to do something about these; a resolved one waits to be closed by another person.
UNRESOLVED: Final = frozenset({Status.OPEN, Status.INVESTIGATING, Status.MITIGATED})
UNCLOSED: Final = UNRESOLVED | {Status.RESOLVED}


class Linked(StrEnum):
    """What an incident may be tied to."""

    ALERT = "alert"
    SNAPSHOT = "snapshot"
    FEEDBACK = "feedback"
    DEPENDENCY = "dependency"
    DATA_SOURCE = "data_source"


class EntryKind(StrEnum):
    """What an entry of the timeline tells."""

    NOTE = "note"
    STATUS = "status"
    SEVERITY = "severity"
    PATTERN = "pattern"
    PEOPLE = "people"
    SYSTEMS = "systems"
    LINK = "link"
    ACTION = "action"
    REPORT = "report"
    HOLD = "hold"
    POST_MORTEM = "post_mortem"


class ActionState(StrEnum):
    """Where a corrective action stands. Only a verified or dropped one is over."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"

    @property
    def said(self) -> str:
        """The state in words."""
        return _ACTION_STATES[self]


_ACTION_STATES: Final = {
    ActionState.OPEN: "To do",
    ActionState.DONE: "Done, to be verified",
    ActionState.VERIFIED: "Verified",
    ActionState.DROPPED: "Dropped",
}
