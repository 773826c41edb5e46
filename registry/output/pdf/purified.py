"""What of a parsed page may reach the PDF engine: an allow-list of elements, attributes and addresses."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree.ElementTree import Element


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SVG: Final = "{http://www.w3.org/2000/svg}"

# Gone with everything inside: what would run, fetch, style, or embed.
_DROPPED: Final = _set_of("""
    script style link meta base object embed iframe frame frameset noframes applet video audio source
    track canvas template noscript input button select textarea option form portal map area picture
    param dialog slot math
""")
_KEPT: Final = _set_of("""
    html head title body main header footer section article nav aside div span p h1 h2 h3 h4 h5 h6
    hgroup ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td a strong em b i u s
    small code pre blockquote q cite hr br wbr abbr time data sup sub figure figcaption img mark del ins
    kbd samp var address details summary
""")
_KEPT_SVG: Final = _set_of("svg g title desc rect line path circle ellipse polygon polyline text tspan")
_ATTRIBUTES: Final = _set_of("""
    class id lang dir href alt src colspan rowspan scope headers align start reversed value title
    datetime span role hidden
""")
_ATTRIBUTE_FAMILIES: Final = ("aria-", "data-")
_LINK: Final = re.compile(r"(?:https?://|mailto:|#)[^\s]", re.IGNORECASE)
_IMAGE: Final = re.compile(r"(?:data:image/(?:png|jpeg)[;,]|asset:)", re.IGNORECASE)
_LONG_RUN: Final = re.compile(r"[^\s\u200b]{121,}")
_PIECE: Final = re.compile(r".{20}(?=.)")
_ADDRESSES: Final = frozenset(
    {"href", "src", "style", "background", "srcset", "action", "formaction", "poster", "data"}
)
_HEADING: Final = re.compile("h([1-6])")
_HARMLESS_HEAD: Final = frozenset({"meta"})

Paint = Mapping[str, Mapping[str, str]]
"""Presentation attributes by CSS class, in the order in which the stylesheet states them."""


def purify(root: Element, paint: Paint) -> int:
    """Reduce the tree, in place, to text, tables, lists, links, embedded images and plain drawings.

    The stylesheet is the packaged one and no other: style elements, style attributes and linked sheets are gone,
    whoever wrote them. Drawings get their colours here, because the engine does not apply a page's stylesheet inside
    an SVG. Answers how many elements and addresses were taken out.
    """
    taken_out = 0
    waiting = [root]
    while waiting:
        element = waiting.pop()
        unwanted = [child for child in element if _is_dropped(child)]
        _remove(element, unwanted)
        taken_out += sum(isinstance(child.tag, str) and child.tag not in _HARMLESS_HEAD for child in unwanted)
        for child in element:
            tag = str(child.tag)
            if tag.startswith(_SVG):
                _paint(child, paint)
                _describe(child)
            elif tag not in _KEPT:
                child.tag = "span"
            child.text, child.tail = breakable(child.text), breakable(child.tail)
            taken_out += _keep_attributes(child)
            waiting.append(child)
    return taken_out


def level_headings(root: Element) -> None:
    """Raise headings so that no level is left out on the way down, as screen readers need it (ISO 14289-1, 7.4.2).

    Whoever writes a text takes the heading that looks right; those of one level under one heading stay of one level.
    """
    open_headings: list[tuple[int, int]] = []
    for element in root.iter():
        found = _HEADING.fullmatch(str(element.tag))
        if found is None:
            continue
        stated = int(found[1])
        while open_headings and open_headings[-1][0] >= stated:
            open_headings.pop()
        level = open_headings[-1][1] + 1 if open_headings else 1
        open_headings.append((stated, level))
        element.tag = f"h{level}"


def breakable(text: str | None) -> str | None:
    """The text with places to break a line in every run of more than 120 characters without a space.

    The engine's time grows with the square of such a run: five thousand letters without a space cost three seconds.
    Hashes and signatures, which people copy, are shorter and stay as they are.
    """
    return _LONG_RUN.sub(lambda run: _PIECE.sub("\\g<0>\u200b", run[0]), text) if text else text


def _is_dropped(element: Element) -> bool:
    tag = element.tag
    if not isinstance(tag, str):  # comments and processing instructions carry a function as their tag
        return True
    if tag.startswith(_SVG):
        return tag.removeprefix(_SVG) not in _KEPT_SVG
    return tag in _DROPPED or tag.startswith("{")


def _remove(parent: Element, children: Iterable[Element]) -> None:
    for child in children:
        # The text after an element belongs to it in this tree, but not to what is being removed.
        if child.tail:
            before = list(parent).index(child)
            if before:
                parent[before - 1].tail = (parent[before - 1].tail or "") + child.tail
            else:
                parent.text = (parent.text or "") + child.tail
        parent.remove(child)


def _keep_attributes(element: Element) -> int:
    """Remove what may not stay; answers how many addresses and styles were among it."""
    is_kept = _is_kept_drawn if str(element.tag).startswith(_SVG) else _is_kept
    unwanted = [name for name, value in element.attrib.items() if not is_kept(name, value)]
    for name in unwanted:
        del element.attrib[name]
    return sum(name in _ADDRESSES or name.endswith("}href") for name in unwanted)


def _is_kept(name: str, value: str) -> bool:
    if name == "href":
        return bool(_LINK.match(value))
    if name == "src":
        return bool(_IMAGE.match(value))
    return name in _ATTRIBUTES or name.startswith(_ATTRIBUTE_FAMILIES)


def _is_kept_drawn(name: str, value: str) -> bool:
    return not (
        name == "style" or name.startswith("on") or name.endswith("href") or "url(" in value.casefold()
    )


def _paint(element: Element, paint: Paint) -> None:
    classes = element.get("class", "").split()
    for name, attributes in paint.items():
        if name in classes:
            for attribute, value in attributes.items():
                element.set(attribute, value)


def _describe(element: Element) -> None:
    """Let the title of a drawing, which becomes its alternative text, say what its description says too."""
    title, description = element.find(f"{_SVG}title"), element.find(f"{_SVG}desc")
    if title is not None and description is not None and description.text:
        title.text = f"{title.text or ''}. {description.text}".lstrip(". ")
