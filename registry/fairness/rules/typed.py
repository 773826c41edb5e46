"""One window of counts typed by hand: a group in each line, its counts behind it"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from registry.fairness.rules.bounds import GROUP_LIMIT
from registry.fairness.rules.decoding import CountIn
from registry.kernel.errors import Problem, RuleBroken
from registry.monitoring.rules.fields import MOST_CASES

MOST_LINES: Final = 200
UNKNOWN: Final = "?"
_SEPARATORS: Final = re.compile(r"\s*[;,\t|]\s*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[ '\u00a0\u202f]\d{3})+|\d+", re.ASCII)


def counts_typed(attribute: str, lines: str, start: datetime, end: datetime) -> tuple[CountIn, ...]:
    """The counts in lines such as "female, 1395, 591" (cases, selected) or "female, 303, 288, 195, 609" (tp, fp, fn, tn).

    "?" stands for the cases whose group nobody recorded. Raises RuleBroken with the number of each line that cannot
    be read.
    """
    found: list[CountIn] = []
    problems: list[Problem] = []
    given = [(number, line.strip()) for number, line in enumerate(lines.splitlines(), 1) if line.strip()]
    if not given or len(given) > MOST_LINES:
        says = (
            "Give at least one group, each in a line of its own."
            if not given
            else f"Give at most {MOST_LINES} groups."
        )
        raise RuleBroken([Problem("groups", says)])
    for number, line in given:
        group, *counts = _SEPARATORS.split(line)
        why = _why_not(group, counts, {each.group for each in found})
        if why:
            problems.append(Problem("groups", f"Line {number}: {why}"))
            continue
        numbers = [int(re.sub(r"\D", "", each)) for each in counts]
        found.append(_count(attribute, "" if group == UNKNOWN else group, start, end, numbers))
        if found[-1].selected > found[-1].n:
            problems.append(Problem("groups", f"Line {number}: more are selected than there are."))
    if problems:
        raise RuleBroken(problems)
    return tuple(found)


def _count(attribute: str, group: str, start: datetime, end: datetime, numbers: list[int]) -> CountIn:
    if len(numbers) == 2:
        n, selected = numbers
        return CountIn(attribute, group, start, end, n, selected)
    tp, fp, fn, tn = numbers
    return CountIn(attribute, group, start, end, tp + fp + fn + tn, tp + fp, (tp, fp, fn, tn))


def _why_not(group: str, counts: list[str], before: Iterable[str]) -> str:
    if not group:
        return "name the group first."
    if len(group) > GROUP_LIMIT:
        return f"use at most {GROUP_LIMIT} characters for the name."
    if ("" if group == UNKNOWN else group) in before:
        return f"{group} stands there twice."
    if len(counts) not in (2, 4):
        return "give two numbers (cases, selected) or four (tp, fp, fn, tn) behind the name, with commas between."
    if not all(_GROUPED.fullmatch(each) and int(re.sub(r"\D", "", each)) <= MOST_CASES for each in counts):
        return "give whole numbers, without a comma inside of them."
    return ""
