"""A printed card taken apart: its bytes, its objects, what is drawn on its pages, and its structure."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pikepdf
from lxml import etree
from pikepdf import Array, Dictionary, Name, Stream

Problems = Iterator[str]


@dataclass(frozen=True)
class Check:
    """What looks at one thing, and the clauses that ask for it: "A 6.1.3" of ISO 19005-3, "UA 7.1" of ISO 14289-1."""

    name: str
    clauses: tuple[str, ...]
    run: Callable[["Opened"], Problems]


CHECKS: dict[str, Check] = {}


def asked_by(*clauses: str) -> Callable[[Callable[["Opened"], Problems]], Callable[["Opened"], Problems]]:
    def kept(run: Callable[["Opened"], Problems]) -> Callable[["Opened"], Problems]:
        CHECKS[run.__name__] = Check(run.__name__, clauses, run)
        return run

    return kept


@dataclass(frozen=True)
class Element:
    """One structure element: its type, its parent's, the kids that are elements themselves."""

    kind: str
    parent: "Element | None"
    obj: Any
    kids: list["Element"] = field(default_factory=list)

    def attribute(self, name: str) -> Any:
        owners = self.obj.get("/A", [])
        for each in owners if isinstance(owners, Array) else [owners]:
            if isinstance(each, Dictionary) and name in each:
                return each[name]
        return None

    def below(self, kind: str) -> Iterator["Element"]:
        for kid in self.kids:
            if kid.kind == kind:
                yield kid
            yield from kid.below(kind)


@dataclass(frozen=True)
class Drawn:
    """One instruction of a content stream, with the mark around it: a number, "artifact", or None for neither."""

    operator: str
    operands: list[Any]
    mark: int | str | None
    depth: int
    marks: int


@dataclass(frozen=True)
class Sheet:
    """What is drawn on a page or in a form, and the resources it names."""

    name: str
    obj: Any
    resources: Any
    drawn: list[Drawn]


class Opened:
    def __init__(self, raw: bytes, change: Callable[[pikepdf.Pdf], Any] | None = None) -> None:
        self.raw = raw
        self.pdf = pikepdf.open(io.BytesIO(raw))
        if change is not None:
            change(self.pdf)
        self.root = self.pdf.Root

    @cached_property
    def values(self) -> list[Any]:
        """Every value in the file, however deep it lies, each once."""
        found: list[Any] = []
        waiting = [*self.pdf.objects, self.pdf.trailer]
        while waiting:
            each = waiting.pop()
            found.append(each)
            if isinstance(each, Array):
                inside = list(each)
            elif isinstance(each, Dictionary | Stream):
                inside = [value for _, value in each.items()]
            else:
                continue
            waiting += [one for one in inside if not (isinstance(one, pikepdf.Object) and one.is_indirect)]
        return found

    @property
    def dictionaries(self) -> list[Any]:
        return [each for each in self.values if isinstance(each, Dictionary | Stream)]

    @cached_property
    def packet(self) -> Any:
        return etree.fromstring(self.root.Metadata.read_bytes())

    @cached_property
    def elements(self) -> list[Element]:
        """Every structure element in reading order."""
        found: list[Element] = []
        roles = {str(key): str(value) for key, value in self.root.StructTreeRoot.get("/RoleMap", {}).items()}

        def walk(obj: Any, parent: Element | None) -> None:
            kind = str(obj.S)
            element = Element(roles.get(kind, kind).removeprefix("/"), parent, obj)
            found.append(element)
            if parent is not None:
                parent.kids.append(element)
            for kid in kids_of(obj):
                if isinstance(kid, Dictionary) and "/S" in kid:
                    walk(kid, element)

        for kid in kids_of(self.root.StructTreeRoot):
            walk(kid, None)
        return found

    def of_kind(self, *kinds: str) -> list[Element]:
        return [each for each in self.elements if each.kind in kinds]

    @cached_property
    def sheets(self) -> list[Sheet]:
        pages = [
            Sheet(f"page {number}", page.obj, page.obj.get("/Resources"), list(drawn_on(page)))
            for number, page in enumerate(self.pdf.pages, 1)
        ]
        forms = [
            Sheet(f"form {each.objgen[0]}", each, each.get("/Resources"), list(drawn_on(each)))
            for each in self.pdf.objects
            if isinstance(each, Stream) and each.get("/Subtype") == "/Form"
        ]
        return [*pages, *forms]

    @property
    def annotations(self) -> list[tuple[Any, Any]]:
        return [(page, each) for page in self.pdf.pages for each in page.get("/Annots", [])]

    @cached_property
    def parents(self) -> dict[int, Any]:
        """The parent tree: what a number of a page or an annotation stands for."""
        numbers = list(self.root.StructTreeRoot.ParentTree.Nums)
        return {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}

    @cached_property
    def fonts(self) -> list[Any]:
        return [
            each for each in self.dictionaries if each.get("/Type") == "/Font" and "/ToUnicode" in each
        ] + [
            each
            for each in self.dictionaries
            if each.get("/Type") == "/Font" and "/ToUnicode" not in each and "/DescendantFonts" in each
        ]

    @cached_property
    def codes(self) -> dict[tuple[int, int], set[int]]:
        """The codes of two bytes that are shown, by font."""
        shown: dict[tuple[int, int], set[int]] = {}
        for sheet in self.sheets:
            font = None
            for each in sheet.drawn:
                if each.operator == "Tf":
                    font = sheet.resources.Font[str(each.operands[0])].objgen
                    shown.setdefault(font, set())
                elif each.operator in {"Tj", "TJ"}:
                    pieces = each.operands[0] if each.operator == "TJ" else each.operands
                    for piece in pieces:
                        if isinstance(piece, pikepdf.String):
                            text = bytes(piece)
                            shown[font] |= {
                                int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2)
                            }
        return shown


def words(text: str) -> set[str]:
    return set(text.split())


def kids_of(obj: Any) -> list[Any]:
    kids = obj.get("/K", [])
    return list(kids) if isinstance(kids, Array) else [kids]


def drawn_on(sheet: Any) -> Iterator[Drawn]:
    marks: list[int | str | None] = []
    depth = 0
    for each in pikepdf.parse_content_stream(sheet):
        operator, operands = str(each.operator), list(each.operands)
        depth += {"q": 1, "Q": -1}.get(operator, 0)
        if operator in {"BMC", "BDC"}:
            inside = (
                operands[1].get("/MCID")
                if operator == "BDC" and isinstance(operands[1], Dictionary)
                else None
            )
            marks.append("artifact" if operands[0] == "/Artifact" else inside)
        mark = next((one for one in reversed(marks) if one is not None), None)
        yield Drawn(operator, operands, int(mark) if isinstance(mark, int) else mark, depth, len(marks))
        if operator == "EMC":
            marks.pop()


def text_at(packet: Any, path: str) -> str:
    return str(packet.xpath(f"string(//{path})", namespaces=NAMES))


def unicode_map(font: Any) -> dict[int, str]:
    """What a ToUnicode map says of each code."""
    said: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", font.ToUnicode.read_bytes(), re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
            said[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return said


NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "ext": "http://www.aiim.org/pdfa/ns/extension/",
    "schema": "http://www.aiim.org/pdfa/ns/schema#",
    "property": "http://www.aiim.org/pdfa/ns/property#",
}

__all__ = [
    "CHECKS",
    "NAMES",
    "Array",
    "Dictionary",
    "Name",
    "Opened",
    "Problems",
    "Stream",
    "asked_by",
    "text_at",
]
