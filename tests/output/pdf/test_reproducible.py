import dataclasses
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from registry.output.pdf import PdfIdentity, from_html
from tests.output.pdf.sample import page

IN_PROCESS = """
import hashlib, sys
from datetime import datetime, UTC
from registry.output.pdf import Attached, PdfIdentity, Relationship
from registry.output.pdf.composed import compose
from registry.output.pdf.frames import Request
identity = PdfIdentity("Card", "Group", "Subject", "en", datetime(2026, 11, 22, tzinfo=UTC), "x")
files = (Attached("b.json", "application/json", b"{}", Relationship.SOURCE, "b"),
         Attached("a.json", "application/json", b"{}", Relationship.DATA, "a"))
print(hashlib.sha256(compose(Request(sys.stdin.read(), identity, files)).pdf).hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_hash_seed():
    digests = {
        subprocess.run(
            [sys.executable, "-c", IN_PROCESS],
            input=page(status="draft"),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "424242")
    }
    assert len(digests) == 1


def test_two_processes_and_a_kept_one_make_the_same_bytes(printer, identity, attachments):
    first = from_html(page(), identity=identity, attachments=attachments)
    assert from_html(page(), identity=identity, attachments=attachments) == first
    assert printer.make(page(), identity=identity, attachments=attachments).pdf == first
    assert printer.make(page(), identity=identity, attachments=attachments).pdf == first


def test_the_order_in_which_files_are_attached_does_not_matter(printer, identity, attachments):
    made = {
        printer.make("<h1>x</h1>", identity=identity, attachments=a).pdf
        for a in (attachments, attachments[::-1])
    }
    assert len(made) == 1


def test_the_same_instant_in_another_zone_is_the_same_document(printer, identity):
    elsewhere = dataclasses.replace(
        identity, created=identity.created.astimezone(timezone(timedelta(hours=5, minutes=45)))
    )
    assert (
        printer.make("<h1>x</h1>", identity=elsewhere).pdf
        == printer.make("<h1>x</h1>", identity=identity).pdf
    )


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"author": "Other"},
        {"subject": "Other"},
        {"language": "de"},
        {"identifier": "other"},
    ],
)
def test_every_part_of_the_identity_is_in_the_bytes(printer, identity, change):
    other = dataclasses.replace(identity, **change)
    assert printer.make("<h1>x</h1>", identity=other).pdf != printer.make("<h1>x</h1>", identity=identity).pdf


@pytest.mark.parametrize(
    "change",
    [{"title": " "}, {"language": "English, mostly"}, {"created": datetime(2026, 11, 22)}],
)
def test_an_identity_that_would_break_the_document_is_a_mistake(identity, change):
    with pytest.raises(ValueError):
        from_html("<h1>x</h1>", identity=dataclasses.replace(identity, **change))


def test_control_characters_in_the_identity_do_not_break_the_packet(printer, identity, opened):
    odd = dataclasses.replace(identity, title="A\x00B\x0bC\ud800 <&>]]>", author="a\nb")
    pdf = opened(printer.make("<h1>x</h1>", identity=odd).pdf)
    with pdf.open_metadata() as packet:
        assert packet["dc:title"] == "A\ufffdB C\ufffd <&>]]>"
        assert packet["dc:creator"] == ["a b"]


def test_an_identifier_may_be_bytes_or_text(printer, identity):
    for identifier in (b"\x00\xff", "é"):
        assert (
            printer.make("<h1>x</h1>", identity=dataclasses.replace(identity, identifier=identifier)).pages
            == 1
        )


def test_names_and_types_of_attached_files_are_checked(identity, attachments):
    for change in ({"name": "../x"}, {"name": ""}, {"mime": "json"}, {"mime": "a/b c"}):
        with pytest.raises(ValueError, match="cannot be attached"):
            from_html(
                "<h1>x</h1>", identity=identity, attachments=[dataclasses.replace(attachments[0], **change)]
            )
    with pytest.raises(ValueError, match="same name"):
        from_html("<h1>x</h1>", identity=identity, attachments=[attachments[0], attachments[0]])


def test_an_identity_knows_its_own_fields():
    assert [each.name for each in dataclasses.fields(PdfIdentity)] == [
        "title", "author", "subject", "language", "created", "identifier",
    ]  # fmt: skip
