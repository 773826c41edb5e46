"""Which seats a system has, who may sit in them, legal hand-overs, who answered when, what is due, and the gaps that are left."""

from registry.ownership.rules.gaps import Gap, GapKind, Holder, gaps
from registry.ownership.rules.handovers import (
    HANDOVER_DAYS,
    HandoverState,
    OfferFacts,
    expiry_of,
    expiry_said,
    may_read_offer,
    problems_with_answer,
    problems_with_expiry,
    problems_with_offer,
)
from registry.ownership.rules.periods import (
    Period,
    end_of,
    holder_at,
    moment_of_change,
    problems_with_day,
)
from registry.ownership.rules.seats import (
    REASON_LIMIT,
    SEAT_LACKS,
    SEAT_SAID,
    problems_with_seat,
    text_problems,
)

__all__ = [
    "HANDOVER_DAYS",
    "REASON_LIMIT",
    "SEAT_LACKS",
    "SEAT_SAID",
    "Gap",
    "GapKind",
    "HandoverState",
    "Holder",
    "OfferFacts",
    "Period",
    "end_of",
    "expiry_of",
    "expiry_said",
    "gaps",
    "holder_at",
    "may_read_offer",
    "moment_of_change",
    "problems_with_answer",
    "problems_with_day",
    "problems_with_expiry",
    "problems_with_offer",
    "problems_with_seat",
    "text_problems",
]
