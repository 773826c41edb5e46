"""Where a notice leads: the path of a page, by the kind of thing an entry is about. Every page behind it asks who one is."""

from collections.abc import Mapping, Sequence
from typing import Final

from registry.kernel.events import Event
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.notices.rules.choices import Kind
from registry.notices.rules.telling import Changed

HOME: Final = "/notices"
OF_THINGS: Final[Mapping[str, str]] = {
    "handover": "/handovers/{number}",
    "alert": "/alerts/{number}",
    "incident": "/incidents/{number}",
    "corrective_action": "/corrective-actions/{number}",
    "review": "/reviews/{number}",
    "sign_off": "/sign-offs/{number}",
    "risk": "/risks/{number}",
    "webhook": "/webhooks/{number}",
}
"""The page of a thing that has one, by its number."""

OF_SYSTEMS: Final[Mapping[str, str]] = {
    "assignment": "/systems/{key}/ownership",
    "confirmation_notice": "/systems/{key}/ownership",
    "waiver": "/systems/{key}/compliance",
    "card_edition": "/systems/{key}/card",
    "feedback": "/systems/{key}/feedback",
    "emergency_stop": "/systems/{key}/gate",
    "stage_change": "/systems/{key}/gate",
    "autonomy_request": "/systems/{key}/gate",
    "compliance_spell": "/systems/{key}/gate",
    "note": "/systems/{key}/notes",
    "classification_change": "/systems/{key}/classification",
    "reconsideration": "/systems/{key}/dependencies",
    "authority_report": "/systems/{key}/incidents",
}
"""The page of a system on which a thing of it stands."""

OF_KINDS: Final[Mapping[Kind, str]] = {Kind.ACCOUNT: "/account", Kind.HOUSE: "/audit/verification"}
_THROUGH: Final[Mapping[str, str]] = {"review_decision": "review_id", "review_finding": "review_id"}


def path_of(
    event: Event, kind: Kind, subject: tuple[str, int | None], system_id: int | None, rows: Sequence[Changed]
) -> str:
    """The path of the page where the reader sees and does what the notice is about."""
    what, number = subject
    if what in _THROUGH:
        column = _THROUGH[what]
        named = [row.after.get(column) for row in rows if row.kind == what and row.after is not None]
        what, number = "review", named[0] if named else None
    if event is Event.SNAPSHOTS_RECORDED and system_id is not None:
        return f"/systems/{public_key(SYSTEM_PREFIX, system_id)}/monitoring"
    if what in OF_THINGS and number is not None:
        return OF_THINGS[what].format(number=number)
    if system_id is not None:
        return OF_SYSTEMS.get(what, "/systems/{key}").format(key=public_key(SYSTEM_PREFIX, system_id))
    return OF_KINDS.get(kind, HOME)
