"""What somebody's last day says of them wherever they are named or can be chosen."""

from datetime import date


def day_said(day: date) -> str:
    """A day as people write it: "3 Dec 2026"."""
    return f"{day.day} {day:%b %Y}"


def leaving_said(last_day: date | None, today: date) -> str:
    """What is said beside the name of somebody who has a last day: "leaves 3 Dec 2026", "left 3 Nov 2026", or nothing."""
    if last_day is None:
        return ""
    return f"{'left' if last_day < today else 'leaves'} {day_said(last_day)}"


def choice_said(name: str, email: str, last_day: date | None, today: date) -> str:
    """How a choice of people names one: the address tells two of one name apart, the last day warns of a leaver."""
    said = leaving_said(last_day, today)
    return f"{name} ({email}), {said}" if said else f"{name} ({email})"
