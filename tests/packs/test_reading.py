"""Reading a pack: whatever is wrong with a file is named, with its line and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.packs.rules import NotAPack, problems_with_pack, read
from registry.packs.rules.reading import MOST_CHARACTERS, read_with_lines

SOUND = """\
id: house-rules
edition: "2026.1"
title: House rules
source: Minutes of the board of 4 May 2026
as_of: 2026-05-04
effective_from: 2026-06-01
practices:
  - {id: tidy, title: Things are put away, explains: Whoever takes something out puts it back.}
controls:
  - id: H.1
    title: Tools are put away
    explains: Every tool has a place.
    group: Kitchen
    patterns: [F4]
    practices: [tidy]
    applies: [high_annex_iii]
    since: [{"on": 2027-12-02, outcome: high_annex_iii, reading: As amended}]
"""


def objections(text: str) -> list[str]:
    with pytest.raises(NotAPack) as refused:
        read(text)
    return [str(each) for each in refused.value.objections]


def test_a_sound_pack_is_read_with_the_line_of_each_entry():
    pack, lines = read_with_lines(SOUND)
    [control] = pack.controls
    assert (pack.said, control.practices, control.since[0].on.year) == ("house-rules 2026.1", ("tidy",), 2027)
    assert (lines["controls[0].title"], lines["controls[0].since[0].on"]) == (11, 17)
    assert problems_with_pack(pack, ()) == []


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("source: Minutes of the board of 4 May 2026\n", "", "line 1, source: is missing; add it"),
        ("as_of: 2026-05-04\n", "", "line 1, as_of: is missing; add it"),
        ("effective_from: 2026-06-01\n", "", "line 1, effective_from: is missing; add it"),
        (
            "    title: Tools",
            "    titel: Tools",
            "line 11, controls[0].titel: is not known here; known are id, title",
        ),
        ("House rules", "''", "line 3, title: is empty; say something or leave the entry out"),
        ("title: House rules", "title:", "line 3, title: is empty; say something or leave the entry out"),
        ('"2026.1"', "2026.1", "line 2, edition: is not read as text; write it in quotes: '2026.1'"),
        ("2026-05-04", "yesterday", "line 5, as_of: a day is wanted here, written 2026-11-26"),
        ("2026-05-04", "2026-02-30", "line 5, as_of: a day is wanted here, written 2026-11-26"),
        ("[F4]", "F4", "line 14, controls[0].patterns: a list is wanted here"),
        ("title: House rules", "title: House rules\ntitle: x", "line 4, title: stands twice; keep one"),
        ("[F4]", "&all [F4]", ""),
        ("practices: [tidy]", "practices: &a [tidy]\n    evidence: *a", "write out what *a stands for"),
        ("title: House rules", "title: !!python/name:os.system x", "line 3, title: a text is wanted here"),
        ("title: House rules", 'title: "a\\0b"', "line 3, title: holds a control character; take it out"),
        ("title: House rules", "title: [", "YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line(before, after, says):
    assert before in SOUND
    text = SOUND.replace(before, after, 1)
    if says:
        assert any(says in each for each in objections(text))
    else:
        assert read(text) == read(SOUND)


def test_all_that_is_wrong_is_said_at_once():
    text = (
        SOUND.replace("House rules", "''").replace("[F4]", "F4").replace("group: Kitchen", "grupe: Kitchen")
    )
    assert len(objections(text)) == 4


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[F4]", "[F9]", "line 14, controls[0].patterns: there is no failure pattern F9"),
        (
            "practices: [tidy]",
            "practices: [tidi]",
            "line 15, controls[0].practices: there is no shared practice tidi",
        ),
        ("practices: [tidy]", "alone: ''", "is empty"),
        ("    practices: [tidy]\n", "", "line 10, controls[0]: H.1 names no shared practice"),
        (
            "practices: [tidy]",
            "practices: [tidy]\n    alone: Nobody else asks",
            "says why it has none; keep one",
        ),
        ("applies: [high_annex_iii]", "applies: [high]", "there is no outcome of a classification high"),
        (
            "applies: [high_annex_iii]",
            "applies: [gpai]",
            "high_annex_iii is no outcome under which H.1 is asked",
        ),
        ("practices: [tidy]", "practices: [tidy, tidy]", "tidy stands 2 times"),
        ("id: house-rules", "id: House", "line 1, id: House is no id"),
        ('"2026.1"', '"two words"', "line 2, edition: two words is no edition"),
        (
            "controls:\n",
            "controls:\n  - {id: H.1, title: A, explains: B, group: C, alone: D}\n",
            "H.1 stands 2 times",
        ),
        ("[F4]", "[F4]\n    roles: [king]", "there is no role king"),
    ],
)
def test_what_a_sound_file_may_not_say_is_named_with_its_line(before, after, says):
    assert before in SOUND
    try:
        pack, lines = read_with_lines(SOUND.replace(before, after, 1))
    except NotAPack as refused:
        found = refused.objections
    else:
        found = problems_with_pack(pack, (), lines=lines)
    assert any(says in str(each) for each in found), found


@pytest.mark.parametrize("text", ["[" * 900_000, "- " * 900 + "x", "x" * (MOST_CHARACTERS + 1), "{a: " * 90])
def test_a_file_made_to_break_the_reader_is_refused(text):
    assert len(objections(text)) == 1


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda each: each.decode("latin-1")))
def test_any_text_is_a_pack_or_refused(text):
    with pytest.raises(NotAPack):
        read(text)


@given(
    at=st.integers(0, len(SOUND)),
    cut=st.integers(0, 20),
    put=st.sampled_from(["", "-", ": ", "[", "'", "\t", "&a "]),
)
def test_a_mangled_pack_is_read_or_refused_with_a_reason(at, cut, put):
    mangled = SOUND[:at] + put + SOUND[at + cut :]
    try:
        read(mangled)
    except NotAPack:
        assert all(objections(mangled))
