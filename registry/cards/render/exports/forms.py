"""The formats a card is exported in, and for each what of the card it has no place for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from registry.cards.render.exports import cyclonedx, front_matter, omb, toolkit
from registry.cards.render.exports.stated import Stated, everything_stated
from registry.cards.rules.facts import CardFacts


@dataclass(frozen=True, slots=True)
class Form:
    """One format. `carries` holds the numbers of the fields it holds whole, `in_part` of those of which it holds some.

    A format that holds the whole card has no `carries`.
    """

    name: str
    label: str
    ending: str
    media_type: str
    make: Callable[[CardFacts], bytes]
    carries: frozenset[str] | None = None
    in_part: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Export:
    """A card in one format. `left_out` names each stated field the format cannot hold, or holds only in part."""

    content: bytes
    left_out: tuple[str, ...]


FORMS: Final = {
    form.name: form
    for form in (
        Form(
            "markdown",
            "Markdown, with a header for Hugging Face",
            "md",
            "text/markdown; charset=utf-8",
            front_matter.with_front_matter,
        ),
        Form("cyclonedx", "CycloneDX 1.6 (ML-BOM)", "cdx.json", cyclonedx.MEDIA_TYPE, cyclonedx.to_cyclonedx),
        Form(
            "model-card-toolkit",
            "Model Card Toolkit 0.0.2",
            "mct.json",
            "application/json",
            toolkit.to_toolkit,
            toolkit.CARRIES,
            toolkit.IN_PART,
        ),
        Form(
            "omb",
            "Row of the US federal inventory",
            "omb.csv",
            "text/csv; charset=utf-8",
            omb.to_omb,
            omb.CARRIES,
            omb.IN_PART,
        ),
    )
}


def exported(form: Form, facts: CardFacts) -> Export:
    """The card in one format, with the report of what it leaves out. The same facts give the same bytes."""
    return Export(form.make(facts), left_out(facts)[form.name])


def left_out(facts: CardFacts) -> dict[str, tuple[str, ...]]:
    """By format: each stated field it cannot hold whole, as "3.4 Result that makes us stop", in the card's order."""
    stated = tuple(everything_stated(facts))
    return {name: tuple(dict.fromkeys(_lacking(form, stated))) for name, form in FORMS.items()}


def _lacking(form: Form, stated: tuple[Stated, ...]) -> Iterator[str]:
    for each in stated:
        if form.carries is not None and each.number not in form.carries:
            yield f"{each.number} {each.label}{' (in part)' if each.number in form.in_part else ''}"
