"""The print colours of drawings: rules of the stylesheet that name one chart class, as SVG attributes."""

import re
from typing import Final

import tinycss2  # type: ignore[import-untyped]

from registry.output.pdf.purified import Paint


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CHART_CLASS: Final = re.compile(r"\.(chart__[a-z-]+)")
_PRESENTATION: Final = _set_of("""
    fill stroke stroke-width stroke-dasharray stroke-linejoin stroke-linecap opacity fill-opacity
    stroke-opacity font-family font-size font-weight font-style text-anchor letter-spacing
""")


def paint_in(stylesheet: str) -> Paint:
    """Presentation attributes by class, in the order of the sheet, from every rule made of single `.chart__x` names.

    A browser applies the sheet of a page to the drawings inside it. The PDF engine does not, so the same rules are
    written onto the drawings as attributes before it sees them.
    """
    paint: dict[str, dict[str, str]] = {}
    for rule in tinycss2.parse_stylesheet(stylesheet, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        names = [_CHART_CLASS.fullmatch(part.strip()) for part in tinycss2.serialize(rule.prelude).split(",")]
        declarations = {
            each.lower_name: tinycss2.serialize(each.value).strip()
            for each in tinycss2.parse_blocks_contents(rule.content)
            if each.type == "declaration" and each.lower_name in _PRESENTATION
        }
        for name in filter(None, names):
            paint.setdefault(name[1], {}).update(declarations)
    return paint
