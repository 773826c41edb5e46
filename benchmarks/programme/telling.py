"""The table of a run: as it goes along, and as Markdown for who publishes it."""

import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.programme.running import Outcome, Result

_COLUMNS = (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"), ("", "neither"))


def line_of(result: Result) -> str:
    """One line of the run, with what failed under it."""
    entry = result.entry
    parts = [f"{entry.id:5}", f"{entry.title[:44]:44}"]
    if entry.is_open:
        return f"{parts[0]} {parts[1]} open: {entry.lacks}"
    if entry.missing:
        return f"{parts[0]} {parts[1]} not tried: {entry.missing} names no program"
    parts += [f"{title} {_became(result.outcomes.get(kind)):10}" for kind, title in _COLUMNS]
    parts += [f"{result.seconds:7.1f} s", _defect(result)]
    lines = [" ".join(parts), *(f"      {name} = {value}" for name, value in _figures(result))]
    lines += [f"      FAILED {test}" for each in result.outcomes.values() for test in each.failed]
    return "\n".join([*lines, f"      {result.said}"] if result.said else lines)


def markdown(results: Sequence[Result], *, short: bool) -> Iterator[str]:
    """The lines of the table, with when and where it was made and how much of it."""
    at = datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    size = "short" if short else "full"
    yield f"Run of {at}: {size} sizes; Python {platform.python_version()}, {platform.system()} {platform.machine()}."
    yield ""
    yield (
        "| Id | What is shown | Size asked | "
        + " | ".join(title for _, title in _COLUMNS)
        + (" | Seconds | Defect caught | Figures, and what is lacking |")
    )
    yield "|---|---|---|---|---|---|---:|---|---|"
    for result in results:
        entry = result.entry
        became = [_became(result.outcomes.get(kind)) for kind, _ in _COLUMNS]
        figures = [f"{name}: {value}" for name, value in _figures(result)]
        told = "; ".join([*figures, f"*lacking:* {entry.lacks}"] if entry.lacks else figures)
        cells = [entry.id, entry.title, entry.asked, *became, f"{result.seconds:.0f}", _defect(result), told]
        yield "| " + " | ".join(each.replace("|", "\\|").replace("\n", " ") for each in cells) + " |"


def _became(outcome: Outcome | None) -> str:
    if outcome is None:
        return "-"
    if outcome.failed:
        return f"{len(outcome.failed)} FAILED"
    skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
    return f"{outcome.passed} passed{skipped}" if outcome.passed else f"nothing{skipped}"


def _defect(result: Result) -> str:
    if result.entry.is_open:
        return "open"
    return {True: "yes", False: "NO", None: "not tried"}[result.caught]


def _figures(result: Result) -> list[tuple[str, object]]:
    """What the tests told, with the database where both told."""
    found = []
    for kind, title in _COLUMNS:
        outcome = result.outcomes.get(kind)
        for name, value in (outcome.figures if outcome else {}).items():
            found.append((f"{name} ({title})" if kind else name, value))
    return found
