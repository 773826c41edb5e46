"""What the PDF engine leaves undone: running heads as artifacts, each attachment stated once and as it was asked."""

from collections.abc import Iterator, Sequence
from typing import Any

import pydyf  # type: ignore[import-untyped]

from registry.output.pdf.document import Attached, PdfRefused


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
