"""Markdown to safe HTML: raw HTML shown as text, links limited to http(s) and mailto."""

import re
from typing import Final
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from registry.kernel.prose import problems_with_prose

_BLOCKS: Final = {"p", "br", "hr", "pre", "blockquote", "ul", "ol", "li", "dl", "dt", "dd"}
_TABLES: Final = {"table", "thead", "tbody", "tr", "th", "td"}
_TAGS: Final = _BLOCKS | _TABLES | {"h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "a"}
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}}
_SCHEMES: Final = {"http", "https", "mailto"}
_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HEADING: Final = re.compile(r"h([1-6])")


def to_html(text: str, top_heading: int = 3) -> Markup:
    """The text as HTML that holds nothing but paragraphs, lists, tables, code, emphasis and safe links.

    A heading of the first level becomes one of `top_heading` (2 to 6), so that a text keeps its place in the outline
    of the page around it. Raw HTML and images are shown as they were typed. Takes any text and never fails: one beyond the limits that `problems_with_markdown` states is shown unformatted, as typed.
    """
    text = _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not problems_with_prose(text):
        try:
            return Markup(_cleaned(_converted(text, top_heading)))  # noqa: S704 - cleaned on this line
        except RecursionError:
            pass
    return Markup("<pre>{}</pre>").format(text)


def problems_with_markdown(text: str) -> list[str]:
    """Why the text should not be kept as it is, in plain words; nothing when `to_html` will format it."""
    problems = problems_with_prose(text)
    if not problems:
        try:
            _converted(text, 3)
        except RecursionError:
            problems.append("nests lists or quotations too deeply to be formatted.")
    return problems


def _converted(text: str, top_heading: int) -> str:
    # A converter keeps state between texts (link references), so each text gets its own.
    return Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "def_list", _House(top_heading)],
        extension_configs={"tables": {"use_align_attribute": True}},
    ).convert(text)


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """The attribute's value, or None to drop it. The cleaner's own list lets addresses without a scheme pass."""
    if attribute == "href":
        return value if _LINK.match(value) else None
    if attribute == "align":
        return value if value in {"left", "center", "right"} else None
    return value


class _House(Extension):
    """What this house changes in Markdown: no raw HTML, no images, headings lowered."""

    def __init__(self, top_heading: int) -> None:
        super().__init__()
        self.lowered_by = top_heading - 1

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is the library's
        md.preprocessors.deregister("html_block")
        for pattern in ("html", "image_link", "image_reference", "short_image_ref"):
            md.inlinePatterns.deregister(pattern)
        md.treeprocessors.register(_LowerHeadings(md, self.lowered_by), "lower_headings", 5)


class _LowerHeadings(Treeprocessor):
    def __init__(self, md: Markdown, lowered_by: int) -> None:
        super().__init__(md)
        self.lowered_by = lowered_by

    def run(self, root: Element) -> None:
        for element in root.iter():
            found = _HEADING.fullmatch(str(element.tag))
            if found:
                element.tag = f"h{min(6, int(found[1]) + self.lowered_by)}"
