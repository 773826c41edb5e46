"""registry version add: a candidate from a pipeline on the machine."""

import pytest

from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from tests.commands.typed import Typed


@pytest.fixture
def typed(database, cast, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    with database.transaction() as session:
        facts = SourceFacts("Claims archive", owner_id=cast.number("mia"))
        data_sources.add_source(session, cast.actor(session, "mia"), facts)
    return Typed(database, capsys)


def test_a_candidate_is_added_with_what_the_pipeline_knows_of_it(typed, tmp_path):
    results = tmp_path / "results.md"
    results.write_text("AUC **0.91**", encoding="utf-8")
    words = ["version", "add", "AI-0001", "2.1 rc1", "--changed", "Retrained.", "--significant", "--json"]
    data = ["--trained-on", "claims archive", "2025-01-01", "2025-12-31", "--digest", "AB" * 32]
    told = typed(*words, *data, "--evaluation", str(results))
    assert told.code == 0
    answer = told.answer
    assert (answer["system"], answer["label"], answer["state"]) == ("AI-0001", "2.1 rc1", "candidate")
    assert (answer["evaluation"], answer["digest"]) == ("AUC **0.91**", "sha256:" + "ab" * 32)
    assert [(each["source"], each["to_on"]) for each in answer["trained_on"]] == [("DS-0001", "2025-12-31")]
    again = typed(*words)
    assert (again.code, [each["field"] for each in again.answer["problems"]]) == (1, ["label"])


def test_what_is_missing_or_cannot_be_read_is_refused_in_words(typed, tmp_path):
    odd = tmp_path / "odd.md"
    odd.write_bytes(b"AUC \xff")
    bare = ["version", "add", "AI-0001", "3", "--changed", "Again."]
    silent = typed(*bare)
    assert (silent.code, "Say whether this is a significant change." in silent.err) == (1, True)
    for more in (["--evaluation", str(odd)], ["--trained-on", "Weather", "2025-01-01", "2025-12-31"]):
        assert typed(*bare, "--not-significant", *more).code == 1, more
    assert typed("version", "add", "AI-0099", "3", "--changed", "Again.", "--not-significant").code == 1
    done = typed(*bare, "--not-significant")
    assert (done.code, done.out) == (0, "Version 3 of AI-0001 is added as a candidate.\n")
