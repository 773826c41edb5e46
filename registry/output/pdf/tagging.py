"""What the PDF engine leaves undone: running heads as artifacts, heads and lists and figures in full, attachments stated once."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from registry.output.pdf.document import Attached, PdfRefused

_NUMBERINGS: Final = {
    "disc": "/Disc",
    "circle": "/Circle",
    "square": "/Square",
    "decimal": "/Decimal",
    "lower-roman": "/LowerRoman",
    "upper-roman": "/UpperRoman",
    "lower-alpha": "/LowerAlpha",
    "upper-alpha": "/UpperAlpha",
}
_POINTS_IN_PIXEL: Final = 0.75


def mark_running_heads(pdf: Any) -> None:
    """Mark what is printed in page margins as pagination, so that a screen reader does not read it on every page.

    The engine draws margin boxes as tagged text whose structure elements hang from nothing. PDF/UA asks that text is
    either in the structure tree or an artifact (ISO 14289-1, 7.1 and 7.8); here it becomes the second.
    """
    elements = {obj.number: obj for obj in pdf.objects if _type_of(obj) == "/StructElem"}
    loose = [elements[number] for number in sorted(elements.keys() - _reachable(pdf, elements))]
    parents = _parents_by_page(pdf)
    for element in loose:
        page = pdf.objects[_number(element["Pg"])]
        for mark in (kid for kid in element["K"] if isinstance(kid, int)):
            _make_artifact(pdf.objects[_number(page["Contents"])], mark)
            parents[page["StructParents"]][mark] = "null"
    for element in loose:
        element.clear()


def _reachable(pdf: Any, elements: dict[int, Any]) -> set[int]:
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    seen: set[int] = set()
    waiting = [_number(kid) for kid in root["K"]]
    while waiting:
        number = waiting.pop()
        seen.add(number)
        kids = elements[number]["K"] if number in elements else []
        waiting.extend(_number(kid) for kid in kids if isinstance(kid, bytes))
    return seen


def _parents_by_page(pdf: Any) -> dict[int, Any]:
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    numbers = pdf.objects[_number(root["ParentTree"])]["Nums"]
    return dict(zip(numbers[::2], numbers[1::2], strict=True))


def _make_artifact(stream: Any, mark: int) -> None:
    # Margins are drawn after the page, so their marks stand near the end.
    for index in range(len(stream.stream) - 1, 0, -1):
        item = stream.stream[index]
        if isinstance(item, pydyf.Dictionary) and item.get("MCID") == mark:
            stream.stream[index - 1 : index + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]
            return


def complete_structure(pdf: Any, document: Any) -> None:
    """State what the engine's structure leaves open, as PDF/UA and PDF ask.

    Which cells each head is the head of (ISO 14289-1, 7.5), how lists are numbered (7.6), where on its page a figure is
    (ISO 32000-1, 14.8.5.4.3, in points from below: the engine counts pixels from above), and the list of named elements
    that a tree with names must have (14.7.2).
    """
    elements = {obj.number: obj for obj in pdf.objects if _type_of(obj) == "/StructElem"}
    for each in elements.values():
        if each["S"] == "/TH":
            each["A"]["Scope"] = _scope(each, elements)
        elif each["S"] == "/Figure":
            each["A"]["BBox"] = _in_points(each["A"]["BBox"], pdf.objects[_number(each["Pg"])]["MediaBox"])
    _number_lists([each for each in elements.values() if each["S"] == "/L"], document)
    named = {each["ID"].string: each.reference for each in elements.values() if "ID" in each}
    if named:
        names = [part for name in sorted(named) for part in (pydyf.String(name), named[name])]
        listed = pydyf.Dictionary({"Names": pydyf.Array(names)})
        pdf.add_object(listed)
        pdf.objects[_number(pdf.catalog["StructTreeRoot"])]["IDTree"] = listed.reference


def _scope(head: Any, elements: dict[int, Any]) -> str:
    row = elements[_number(head["P"])]
    cells = [elements[_number(kid)]["S"] for kid in row["K"]]
    heads_columns = elements[_number(row["P"])]["S"] == "/THead" or (len(cells) > 1 and set(cells) == {"/TH"})
    return "/Column" if heads_columns else "/Row"


def _in_points(box: Any, page: Any) -> Any:
    left, top, right, bottom = (float(each) * _POINTS_IN_PIXEL for each in box)
    return pydyf.Array((left, page[3] - bottom, right, page[3] - top))


def _number_lists(lists: list[Any], document: Any) -> None:
    # Elements carry nothing of the boxes they were made from, but are made in the order of the boxes.
    kinds = [
        box.style["list_style_type"] if box.element_tag in {"ul", "ol"} else ""
        for page in document.pages
        for box in _boxes_below(page._page_box)  # noqa: SLF001 - the engine keeps them nowhere else
        if box.element_tag in {"ul", "ol", "dl"}
    ]
    if len(kinds) == len(lists):
        for each, kind in zip(lists, kinds, strict=True):
            if kind in _NUMBERINGS:
                each["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": _NUMBERINGS[kind]})


def _boxes_below(box: Any) -> Iterator[Any]:
    """The boxes that become elements, in their order: lines and what stands in them do not."""
    if isinstance(box, AbsolutePlaceholder):
        box = box._box  # noqa: SLF001 - likewise
    if not isinstance(box, boxes.LineBox):
        yield box
    for child in getattr(box, "children", ()):
        if not isinstance(child, boxes.TextBox):
            yield from _boxes_below(child)


def state_attachments(pdf: Any, attachments: Sequence[Attached]) -> None:
    """Give each attached file its media type and relationship, and list it once among the associated files."""
    wanted = {each.name: each for each in attachments}
    for file in (obj for obj in pdf.objects if _type_of(obj) == "/Filespec"):
        each = wanted.get(file["UF"].string)
        if each is None:
            raise PdfRefused("The document tries to carry a file that nobody attached to it.")
        file["AFRelationship"] = f"/{each.relationship}"
        content = pdf.objects[_number(file["EF"]["F"])]
        content.extra["Subtype"] = "/" + "".join(_name_characters(each.mime))
    if "AF" in pdf.catalog:
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def drop_empty_resources(pdf: Any) -> None:
    """Take out the empty pattern and shading lists that the engine writes on every page."""
    for obj in pdf.objects:
        if isinstance(obj, dict):
            for name in ("Pattern", "Shading"):
                if name in obj and not obj[name]:
                    del obj[name]


def _name_characters(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isalnum() or character in ".-" else f"#{ord(character):02x}"


def _type_of(obj: Any) -> str | None:
    return obj.get("Type") if isinstance(obj, dict) else None


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
