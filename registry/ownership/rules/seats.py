"""Which seats a system has, what each answers for, and who may sit in them."""

from registry.kernel.actor import Seat
from registry.kernel.errors import Problem
from registry.kernel.text import clean

REASON_LIMIT = 4_000

SEAT_SAID: dict[Seat, tuple[str, str]] = {
    Seat.OWNER: ("Accountable owner", "The one person who answers for the system."),
    Seat.DEPUTY: ("Deputy", "Acts for the owner when the owner is away."),
    Seat.BUSINESS_LEAD: ("Business lead", "Answers for the objective and its value."),
    Seat.DATA_STEWARD: ("Data lead", "Answers for the quality of the data it is fed."),
    Seat.ENGINEERING_LEAD: ("Engineering lead", "Answers for performance and its monitoring."),
    Seat.COMPLIANCE_LEAD: ("Compliance lead", "Answers for rules, reviews and evidence."),
    Seat.OVERSEER: ("Overseer", "Watches its decisions and may stop it."),
}

SEAT_LACKS: dict[Seat, str] = {
    Seat.OWNER: "Nobody answers for the system.",
    Seat.DEPUTY: "Nobody acts for the owner when the owner is away.",
    Seat.BUSINESS_LEAD: "Nobody is named to answer for the objective and its value.",
    Seat.DATA_STEWARD: "Nobody is named to answer for the quality of its data.",
    Seat.ENGINEERING_LEAD: "Nobody is named to answer for performance and monitoring.",
    Seat.COMPLIANCE_LEAD: "Nobody is named to answer for rules, reviews and evidence.",
    Seat.OVERSEER: "Nobody is named to watch its decisions and stop it.",
}


def problems_with_seat(
    seat: Seat,
    *,
    person_id: int | None,
    team_id: int | None,
    holder_is_active: bool,
    already_held: bool,
    is_owner: bool = False,
    reason: str = "",
) -> list[Problem]:
    """Objections to putting a person or a team in a seat. The accountable seat moves only by hand-over."""
    if seat is Seat.OWNER:
        return [Problem("seat", "The accountable owner changes by hand-over, which the new owner accepts.")]
    if (person_id is None) == (team_id is None):
        return [Problem("person_id", "Choose one person or one team.")]
    if not holder_is_active:
        return [Problem("person_id", "Choose somebody who is here now.")]
    if already_held:
        return [Problem("person_id", "They already hold this seat.")]
    if seat is Seat.DEPUTY and is_owner:
        return [Problem("person_id", "The deputy acts when the owner cannot; choose somebody else.")]
    return text_problems("reason", reason)


def text_problems(field: str, text: str) -> list[Problem]:
    """Objections to a reason or note: too long, or with characters that cannot be stored."""
    if len(text) > REASON_LIMIT:
        return [Problem(field, f"Shorten this to {REASON_LIMIT:,} characters.")]
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(field, f"This text {reason}. Remove it and try again.")]
    return []
