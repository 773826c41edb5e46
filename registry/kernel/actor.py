"""Actor, Role, Seat, Permission, the GRANTS table, may() and require(): the whole permission policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from registry.kernel.errors import Forbidden
from registry.kernel.permissions import LOOKS, Permission, Role, Seat
from registry.kernel.scopes import (
    ALERT_SCOPE,
    AUDIT_SCOPE,
    EVIDENCE_SCOPE,
    FEEDBACK_SCOPE,
    INCIDENT_SCOPE,
    PEOPLE_SCOPE,
    READ_SCOPE,
    SCOPES,
    SEAT_SCOPE,
    SNAPSHOT_SCOPE,
    SORT_SCOPE,
    STOP_SCOPE,
    WRITE_SCOPE,
)
from registry.kernel.text import listed, worded

__all__ = [
    "ALERT_SCOPE",
    "AUDIT_SCOPE",
    "EVIDENCE_SCOPE",
    "FEEDBACK_SCOPE",
    "GRANTS",
    "INCIDENT_SCOPE",
    "LOOKS",
    "PEOPLE_SCOPE",
    "READ_SCOPE",
    "SCOPES",
    "SEAT_SCOPE",
    "SEES_RESTRICTED",
    "SNAPSHOT_SCOPE",
    "SORT_SCOPE",
    "STOP_SCOPE",
    "WRITE_SCOPE",
    "Actor",
    "Grant",
    "Permission",
    "Role",
    "Seat",
    "Token",
    "looking_back",
    "may",
    "may_order",
    "on_behalf_via",
    "require",
    "says_why_not",
    "the_registry",
]


@dataclass(frozen=True, slots=True)
class Grant:
    """Who holds a permission: by role anywhere, or by seat on the system in question; and the token scopes that carry it."""

    roles: frozenset[Role] = frozenset()
    seats: frozenset[Seat] = frozenset()
    scopes: frozenset[str] = frozenset()


def _grant(roles: tuple[Role, ...] = (), seats: tuple[Seat, ...] = (), scopes: tuple[str, ...] = ()) -> Grant:
    return Grant(frozenset(roles), frozenset(seats), frozenset(scopes))


_EVERYBODY = (Role.MEMBER,)
_OWNERS = (Seat.OWNER, Seat.DEPUTY)
_STOPPERS = (*_OWNERS, Seat.OVERSEER)
_LEADS = (*_OWNERS, Seat.BUSINESS_LEAD, Seat.DATA_STEWARD, Seat.ENGINEERING_LEAD, Seat.COMPLIANCE_LEAD)

# One line per permission. A token reaches a permission only through a scope named here (warehouse's rule:
# whatever is not listed needs a signed-in person), and never more than its person holds.
GRANTS: Mapping[Permission, Grant] = {
    Permission.DESK_READ: _grant(_EVERYBODY),
    Permission.SYSTEM_READ: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    Permission.REGISTER_EXPORT: _grant(_EVERYBODY),
    Permission.VIEW_SAVE: _grant(_EVERYBODY),
    Permission.SYSTEM_REGISTER: _grant(_EVERYBODY, scopes=(WRITE_SCOPE,)),
    Permission.SYSTEM_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.SYSTEM_CLASSIFY: _grant((Role.REVIEWER, Role.ADMINISTRATOR), _LEADS, (WRITE_SCOPE,)),
    # By no token: to set a tier below what the answers come to is a person's word.
    Permission.TIER_LOWER: _grant((Role.REVIEWER,)),
    Permission.QUESTIONNAIRE_ADD: _grant((Role.ADMINISTRATOR,)),
    Permission.CLASSIFICATION_CHASE: _grant((Role.ADMINISTRATOR,)),
    # By a scope of its own: whoever is seated keeps what the seat allows when the token is gone.
    Permission.SEAT_FILL: _grant((Role.ADMINISTRATOR,), _OWNERS, (SEAT_SCOPE,)),
    Permission.OWNER_CONFIRM: _grant((), (Seat.OWNER,)),
    Permission.CONFIRMATION_CHASE: _grant((Role.ADMINISTRATOR,)),
    Permission.HANDOVER_OFFER: _grant((Role.ADMINISTRATOR,), _OWNERS, (WRITE_SCOPE,)),
    Permission.HANDOVER_ANSWER: _grant(_EVERYBODY),
    Permission.SYSTEM_TAG: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.TAGS_MANAGE: _grant((Role.ADMINISTRATOR,)),
    Permission.NOTE_WRITE: _grant(
        (Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR), tuple(Seat), (WRITE_SCOPE,)
    ),
    Permission.OBJECTIVE_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.DATA_SOURCE_READ: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    Permission.DATA_SOURCE_EDIT: _grant(_EVERYBODY, scopes=(WRITE_SCOPE,)),
    Permission.DATA_USE_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.DEPENDENCY_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.VERSION_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (WRITE_SCOPE,)),
    Permission.SNAPSHOT_PUSH: _grant((Role.ADMINISTRATOR,), _LEADS, (SNAPSHOT_SCOPE,)),
    Permission.BASELINE_SET: _grant((Role.ADMINISTRATOR,), _LEADS, (SNAPSHOT_SCOPE,)),
    Permission.ALERT_ANSWER: _grant((Role.ADMINISTRATOR,), tuple(Seat), (ALERT_SCOPE,)),
    Permission.ALERT_CHASE: _grant((Role.ADMINISTRATOR,)),
    Permission.FEEDBACK_SEND: _grant((Role.ADMINISTRATOR,), tuple(Seat), (FEEDBACK_SCOPE,)),
    # By a scope of its own: a tool that passes on what people say must not be able to close it.
    Permission.FEEDBACK_ANSWER: _grant((Role.ADMINISTRATOR,), tuple(Seat), (SORT_SCOPE,)),
    # Whoever can see a system may say that something went wrong with it.
    Permission.INCIDENT_OPEN: _grant(_EVERYBODY, scopes=(INCIDENT_SCOPE,)),
    Permission.INCIDENT_WORK: _grant((Role.REVIEWER, Role.ADMINISTRATOR), tuple(Seat), (INCIDENT_SCOPE,)),
    Permission.INCIDENT_CLOSE: _grant((Role.REVIEWER, Role.ADMINISTRATOR), (*_OWNERS, Seat.COMPLIANCE_LEAD)),
    Permission.INCIDENT_CHASE: _grant((Role.ADMINISTRATOR,)),
    Permission.INCIDENT_IMPORT: _grant((Role.ADMINISTRATOR,)),
    Permission.REPORT_MOVE: _grant((Role.REVIEWER,), (Seat.COMPLIANCE_LEAD,)),
    # Of its owner, and of those who work on the incident: the action itself asks which.
    Permission.ACTION_ANSWER: _grant(_EVERYBODY, scopes=(INCIDENT_SCOPE,)),
    # Proof holds more than the record does (contracts, logs): it is for those who answer for the system or look into it.
    Permission.EVIDENCE_READ: _grant(
        (Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR), tuple(Seat), (READ_SCOPE,)
    ),
    Permission.EVIDENCE_ADD: _grant((Role.REVIEWER, Role.ADMINISTRATOR), tuple(Seat), (EVIDENCE_SCOPE,)),
    Permission.EVIDENCE_WITHDRAW: _grant((Role.ADMINISTRATOR,), _LEADS, (EVIDENCE_SCOPE,)),
    Permission.RISK_EDIT: _grant((Role.ADMINISTRATOR,), _LEADS, (EVIDENCE_SCOPE,)),
    Permission.RISK_ACCEPT: _grant((Role.REVIEWER, Role.EXECUTIVE), _OWNERS),
    Permission.DOSSIER_EDIT: _grant((Role.REVIEWER, Role.ADMINISTRATOR), tuple(Seat), (EVIDENCE_SCOPE,)),
    # Who built a version neither tests nor signs it: the action asks which version, and who built that.
    Permission.DOSSIER_TEST: _grant((Role.REVIEWER, Role.ADMINISTRATOR), tuple(Seat), (EVIDENCE_SCOPE,)),
    Permission.DOSSIER_SIGN: _grant((Role.REVIEWER,), tuple(Seat)),
    Permission.OVERSIGHT_EDIT: _grant((Role.ADMINISTRATOR,), (*_LEADS, Seat.OVERSEER), (WRITE_SCOPE,)),
    # Going up takes those who answer for it, and a gate that holds; going down is open to all who watch over it.
    Permission.STAGE_ADVANCE: _grant((), _OWNERS),
    Permission.STAGE_LOWER: _grant((Role.REVIEWER,), (*_STOPPERS, Seat.COMPLIANCE_LEAD)),
    Permission.STAGE_BRING: _grant((Role.ADMINISTRATOR,)),
    Permission.SYSTEM_RETIRE: _grant((), _OWNERS),
    Permission.SYSTEM_STOP: _grant((Role.REVIEWER,), _STOPPERS, (STOP_SCOPE,)),
    Permission.STOP_LIFT: _grant((Role.REVIEWER,)),
    Permission.AUTONOMY_ASK: _grant((), _OWNERS),
    Permission.AUTONOMY_DECIDE: _grant((Role.REVIEWER,)),
    Permission.AUTONOMY_LOWER: _grant((Role.REVIEWER,), _STOPPERS),
    Permission.COMPLIANCE_NOTE: _grant((Role.ADMINISTRATOR,)),
    # Reviewing, deciding, attesting and signing reach no token: whatever is said there binds a person.
    Permission.REVIEW_SUBMIT: _grant((), _LEADS),
    Permission.REVIEW_WORK: _grant((Role.REVIEWER,)),
    Permission.REVIEW_DECIDE: _grant((Role.REVIEWER,)),
    Permission.REVIEW_CHASE: _grant((Role.REVIEWER, Role.ADMINISTRATOR)),
    # Of its owner: the action itself asks who that is.
    Permission.FINDING_ANSWER: _grant(_EVERYBODY),
    Permission.SYSTEM_ATTEST: _grant((), (Seat.OWNER,)),
    Permission.SIGN_OFF_OPEN: _grant((), _LEADS),
    Permission.SIGN_OFF_SIGN: _grant((Role.EXECUTIVE,), _LEADS[2:]),
    Permission.WAIVER_ASK: _grant((), _LEADS),
    Permission.WAIVER_DECIDE: _grant((Role.REVIEWER,)),
    Permission.CARD_READ: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    Permission.CARD_EXPORT: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    # Hours of the worker's time, and the whole portfolio in one file: for those whose work is to look at all of it.
    Permission.CARD_BUNDLE: _grant((Role.REVIEWER, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR)),
    # By no token: a report is filed under the name of whoever asked for it.
    Permission.PORTFOLIO_REPORT: _grant((Role.REVIEWER, Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR)),
    # A card is the company's word: those who answer for the system put it forward, a reviewer approves it.
    Permission.CARD_PUT_FORWARD: _grant((), _LEADS),
    Permission.CARD_APPROVE: _grant((Role.REVIEWER,)),
    Permission.CARD_ISSUE: _grant((Role.ADMINISTRATOR,)),
    Permission.PEOPLE_READ: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    Permission.PEOPLE_EDIT: _grant((Role.ADMINISTRATOR,), scopes=(PEOPLE_SCOPE,)),
    # By a scope of its own: the log holds more than a program that reads the register should see.
    Permission.AUDIT_READ: _grant((Role.AUDITOR, Role.ADMINISTRATOR), scopes=(AUDIT_SCOPE,)),
    Permission.LEDGER_KEEP: _grant((Role.ADMINISTRATOR,)),
    # And a second person's word: the action asks whose.
    Permission.ENTRY_ERASE: _grant((Role.ADMINISTRATOR,)),
    Permission.OWN_ACCOUNT: _grant(_EVERYBODY),
    Permission.ACCOUNTS_MANAGE: _grant((Role.ADMINISTRATOR,)),
    Permission.INVENTORY_IMPORT: _grant((Role.ADMINISTRATOR,)),
    Permission.JOBS_READ: _grant((Role.ADMINISTRATOR,)),
    Permission.NOTICES_MANAGE: _grant((Role.ADMINISTRATOR,)),
    Permission.MLFLOW_MANAGE: _grant((Role.ADMINISTRATOR,)),
    Permission.FRAMEWORK_READ: _grant(_EVERYBODY, scopes=(READ_SCOPE,)),
    Permission.APPLICABILITY_STATE: _grant((Role.REVIEWER,)),
    Permission.PACK_ADOPT: _grant((Role.ADMINISTRATOR,)),
}

# Roles that see restricted systems without a seat on them (product.md section 2).
SEES_RESTRICTED = frozenset({Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Token:
    """The part of an Actor that narrows it: an API token's id, scopes and, if it was issued for one, its only system."""

    id: int
    scopes: frozenset[str]
    system_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Built once per request; carries everything may() needs, so that asking costs no query.

    `seats` maps a system's number to the seats held there now; `headed_units` holds the units this person
    heads and all units below them. Whoever `looks_back` at a past day may do nothing but look, and `knows` of the restricted
    systems in units they head as those stand today.
    """

    person_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    seats: Mapping[int, frozenset[Seat]] = field(default_factory=dict)
    headed_units: frozenset[int] = frozenset()
    via: str = "session"
    token: Token | None = None
    request_id: str = ""
    looks_back: bool = False
    knows: frozenset[int] = frozenset()

    @property
    def sees_everything(self) -> bool:
        """Whether restricted systems are visible to this actor without a seat."""
        if self.token is not None and self.token.system_id is not None:
            return False
        return bool(self.roles & SEES_RESTRICTED)


def the_registry(via: str, request_id: str = "") -> Actor:
    """The actor for work nobody signed in for: a command on the machine, or the worker."""
    return Actor(
        person_id=None,
        name="the registry",
        roles=frozenset({Role.MEMBER, Role.ADMINISTRATOR}),
        via=via,
        request_id=request_id,
    )


def on_behalf_via(actor: Actor, via: str) -> Actor:
    """The same actor, acting through another door (named in the ledger)."""
    return replace(actor, via=via)


def looking_back(actor: Actor, knows: frozenset[int]) -> Actor:
    """The same actor, looking at a past day: they may see of it what they may see today, and change nothing.

    `knows` are the restricted systems they may know of for the units they head: on that day those may have been in others.
    """
    return replace(actor, looks_back=True, knows=knows)


def may(actor: Actor, permission: Permission, system_id: int | None = None) -> bool:
    """Whether the actor holds the permission, on that system where one is named."""
    grant = GRANTS[permission]
    if actor.looks_back and permission not in LOOKS:
        return False
    if actor.token is not None:
        if not actor.token.scopes & grant.scopes:
            return False
        if actor.token.system_id is not None and actor.token.system_id != system_id:
            return False
    if actor.roles & grant.roles:
        return True
    return system_id is not None and bool(actor.seats.get(system_id, frozenset()) & grant.seats)


def may_order(actor: Actor, permission: Permission) -> bool:
    """The same of what is made later, today, of whatever day is looked at: to look back keeps nobody from ordering it."""
    return may(replace(actor, looks_back=False), permission)


def require(actor: Actor, permission: Permission, system_id: int | None = None) -> None:
    """Raise Forbidden unless the actor holds the permission. The first line of every action."""
    if not may(actor, permission, system_id):
        raise Forbidden(says_why_not(permission))


def says_why_not(permission: Permission) -> str:
    """Who could do it, in words a person can act on: roles of the organisation, then seats on the system."""
    grant = GRANTS[permission]
    roles = listed(sorted(_with_article(role.value) for role in grant.roles), "or")
    seats = listed(sorted(worded(seat.value) for seat in grant.seats), "or")
    on_it = f"whoever is {seats} of the system" if seats else ""
    return f"This is for {', or for '.join(each for each in (roles, on_it) if each) or 'nobody'}."


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
