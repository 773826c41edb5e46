"""Hypothesis: any CardFacts, built from the types of its fields, with texts that would like to be more than text."""

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from hypothesis import Phase, settings
from hypothesis import strategies as st

from registry.cards.rules.facts import DRAFT, CardFacts, Edition
from registry.packs.rules import PATTERNS

HOSTILE = (
    "<script>alert(1)</script>",
    "</td></tr></table><h1>Approved</h1>",
    '<img src=x onerror="alert(1)">',
    "![x](http://127.0.0.1/x.png)",
    "[x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x](data:text/html,<script>1</script>)",
    "<javascript:alert(1)>",
    "# A heading\n\n## 13 Incidents\n\nNone.",
    "A\n===\n\nB\n---",
    "```\nunclosed",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "--- \n***\n> quoted\n- listed\n1. counted",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eerobmoc\u202c \u2028line \x85next \x0bup",
    "null\x00 and bell\x07",
    "&lt;b&gt; &amp; <b>",
    "line one\nline two\r\nline three\rline four",
    " \u200b\u00a0 ",
    "*_`~|\\",
    "https://a.example/?q=1&x=<y>",
)

TEXT = st.one_of(st.just(""), st.sampled_from(HOSTILE), st.text(max_size=30))
_OF_TYPE = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(0, 10**10),
    Decimal: st.decimals(min_value=-(10**12), max_value=10**12, places=3),
    date: st.dates(date(1950, 1, 1), date(2200, 1, 1)),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
}
# What the registry makes itself and nobody types.
_MADE = {
    "key": st.integers(1, 99_999).map(lambda number: f"AI-{number:04d}"),
    "leaf": st.just("3f9a" * 16),
    "slug": st.sampled_from(["a", "waiting-time"]),
    "pattern": st.sampled_from(sorted(PATTERNS)),
}


def of_type(kind: typing.Any) -> st.SearchStrategy:
    """Any value of a type as it stands in an annotation."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return st.one_of(
            *(st.none() if each is types.NoneType else of_type(each) for each in reversed(inner))
        )
    if origin is tuple:
        return st.lists(of_type(inner[0]), max_size=2).map(tuple)
    if kind is Edition:
        return st.just(DRAFT)
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return st.builds(
            kind,
            **{
                each.name: _MADE[each.name] if each.name in _MADE else of_type(hints[each.name])
                for each in fields(kind)
            },
        )
    if issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    return _OF_TYPE[kind]


ANY_FACTS = of_type(CardFacts)

# Shrinking a whole record takes minutes; what fails is told by the assertion, not by the smallest record.
QUICK = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
