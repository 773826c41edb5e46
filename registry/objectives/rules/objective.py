"""What a system is for: what its objective states, the value expected of it and the value it has brought."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.guard_rails import number_problems
from registry.kernel.prose import problems_with_prose
from registry.objectives.rules.currencies import CURRENCIES
from registry.systems.rules.record import LINE_LIMIT, TEXT_LIMIT, text_problems

# The objective's texts in the order they are asked and read, each with its name and what belongs there.
TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "problem": (
        "The problem",
        "What goes wrong or costs too much today, and for whom. State the problem, not the solution.",
    ),
    "decision_changed": (
        "The decision or task that changes",
        "Which decision is taken, or which work is done, differently because of what the system puts out.",
    ),
    "who_acts": ("Who acts on it", "The role or team that receives the output, and what they do with it."),
    "done_today": ("How it is done today", "The way without the system: the steps, the people, the tools."),
    "todays_result": (
        "Today's result",
        "How well that works, with a number, its period and its source. It is what success is compared with.",
    ),
    "why_ai": (
        "Why AI at all",
        "Which simpler means were considered, such as a fixed rule, a better form or more staff, and why they fall short.",
    ),
    "stop_condition": (
        "What makes us stop",
        "The result, and by when, at which the system is rebuilt or switched off. Agree it before there is a result.",
    ),
}
_MONEY_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """What a system is for, in words (Markdown), and the value expected of it per year."""

    problem: str = ""
    decision_changed: str = ""
    who_acts: str = ""
    done_today: str = ""
    todays_result: str = ""
    why_ai: str = ""
    stop_condition: str = ""
    expected_value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """One amount of value the system has brought by a day, and where that number comes from."""

    on_day: date | None
    amount: Decimal | None
    currency: str
    source: str
    note: str = ""


def problems_with_objective(facts: ObjectiveFacts) -> list[Problem]:
    """Every objection to an objective. What it may still lack is told by `gaps.states`, not refused here."""
    problems = [problem for name in TEXTS for problem in prose_problems(name, getattr(facts, name))]
    if not any(getattr(facts, name) for name in TEXTS):
        problems.append(Problem("problem", "Say at least which problem the system is there to solve."))
    money = money_problems("expected_value", facts.expected_value, facts.currency)
    if not money and facts.expected_value is not None and facts.expected_value < 0:
        money = [Problem("expected_value", "Give the value expected per year as zero or more.")]
    return problems + money


def problems_with_value(facts: ValueFacts, *, today: date) -> list[Problem]:
    """Every objection to an entry of value realised. A loss is a negative amount; a correction is a further entry."""
    problems = []
    if facts.on_day is None:
        problems.append(Problem("on_day", "Give the day up to which this value was realised."))
    elif facts.on_day > today:
        problems.append(Problem("on_day", "Value is realised by a day that has come; this one lies ahead."))
    elif facts.on_day.year < 1950:
        problems.append(Problem("on_day", "Give a day from 1950 on."))
    if facts.amount is None:
        problems.append(Problem("amount", "Give the amount."))
    problems += money_problems("amount", facts.amount, facts.currency)
    problems += text_problems("source", facts.source, LINE_LIMIT, one_line=True)
    if not facts.source:
        problems.append(
            Problem("source", "Say where this number comes from, such as a report or a ledger account.")
        )
    return problems + prose_problems("note", facts.note)


def realised_by_currency(values: Iterable[tuple[Decimal, str]]) -> dict[str, Decimal]:
    """The sum of the amounts in each currency. Amounts in different currencies are never added up."""
    sums: dict[str, Decimal] = {}
    for amount, currency in values:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return dict(sorted(sums.items()))


def prose_problems(name: str, text: str) -> list[Problem]:
    """Objections to one Markdown text: what cannot be stored, and what would be too long to read or format."""
    problems = text_problems(name, text, TEXT_LIMIT)
    return problems or [Problem(name, f"This text {reason}") for reason in problems_with_prose(text)]


def money_problems(name: str, amount: Decimal | None, currency: str) -> list[Problem]:
    """Objections to an amount and its ISO 4217 currency, which are stated together or not at all."""
    problems = number_problems(name, amount, most_decimals=_MONEY_DECIMALS)
    if amount is not None and not currency:
        problems.append(Problem("currency", "Name the currency of the amount, such as EUR."))
    elif amount is None and currency:
        problems.append(Problem(name, "Give the amount as well, or clear the currency."))
    if currency and currency not in CURRENCIES:
        problems.append(
            Problem("currency", "Give the three-letter ISO 4217 code of the currency, such as EUR.")
        )
    return problems
