"""The registry's own ids in a file, and the register's own words for kind, stage and autonomy."""

import pytest

from registry.interchange.queries import profile_named, wordings
from registry.interchange.rules.ids import names_a_system, read_id, with_own_ids
from registry.interchange.rules.profiles import fitted
from registry.interchange.rules.texts import folded
from registry.kernel.text import worded
from registry.systems.rules.record import AUTONOMY, Kind, Stage, autonomy_said


def guessed(heading, *cells):
    rows = [{heading: cell, "Name": "A"} for cell in cells]
    return with_own_ids(fitted(profile_named("generic"), (heading, "Name")), rows)


@pytest.mark.parametrize("heading", ["Id", "ID", "Registry id", "AI id", "System id"])
def test_a_column_of_our_ids_is_taken_for_the_id(heading):
    profile = guessed(heading, "AI-0001", "", "ai-42", "n/a")
    assert profile.columns_of("registry_id") == (heading,)
    assert "A row with an id updates that system" in " ".join(profile.remarks)


@pytest.mark.parametrize("cells", [("17",), ("AI-0001", "17"), ("", "n/a"), ("AI-0001x",), ()])
def test_a_column_of_anything_else_is_not(cells):
    assert guessed("Id", *cells).columns_of("registry_id") == ()
    assert not names_a_system(guessed("Id", *cells), {"Id": "AI-0001"})


@pytest.mark.parametrize(
    ("text", "key"), [("AI-0042", "AI-0042"), (" ai-42 ", "AI-0042"), ("AI-12345", "AI-12345")]
)
def test_an_id_is_read_however_it_is_written(text, key):
    assert (read_id(text).value, read_id(text).problem) == (key, "")


@pytest.mark.parametrize("text", ["42", "DS-0042", "AI-", "AI-00420000000000", "AI-\u0664\u0662"])
def test_what_is_no_id_of_ours_is_told(text):
    assert read_id(text).value == ""
    assert "is no id of this registry" in read_id(text).problem


def test_the_words_the_register_exports_are_read_as_what_they_stand_for():
    words = wordings()
    assert [words["kind"][folded(kind.said)] for kind in Kind] == list(Kind)
    assert [words["stage"][folded(worded(stage.value))] for stage in Stage] == list(Stage)
    assert [words["autonomy"][folded(autonomy_said(level))] for level in AUTONOMY] == list(AUTONOMY)
