"""What is taken as evidence: told by the bytes alone, named so that nothing can act, valid to the end of its last day."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.evidence.queries.sniffing import type_of
from registry.evidence.rules import files as rules
from registry.evidence.rules.files import FileType, Unwelcome, shown_name
from registry.evidence.rules.record import EvidenceFacts, Kind, problems_with, subject_said, validity
from tests.evidence.samples import HOSTILE, PDF, TEXT, WORDS, jpeg, office, png

TODAY = date(2026, 11, 2)
WELCOME = {
    FileType.PDF: PDF,
    FileType.PNG: png(),
    FileType.JPEG: jpeg(),
    FileType.TEXT: TEXT,
    FileType.JSON: b'\xef\xbb\xbf {"passed": 40}',
    FileType.XLSX: office(),
    FileType.DOCX: office(WORDS, {"word/document.xml": b"<w/>"}),
}


@pytest.mark.parametrize("kind", WELCOME, ids=lambda kind: kind.value)
def test_each_kind_of_file_is_known_by_its_bytes(tmp_path, kind):
    place = tmp_path / "file"
    place.write_bytes(WELCOME[kind])
    assert type_of(place) is kind


# That a file is empty is said where its size is asked for, before it is looked into.
@pytest.mark.parametrize("what", [what for what, (_, content, _) in HOSTILE.items() if content])
def test_what_could_act_or_deceive_is_refused_with_a_sentence(tmp_path, what):
    name, content, says = HOSTILE[what]
    place = tmp_path / "file"
    place.write_bytes(content)
    with pytest.raises(Unwelcome, match=says):
        rules.refuse_name(name)
        rules.refuse_promise(name, type_of(place))


@given(some.lists(some.tuples(some.integers(0, 2_000), some.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_document_is_refused_with_a_sentence_whatever_is_damaged(tmp_path_factory, changes):
    place = tmp_path_factory.getbasetemp() / "mangled"
    content = bytearray(WELCOME[FileType.DOCX])
    for at, value in changes:
        content[at % len(content)] = value
    place.write_bytes(content)
    with suppress(Unwelcome):
        type_of(place)


@given(some.text(max_size=400), some.sampled_from(FileType))
def test_a_name_as_it_is_shown_has_no_folder_and_ends_as_its_kind_does(raw, kind):
    name = shown_name(raw, kind)
    assert len(name) <= rules.FILE_NAME_LIMIT
    assert not set(name) & set('/\\\r\n"\x00\u202e')
    assert not name.startswith(".")
    rules.refuse_name(name)
    rules.refuse_promise(name, kind)


def test_the_list_of_parts_is_asked_for_its_size_before_it_is_read():
    def end(size, behind=b""):
        return b"PK\x05\x06" + bytes(8) + size.to_bytes(4, "little") + bytes(6) + behind

    def long_end(size):
        return b"PK\x06\x06" + bytes(36) + size.to_bytes(8, "little") + bytes(8) + b"PK\x06\x07" + bytes(16)

    rules.refuse_directory(end(900_000))
    rules.refuse_directory(long_end(900_000) + end(0xFFFF_FFFF))
    for tail in (end(1_000_001), long_end(1_000_001) + end(20)):
        with pytest.raises(Unwelcome, match="unpack to far more"):
            rules.refuse_directory(tail)
    with pytest.raises(Unwelcome, match="damaged"):
        rules.refuse_directory(b"PK\x06\x07" + bytes(16) + end(20))


@pytest.mark.parametrize(
    ("unit", "ends", "kind"),
    [
        (b'{"a": "b, c", "d": [1.5e3, true, null]},\n', b"{}]", FileType.JSON),
        (b'"' + b"x" * 2_000_000 + b'",', b"0]", FileType.JSON),
        (b"2026-11-02 09:30] started [", b"]", FileType.TEXT),
        (b"[],", b"[1", FileType.TEXT),
    ],
)
def test_a_long_text_is_known_for_json_by_its_beginning_and_its_end(tmp_path, unit, ends, kind):
    place = tmp_path / "long"
    place.write_bytes(b"[" + unit * (1_500_000 // len(unit) + 1) + ends)
    assert type_of(place) is kind


def test_a_name_keeps_what_people_read_of_it():
    assert shown_name("C:\\reports\\Prüfung 1.pdf", FileType.PDF) == "Prüfung 1.pdf"
    assert shown_name("results.CSV", FileType.TEXT) == "results.CSV"
    assert shown_name("gpj.\u202etxt.exe", FileType.PNG) == "gpj.txt.exe.png"
    assert shown_name("", FileType.TEXT) == "file.txt"


@given(some.integers(-800, 800))
def test_evidence_holds_to_the_end_of_its_last_day(days):
    found = validity(TODAY + timedelta(days=days), TODAY)
    assert found.has_expired == (days < 0)
    assert found.warns == (0 <= days <= 60)
    assert str(abs(days)) in found.says or (days == 0 and found.says == "expires today")


def test_evidence_needs_a_title_and_a_kind_and_says_what_it_supports():
    assert {each.field for each in problems_with(EvidenceFacts("  "))} == {"title", "kind"}
    assert problems_with(EvidenceFacts("Test report", Kind.TEST_REPORT, TODAY, "By the book.")) == []
    assert validity(None, TODAY).says == "does not expire"
    assert (subject_said("review", 1), subject_said("drill", 7)) == ("review REV-0001", "drill 7")
