"""What a baseline must state."""

from registry.drift.rules.comparing import problems_with_baseline
from registry.drift.rules.decoding import LONGEST_NAME, LONGEST_REASON
from registry.drift.rules.spreads import Spread
from registry.kernel.errors import Problem


def problems_with(name: str, reason: str, spread: Spread, field: str = "window") -> list[Problem]:
    """Objections to a baseline's name, its reason and its counts, which came by this field."""
    found = problems_with_words(name, reason)
    if says := problems_with_baseline(spread):
        found.append(Problem(field, says))
    return found


def problems_with_words(name: str, reason: str) -> list[Problem]:
    """Objections to what a baseline is called and why it is one."""
    found = problems_with_name(name)
    if not reason:
        found.append(Problem("reason", "Say why this is what the feature should look like."))
    elif len(reason) > LONGEST_REASON:
        found.append(Problem("reason", f"Say why in at most {LONGEST_REASON:,} characters."))
    return found


def problems_with_name(name: str) -> list[Problem]:
    """Objections to what a baseline is called."""
    if not name:
        return [Problem("name", "Name it, such as “training data” or “first quarter”.")]
    if "\n" in name or len(name) > LONGEST_NAME:
        return [Problem("name", f"Name it in one line of at most {LONGEST_NAME} characters.")]
    return []
