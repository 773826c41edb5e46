"""The five numbers a business asks of every AI system (product.md section 1), and which metric gives each."""

from collections.abc import Mapping, Sequence
from typing import Final

from registry.objectives.rules.metric import Kind

FIVE: Final[Mapping[str, tuple[Kind, ...]]] = {
    "Accuracy": (Kind.ACCURACY,),
    "Error rate": (Kind.ERROR_RATE,),
    "User satisfaction": (Kind.USER_SATISFACTION,),
    "Time to detect and resolve": (Kind.TIME_TO_DETECT, Kind.TIME_TO_RESOLVE),
    "Business impact": (Kind.BUSINESS_IMPACT,),
}


def first_of_each(kinds: Sequence[Kind]) -> dict[str, int | None]:
    """For each of the five, the position of the first metric of its kind; None where there is none."""
    return {
        name: next((place for place, kind in enumerate(kinds) if kind in wanted), None)
        for name, wanted in FIVE.items()
    }
