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
    text = render("notices/letter.txt", **context)
    return Letter(to, subject_of(shown), text, render("notices/letter.html", **context), number)


def trial_letter(to: str, number: str, *, base_url: str, organisation: str) -> Letter:
    """The letter by which an administrator sees that mail arrives."""
    context = {"base_url": base_url.rstrip("/"), "organisation": organisation}
    text = render("notices/trial_letter.txt", **context)
    html = render("notices/trial_letter.html", **context)
    return Letter(to, "Mail from the AI Registry works", text, html, number)
