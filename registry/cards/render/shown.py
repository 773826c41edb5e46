"""A composed card made ready for its templates: texts as safe HTML, fields in runs, drawings in place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from types import NoneType
from typing import Any, Final, Literal

from markupsafe import Markup

from registry.cards.render.brief import Brief, brief_of
from registry.cards.render.drawings import drawings
from registry.cards.rules.compose import compose
from registry.cards.rules.control import COMPLETENESS_CHART
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.shapes import (
    NOT_STATED,
    Card,
    Digest,
    Field,
    Group,
    Items,
    Links,
    Prose,
    Section,
    Table,
)
from registry.kernel.text import shortened
from registry.output.charts.chart import Chart
from registry.output.markdown import to_html
from registry.systems.rules.record import is_web_address

Kind = Literal["text", "prose", "digest", "items", "links", "table", "absent"]

_KINDS: Final[dict[type[Any], Kind]] = {
    str: "text",
    Prose: "prose",
    Digest: "digest",
    Items: "items",
    Links: "links",
    Table: "table",
    NoneType: "absent",
}
_HEADING: Final = re.compile(r"<(/?)h[2-6]>")
_LONGEST_BESIDE_LABEL: Final = 420
_SUMMARY_LENGTH: Final = 330


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field: which kind of value it has, and the value as the template prints it."""

    number: str
    label: str
    kind: Kind
    value: Any
    absent: str


@dataclass(frozen=True, slots=True)
class Run:
    """Fields that stand together as a list of terms, or one that needs the full width."""

    wide: bool
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Lacking:
    """What nobody has stated: the fields that must be filled in, and the others."""

    required: tuple[Field, ...]
    other: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One metric or source."""

    title: str
    chart: Chart | None
    runs: tuple[Run, ...]
    lacking: Lacking


@dataclass(frozen=True, slots=True)
class ShownSection:
    """One section."""

    number: int
    title: str
    statement: str
    runs: tuple[Run, ...]
    lacking: Lacking
    groups: tuple[ShownGroup, ...]
    not_kept: tuple[Field, ...]
    not_then: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the templates of a card are given."""

    facts: CardFacts
    card: Card
    sections: tuple[ShownSection, ...]
    completeness: Chart
    brief: Brief


def shown(facts: CardFacts, sha256: str = "") -> Shown:
    """The card of these facts, ready to be printed on paper or on a page; `sha256` as compose() takes it."""
    card = compose(facts, sha256)
    drawn = drawings(facts, card)
    return Shown(
        facts=facts,
        card=card,
        sections=tuple(_section(section, drawn) for section in card.sections),
        completeness=drawn[COMPLETENESS_CHART],
        brief=brief_of(facts, card, _in_brief(facts)),
    )


def html_of(text: str) -> Markup:
    """A Markdown text as HTML that adds nothing to the outline of the card, and is never blank."""
    html = to_html(text)
    if not html.striptags().strip():
        # Valid Markdown that shows nothing, such as a lone link definition, is printed as it was typed.
        return Markup("<pre>{}</pre>").format(text)
    return Markup(_HEADING.sub(lambda found: "</strong></p>" if found[1] else "<p><strong>", html))  # noqa: S704 - cleaned by to_html


def _in_brief(facts: CardFacts) -> str | None:
    problem = facts.objective.problem if facts.objective else ""
    return shortened(html_of(problem).striptags(), _SUMMARY_LENGTH) if problem.strip() else None


def _section(section: Section, drawn: dict[str, Chart]) -> ShownSection:
    return ShownSection(
        section.number,
        section.title,
        section.statement,
        _runs(section.printed),
        _lacking(section.printed),
        tuple(_group(group, drawn) for group in section.groups),
        section.not_kept,
        section.not_then,
    )


def _group(group: Group, drawn: dict[str, Chart]) -> ShownGroup:
    chart = drawn[group.chart] if group.chart else None
    return ShownGroup(group.title, chart, _runs(group.fields), _lacking(group.fields))


def _lacking(fields: Sequence[Field]) -> Lacking:
    absent = [field for field in fields if _is_told_together(field)]
    return Lacking(
        tuple(field for field in absent if field.counts), tuple(field for field in absent if not field.counts)
    )


def _is_told_together(field: Field) -> bool:
    """Whether the field has nothing to say but that it is not stated; such fields are named in one sentence."""
    return not field.is_stated and not field.tabled and field.absent == NOT_STATED


def _runs(fields: Sequence[Field]) -> tuple[Run, ...]:
    kept = [field for field in fields if not field.tabled and not _is_told_together(field)]
    runs: list[Run] = []
    for wide, together in groupby(kept, _is_wide):
        ready = [_field(field) for field in together]
        runs += [Run(wide, (each,)) for each in ready] if wide else [Run(wide, tuple(ready))]
    return tuple(runs)


def _is_wide(field: Field) -> bool:
    value = field.value
    if isinstance(value, Prose):
        return len(value.text) > _LONGEST_BESIDE_LABEL or "|" in value.text
    return isinstance(value, (Table, Items))


def _field(field: Field) -> ShownField:
    value: Any = field.value
    if isinstance(value, Prose):
        value = html_of(value.text)
    elif isinstance(value, Digest):
        value = value.text
    elif isinstance(value, Links):
        value = [(link.label, link.url, is_web_address(link.url)) for link in value.links]
    return ShownField(field.number, field.label, _KINDS[type(field.value)], value, field.absent)
