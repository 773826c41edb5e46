"""A letter from its lines: text and HTML that say the same, nothing fetched, nothing to answer."""

from collections.abc import Sequence

from registry.notices.rules.letters import MOST_LINES, Line, collapsed, subject_of
from registry.output.html import render
from registry.output.sending import Letter


def letter_of(to: str, number: str, lines: Sequence[Line], *, base_url: str, organisation: str) -> Letter:
    """The letter to an address that tells these lines."""
    shown = collapsed(lines)
    context = {
        "lines": shown[:MOST_LINES],
        "left_out": sum(line.count for line in shown[MOST_LINES:]),
        "base_url": base_url.rstrip("/"),
        "organisation": organisation,
    }
    return _letter(to, number, subject_of(shown), context, "notices/letter")


def trial_letter(to: str, number: str, *, base_url: str, organisation: str) -> Letter:
    """The letter by which an administrator sees that mail arrives."""
    context: dict[str, object] = {"base_url": base_url.rstrip("/"), "organisation": organisation}
    return _letter(to, number, "Mail from the AI Registry works", context, "notices/trial_letter")


def _letter(to: str, number: str, subject: str, context: dict[str, object], template: str) -> Letter:
    text, html = (render(f"{template}.{form}", **context) for form in ("txt", "html"))
    return Letter(to, subject, text, html, number)
