"""What a record lacks, what a gate asks, which stage follows which, and how autonomy rises."""

from registry.lifecycle.rules.record import (
    ACTING_AUTONOMY,
    CONDITIONS,
    FACTS,
    KNOWN,
    Gauge,
    Item,
    Standing,
    checklist,
    gauges,
)

__all__ = [
    "ACTING_AUTONOMY",
    "CONDITIONS",
    "FACTS",
    "KNOWN",
    "Gauge",
    "Item",
    "Standing",
    "checklist",
    "gauges",
]
