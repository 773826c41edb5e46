"""One page of HTML laid out as PDF/A-3a and PDF/UA-1 with WeasyPrint. Imported in the child alone."""

import hashlib
import logging
import zlib
from dataclasses import replace
from datetime import UTC
from functools import cache
from itertools import count
from typing import Any, Final, Self

import cssselect2  # type: ignore[import-untyped]
import pydyf  # type: ignore[import-untyped]
from weasyprint import CSS, HTML, VERSION, Attachment
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.ffi import harfbuzz, pango
from weasyprint.text.fonts import get_hb_object_data
from weasyprint.urls import URLFetcher

from registry.output.pdf.document import FONTS, PdfIdentity, PdfRefused, utc_text
from registry.output.pdf.fetcher import ASSET, OwnFetcher
from registry.output.pdf.frames import Reply, Request
from registry.output.pdf.metadata import plain, xmp_packet
from registry.output.pdf.paint import paint_in
from registry.output.pdf.purified import Paint, level_headings, purify
from registry.output.pdf.tagging import (
    complete_structure,
    drop_empty_resources,
    mark_running_heads,
    state_attachments,
)
from registry.output.places import static_dir

STYLESHEET: Final = "css/print.css"
PRODUCT: Final = "AI registry"
# A drawing that fails is left out by the engine with a line in its log; a card without its chart would lie.
_FAILED_DRAWING: Final = ("Failed to load inline SVG", "Failed to render SVG image")


def compose(request: Request, fetcher: URLFetcher | None = None) -> Reply:
    """The PDF for a request. Raises PdfRefused for a drawing that fails, RecursionError or MemoryError for a bomb."""
    fetcher = fetcher or OwnFetcher()
    with _Listener() as listener:
        document, taken_out = _laid_out(request, fetcher)
        pdf, engine = _written(document, request)
        if lacking := _without_glyph(document):
            # Neither standard lets a page show the box that fonts keep for what they lack (ISO 19005-3, 6.2.11.8).
            request = replace(request, html=request.html.translate(lacking))
            document, taken_out = _laid_out(request, fetcher)
            pdf, engine = _written(document, request)
    for line in listener.lines:
        if line.startswith(_FAILED_DRAWING):
            raise PdfRefused(f"A drawing in the document could not be made ({line}).")
    refused = taken_out + getattr(fetcher, "refused", 0)
    return Reply(pdf, pages=len(document.pages), engine=engine, refused=refused)


def _laid_out(request: Request, fetcher: URLFetcher) -> tuple[Any, int]:
    page = HTML(string=request.html, url_fetcher=fetcher, media_type="print")
    taken_out = purify(page.etree_element, chart_paint())
    level_headings(page.etree_element)
    page.etree_element.set("lang", request.identity.language)
    page.wrapper_element = cssselect2.ElementWrapper.from_html_root(page.etree_element, content_language=None)
    page.base_url = None
    sheet = CSS(url=f"{ASSET}{STYLESHEET}", url_fetcher=OwnFetcher(), media_type="print")
    return page.render(stylesheets=[sheet], pdf_variant="pdf/a-3a", presentational_hints=False), taken_out


def _written(document: Any, request: Request) -> tuple[bytes, str]:
    identity = request.identity
    document.metadata = _metadata(identity)
    engine = ""

    def finish(document: Any, pdf: Any) -> None:
        nonlocal engine
        engine = f"{software()}{FONTS}{_fingerprint(document.fonts.values())}"
        _identify(pdf, identity, engine)
        mark_running_heads(pdf)
        complete_structure(pdf, document)
        state_attachments(pdf, request.attachments)
        drop_empty_resources(pdf)

    written = document.write_pdf(
        pdf_variant="pdf/a-3a",
        pdf_tags=True,
        pdf_identifier=_identifier(identity),
        attachments=[
            Attachment(
                string=each.data,
                name=each.name,
                description=plain(each.description),
                created=identity.created.astimezone(UTC),
                modified=identity.created.astimezone(UTC),
                relationship=each.relationship.value,
            )
            # A name tree is searched by halves, so its names stand in order (ISO 32000-1, 7.9.6).
            for each in sorted(request.attachments, key=lambda each: each.name)
        ],
        finisher=finish,
    )
    return written, engine


def _without_glyph(document: Any) -> dict[int, str]:
    """The characters that no font here can draw, and what is printed for each: its number, such as "[U+1F600]"."""
    lacking = {code for font in document.fonts.values() for code in font.missing}
    return {code: f"[U+{code:04X}]" for code in lacking}


def _metadata(identity: PdfIdentity) -> DocumentMetadata:
    created = utc_text(identity.created)
    return DocumentMetadata(
        title=plain(identity.title),
        authors=[plain(identity.author)],
        description=plain(identity.subject),
        created=created,
        modified=created,
        lang=identity.language,
    )


def _identify(pdf: Any, identity: PdfIdentity, engine: str) -> None:
    tool = f"{PRODUCT} ({engine})"
    pdf.info["Creator"] = pydyf.String(tool)
    packet = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    packet.stream = [xmp_packet(identity, tool, pdf.info["Producer"].string)]
    packet.compress = False  # so that a catalogue which does not read PDF can still find the packet
    pdf.catalog["PageMode"] = "/UseOutlines"


def _identifier(identity: PdfIdentity) -> bytes:
    name = identity.identifier
    return hashlib.sha256(name.encode() if isinstance(name, str) else name).hexdigest()[:32].encode()


@cache
def chart_paint() -> Paint:
    """The print colours of drawings, read from the packaged stylesheet once."""
    return paint_in((static_dir() / STYLESHEET).read_text("utf-8"))


@cache
def software() -> str:
    """The programs whose versions decide the bytes of a PDF, in words."""
    version = pango.pango_version()
    pango_version = f"{version // 10000}.{version // 100 % 100}.{version % 100}"
    parts = [
        f"WeasyPrint {VERSION}",
        f"pydyf {pydyf.VERSION}",
        f"Pango {pango_version}",
        f"HarfBuzz {_harfbuzz()}",
    ]
    return ", ".join([*parts, f"zlib {zlib.ZLIB_RUNTIME_VERSION}"])


def _harfbuzz() -> str:
    # The library answers "at least?" only, so its version is found by asking upwards.
    parts: list[int] = []
    for _ in range(3):
        rest = [0] * (2 - len(parts))
        found = next(n for n in count() if not harfbuzz.hb_version_atleast(*parts, n + 1, *rest))
        parts.append(found)
    return ".".join(map(str, parts))


def _fingerprint(fonts: Any) -> str:
    """The first digits of a hash over the whole font files used: the same files shape and embed the same way."""
    digests = {hashlib.sha256(get_hb_object_data(font.hb_face)).hexdigest() for font in fonts}
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:12]


class _Listener(logging.Handler):
    """Keeps the engine's complaints while one document is made."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def __enter__(self) -> Self:
        logging.getLogger("weasyprint").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)
