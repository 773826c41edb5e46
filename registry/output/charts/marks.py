"""SVG elements, escaped and positioned: the only place where charts write markup."""

import re
from typing import Final

from markupsafe import Markup, escape

from registry.output.charts.chart import Severity, Verdict

_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")

WIDTH: Final = 560.0
"""How wide lettered charts are, in their own units; on a page they fill what holds them."""

LETTER: Final = 6.2
"""About how wide one letter is at the size charts are lettered in (10.5 units), for placing labels."""


STRONG: Final = "chart__text-strong"
_BOLDER: Final = 1.12


def words(text: str) -> Markup:
    """Text escaped for XML, without the characters XML cannot carry."""
    return escape(_UNFIT.sub("", text))


def number(value: float) -> str:
    """A coordinate to a tenth of a unit at most two digits long, the same text for the same value everywhere."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def element(tag: str, content: Markup | str = "", **attributes: str | float) -> Markup:
    """One element. `class_` writes class, `text_anchor` writes text-anchor; empty values are left out."""
    parts = []
    for name, value in attributes.items():
        text = number(value) if isinstance(value, (int, float)) else str(value)
        if text:
            parts.append(f' {name.rstrip("_").replace("_", "-")}="{words(text)}"')
    opening = Markup(f"<{tag}{''.join(parts)}")  # noqa: S704 - names are ours, values are escaped above
    if not content:
        return opening + Markup("/>")
    return opening + Markup(">") + words_of(content) + Markup(f"</{tag}>")  # noqa: S704


def words_of(content: Markup | str) -> Markup:
    """Finished markup as it is, plain text escaped."""
    return content if isinstance(content, Markup) else words(content)


def together(*parts: Markup) -> Markup:
    """Several elements as one piece."""
    return Markup("").join(parts)


def drawing(
    name: str, kind: str, size: tuple[float, float], *, title: str, description: str, content: Markup
) -> Markup:
    """The whole SVG. The title comes first, for it becomes the alternative text in print; ids derive from `name`."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a chart; use lower-case letters, digits and hyphens")
    heads = together(
        element("title", title, id=f"{name}-title"), element("desc", description, id=f"{name}-desc")
    )
    return element(
        "svg",
        heads + content,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart chart--{kind}",
        viewBox=f"0 0 {number(size[0])} {number(size[1])}",
        width="100%",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def label(text: str, x: float, y: float, class_: str = "", anchor: str = "middle") -> Markup:
    """Text at a place, shifted so that it stays on the chart."""
    half = len(text) * LETTER / 2 * (_BOLDER if class_ == STRONG else 1)
    if anchor == "middle" and x - half < 0:
        x, anchor = 0.0, "start"
    elif anchor == "middle" and x + half > WIDTH:
        x, anchor = WIDTH, "end"
    return element("text", text, class_=f"chart__text {class_}".rstrip(), x=x, y=y, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", class_=class_, x1=x1, y1=y1, x2=x2, y2=y2)


def box(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    """A filled rectangle."""
    return element("rect", class_=class_, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0))


def verdict_mark(verdict: Verdict, x: float, y: float, hint: str = "", size: float = 4.0) -> Markup:
    """A point whose shape says the verdict: disc, triangle, square, ring or dot. `hint` shows when it is pointed at."""
    shown = element("title", hint) if hint else Markup("")
    class_ = f"chart__point chart__point-{verdict.value.replace('_', '-')}"
    if verdict is Verdict.WARN:
        reach = size * 1.25
        shape = f"{number(x)},{number(y - reach)} {number(x + reach)},{number(y + size)} {number(x - reach)},{number(y + size)}"
        return element("polygon", shown, class_=class_, points=shape)
    if verdict is Verdict.BREACH:
        return element("rect", shown, class_=class_, x=x - size, y=y - size, width=size * 2, height=size * 2)
    radius = size * 0.6 if verdict is Verdict.NO_GUARD_RAIL else size
    return element("circle", shown, class_=class_, cx=x, cy=y, r=radius)


def band_class(severity: Severity) -> str:
    """The class of a guard-rail band."""
    return f"chart__band-{severity.value}"
