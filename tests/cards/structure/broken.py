"""How a copy of a document is broken: the places to break it at and the ways to do so."""

from collections.abc import Callable
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream

Change = Callable[[Pdf], Any]


def element(pdf: Pdf, kind: str) -> Any:
    return next(
        each
        for each in pdf.objects
        if isinstance(each, Dictionary) and each.get("/Type") == "/StructElem" and kind == each.S
    )


def font(pdf: Pdf) -> Any:
    return next(iter(dict(pdf.pages[0].Resources.Font).values()))


def link(pdf: Pdf) -> Any:
    return next(each for page in pdf.pages for each in page.get("/Annots", []))


def state(pdf: Pdf) -> Any:
    return next(iter(dict(pdf.pages[0].Resources.ExtGState).values()))


def packet(old: bytes, new: bytes) -> Change:
    def change(pdf: Pdf) -> None:
        written = pdf.Root.Metadata.read_bytes()
        assert old in written
        pdf.Root.Metadata.write(written.replace(old, new))

    return change


def page(old: bytes, new: bytes) -> Change:
    def change(pdf: Pdf) -> None:
        written = pdf.pages[0].Contents.read_bytes()
        assert old in written
        pdf.pages[0].Contents = Stream(pdf, written.replace(old, new, 1))

    return change


def behind(more: bytes) -> Change:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, pdf.pages[0].Contents.read_bytes() + more)

    return change


def put(of: Callable[[Pdf], Any], key: str, value: Any) -> Change:
    def change(pdf: Pdf) -> None:
        holder = of(pdf)
        holder[key] = value(pdf) if callable(value) else value

    return change


def out(of: Callable[[Pdf], Any], key: str) -> Change:
    def change(pdf: Pdf) -> None:
        holder = of(pdf)
        del holder[key]

    return change


def root(pdf: Pdf) -> Any:
    return pdf.Root


def first_page(pdf: Pdf) -> Any:
    return pdf.pages[0]


def of(kind: str) -> Callable[[Pdf], Any]:
    return lambda pdf: element(pdf, kind)


def attributes(kind: str) -> Callable[[Pdf], Any]:
    return lambda pdf: element(pdf, kind).A


def attached(pdf: Pdf) -> Any:
    return pdf.Root.AF[0]


def inner(pdf: Pdf) -> Any:
    return font(pdf).DescendantFonts[0]


def intent(pdf: Pdf) -> Any:
    return pdf.Root.OutputIntents[0]


def stream(**keys: Any) -> Callable[[Pdf], Any]:
    return lambda pdf: pdf.make_indirect(Stream(pdf, b"", **keys))


def wider(pdf: Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, Dictionary) and "/W" in each:
            each.W[1][0] = 5


def shorter_row(pdf: Pdf) -> None:
    row = element(pdf, "/TR")
    row.K = Array(list(row.K)[:-1])


def forgotten_meaning(pdf: Pdf) -> None:
    font(pdf).ToUnicode.write(font(pdf).ToUnicode.read_bytes().replace(b"beginbfchar", b"", 1))


def annotation(**keys: Any) -> Change:
    def change(pdf: Pdf) -> None:
        made = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], F=4, **keys)
        pdf.pages[0].Annots = Array([*pdf.pages[0].get("/Annots", []), pdf.make_indirect(made)])

    return change


def bookmark_to_nowhere(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root[0].title = ""
