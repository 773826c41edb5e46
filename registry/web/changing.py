"""Changes through the JSON door: the facts with the given fields changed and the others as they stand; the reason a step takes."""

from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

Facts = TypeVar("Facts")


class Because(BaseModel):
    """The reason for a step, in the words of whoever takes it."""

    model_config = ConfigDict(extra="forbid")

    because: str


def applied(change: BaseModel, facts: Facts) -> Facts:
    """The facts (a dataclass) with every field that was sent changed; a list becomes the tuple that facts hold."""
    sent = {name: getattr(change, name) for name in change.model_fields_set}
    told: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}
    return replace(facts, **told)  # type: ignore[type-var]


def stated(sent: BaseModel) -> dict[str, Any]:
    """Everything a new record states, lists as tuples, what was left out by its default."""
    told = {name: getattr(sent, name) for name in type(sent).model_fields}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
