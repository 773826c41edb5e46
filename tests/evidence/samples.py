"""Files as people send them, and as nobody should: made in code, a few hundred bytes each."""

import io
import zipfile
import zlib
from typing import IO

from registry.evidence.actions import ROOM, Arrived
from registry.store.files import Files

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
TEXT = "Prüfbericht: 40 von 40 Fällen bestanden.\n".encode()
SHEET = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORDS = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
QUOTA = 1_000_000
LIMIT = 100_000


def png(extra: bytes = b"", width: int = 1, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

    head = chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + b"\x08\x00\x00\x00\x00")
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\x00\x00")) + chunk(b"IEND", b"") + extra
    )


def jpeg(width: int = 40, height: int = 30, before: bytes = b"") -> bytes:
    """A JPEG as far as anybody looks who does not unpack it: what stands `before` its frame, the frame, and its end."""
    frame = b"\xff\xc2\x00\x11\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" + b"\x01\x22\x00" * 3
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF"
        + b"\x01" * 10
        + before
        + frame
        + b"\xff\xda"
        + b"\x01" * 40
        + b"\xff\xd9"
    )


def office(
    main: bytes = SHEET, parts: dict[str, bytes] | None = None, packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packed) as archive:
        archive.writestr("[Content_Types].xml", b'<Types><Override ContentType="' + main + b'"/></Types>')
        archive.writestr("_rels/.rels", b"<Relationships/>")
        for name, content in (parts or {"xl/workbook.xml": b"<workbook/>"}).items():
            archive.writestr(name, content)
    return written.getvalue()


BOMB = office(parts={"xl/media/a.bin": b"\x00" * 30_000_000})
# What must leave no trace: its name, its bytes, and words of the sentence that refuses it.
HOSTILE = {
    "an SVG with a script": ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "HTML, SVG or XML"),
    "HTML named as a PDF": ("report.pdf", b"\n <!DOCTYPE html><script>alert(1)</script>", "HTML, SVG or XML"),
    "a PDF that is also HTML": ("report.pdf", b"%PDF-1.7\n<html><script>1</script>\n%%EOF", "two kinds at once"),
    "HTML that is also a PDF": ("report.pdf", b"hello %PDF-1.7\n%%EOF\n", "two kinds at once"),
    "a PDF that is also an archive": ("report.pdf", PDF + office(), "two kinds at once"),
    "a picture with an archive and a line behind it": ("a.jpg", b"\xff\xd8\xff\xe0\xff\xd9" + office() + b"\n\xff\xd9", "two kinds at once"),
    "a PDF with an archive before its end": ("a.pdf", b"%PDF-1.4\n" + office() + b"\n%%EOF\n", "two kinds at once"),
    "a picture that ends in something else": ("a.jpg", b"\xff\xd8\xff\xe0\xff\xd9 and more", "damaged or cut off"),
    "a document with a program beside it": ("a.xlsx", office(parts={"xl/workbook.xml": b"1", "evil.exe": b"MZ"}), "This is an archive"),
    "an archive that calls itself a document": ("a.docx", office(WORDS, {"xl/workbook.xml": b"1"}), "This is an archive"),
    "an archive that unpacks to far more": ("sheet.xlsx", BOMB, "unpack to far more"),
    "a name out of its folder": ("../../etc/passwd.txt", TEXT, "leads out of its folder"),
    "a name with NUL": ("a\x00.txt", TEXT, "characters that no name has"),
    "a name without end": ("a" * 300 + ".txt", TEXT, "more than 200 characters"),
    "text named as a PDF": ("report.pdf", TEXT, "named .pdf, but what it holds is text"),
    "a picture named as text": ("report.csv", png(), "what it holds is PNG"),
    "a picture with something behind it": ("a.png", png(b"<script>"), "damaged or cut off"),
    "a picture of very many pixels": ("a.png", png(width=100_000, height=1_001), "more than 100 million pixels"),
    "a photograph of very many pixels": ("a.jpg", jpeg(65_000, 1_600), "more than 100 million pixels"),
    "a photograph with its size behind a long comment": (
        "a.jpg", jpeg(65_000, 65_000, b"\xff\xff\xfe\xff\xff" + b"\x01" * 65_533), "more than 100 million pixels"
    ),
    "a photograph that says no size": ("a.jpg", jpeg(40, 0), "damaged or cut off"),
    "a photograph without a frame": ("a.jpg", b"\xff\xd8\xff\xda" + b"\x01" * 40 + b"\xff\xd9", "damaged or cut off"),
    "a picture without its head": ("a.png", png().replace(b"IHDR", b"IHDX"), "damaged or cut off"),
    "a plain archive": ("files.zip", office(b"text/plain"), "This is an archive"),
    "a name in no encoding": ("a.xlsx", office(parts={"xl/é.xml": b"1"}).replace("é".encode(), b"\xff\xff"), "damaged or cut off"),
    "a document packed as none is": ("a.xlsx", office(packed=zipfile.ZIP_LZMA), "damaged or cut off"),
    "a workbook with macros": ("a.xlsx", office(parts={"xl/vbaProject.bin": b"1"}), "carries macros"),
    "a document of the macro kind": ("a.docx", office(WORDS.replace(b"main", b"macroEnabled.main")), "carries macros"),
    "a program": ("tool.exe", b"MZ\x90\x00\x03\x00\x00\x00", "This is a program"),
    "text with NUL": ("log.txt", b"a\x00b", "not in UTF-8"),
    "text in Latin-1": ("log.txt", "Prüfung".encode("latin-1"), "not in UTF-8"),
    "an old Office file": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "of the old kind"),
    "nothing": ("a.txt", b"", "is empty"),
}  # fmt: skip


def sent(content: bytes) -> IO[bytes]:
    return io.BytesIO(content)


def files_in(folder) -> Files:
    return Files(folder, ROOM)


def arrived(files: Files, draft, name: str, quota: int = QUOTA) -> Arrived:
    return Arrived(name, draft, files, quota)


def left_in(folder) -> list[str]:
    """Every file that is there."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())
