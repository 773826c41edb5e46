"""What a result comes to as plain values, so that a run can be read for as long as it is kept, and back again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.classification.rules.comparing import Scored
from registry.classification.rules.questionnaire import Outcome
from registry.classification.rules.scoring import Found, Held, Led, Owed, Result, Starts
from registry.systems.rules.record import Tier


@dataclass(frozen=True, slots=True)
class Stated:
    """What a run states: outcomes, roles and duties, in words."""

    found: tuple[Found, ...]
    roles: tuple[Held, ...]
    duties: tuple[Owed, ...]

    @property
    def outcomes(self) -> frozenset[Outcome]:
        return frozenset(each.outcome for each in self.found)


def stated(result: Result) -> Stated:
    """What a run made from this result states."""
    return Stated(result.found, result.roles, result.duties)


def written(what: Stated) -> dict[str, Any]:
    """As JSON."""
    return {
        "outcomes": [
            {
                "outcome": each.outcome.value,
                "article": each.article,
                "says": each.says,
                "applies": _starts(each.applies),
                "led_by": _led(each.led_by),
            }
            for each in what.found
        ],
        "roles": [
            {"role": each.role, "article": each.article, "says": each.says, "led_by": _led(each.led_by)}
            for each in what.roles
        ],
        "duties": [
            {
                "id": each.id,
                "article": each.article,
                "title": each.title,
                "says": each.says,
                "roles": list(each.roles),
                "outcomes": [one.value for one in each.outcomes],
                "applies": _starts(each.applies),
            }
            for each in what.duties
        ],
    }


def _starts(applies: tuple[Starts, ...]) -> list[dict[str, Any]]:
    return [{"from": each.on.isoformat() if each.on else None, "says": each.says} for each in applies]


def _led(led: tuple[Led, ...]) -> list[dict[str, str]]:
    return [{"question": each.question, "text": each.text, "answer": each.answer} for each in led]


def read_back(content: Mapping[str, Any]) -> Stated:
    """From JSON."""
    return Stated(
        tuple(
            Found(
                Outcome(each["outcome"]),
                each["article"],
                each["says"],
                _starts_back(each["applies"]),
                _led_back(each["led_by"]),
            )
            for each in content["outcomes"]
        ),
        tuple(
            Held(each["role"], each["article"], each["says"], _led_back(each["led_by"]))
            for each in content["roles"]
        ),
        tuple(
            Owed(
                each["id"],
                each["article"],
                each["title"],
                each["says"],
                tuple(each["roles"]),
                tuple(Outcome(one) for one in each["outcomes"]),
                _starts_back(each["applies"]),
            )
            for each in content["duties"]
        ),
    )


def _starts_back(applies: list[dict[str, Any]]) -> tuple[Starts, ...]:
    return tuple(
        Starts(date.fromisoformat(each["from"]) if each["from"] else None, each["says"]) for each in applies
    )


def _led_back(led: list[dict[str, str]]) -> tuple[Led, ...]:
    return tuple(Led(**each) for each in led)


def scored(what: Stated, tier: Tier | None) -> Scored:
    """What a run, or a result, is compared by."""
    return Scored(
        tier,
        {(each.article, each.says): each.applies for each in what.found},
        {each.id: each for each in what.duties},
        frozenset(each.role for each in what.roles),
    )
