"""Tags and notes on a real session: what is written, what is refused, what the ledger says."""

import pytest
from sqlmodel import select

from registry.annotations import actions, queries
from registry.annotations.models import Tag
from registry.audit.queries import entries_about, history_of, verify
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.store.session import finish
from registry.systems import queries as systems
from registry.systems.queries import Search


def holds(session, database):
    """Whatever was done is in the ledger, and every row is as the ledger says; looked at from outside."""
    finish(session)
    session.commit()
    with database.transaction(read_only=True) as other:
        assert verify(other).ok


def names(session, system):
    return [tag.name for tag in queries.tags_of(session, [system.id]).get(system.id, [])]


def test_tags_are_put_on_and_taken_off_in_one_entry_each(session, database, cast):
    ada, triage = cast.actor(session, "ada"), cast.triage
    assert actions.retag(session, ada, triage.id, add=["  Peak   season", "pilot", "PILOT"])
    assert names(session, triage) == ["Peak season", "pilot"]
    # In other capitals it is the same tag, for another system too.
    assert actions.retag(session, cast.actor(session, "olga"), cast.pricing.id, add=["peak SEASON"])
    assert names(session, cast.pricing) == ["Peak season"]
    assert not actions.retag(session, ada, triage.id, add=["Pilot"], remove=["unknown"])
    assert actions.retag(session, ada, triage.id, add=["winter"], remove=["PILOT"])
    assert names(session, triage) == ["Peak season", "winter"]
    finish(session)
    told = [entry for entry in entries_about(session, triage.id) if entry.event == "system.tagged"]
    assert [entry.said for entry in told] == [
        {"added": "winter", "removed": "pilot"},
        {"added": "Peak season, pilot"},
    ]
    # The tag nobody carries any more waits for an administrator.
    assert {tag.name for tag in session.exec(select(Tag))} == {"Peak season", "pilot", "winter"}
    holds(session, database)


def test_who_may_tag_and_how_much(session, cast):
    for name in ("mia", "otto", "rita", "aud", "hedy"):
        with pytest.raises(Forbidden):
            actions.retag(session, cast.actor(session, name), cast.triage.id, add=["x"])
    with pytest.raises(RuleBroken) as refused:
        actions.retag(session, cast.actor(session, "ada"), cast.triage.id, add=[f"t{n}" for n in range(21)])
    assert "at most 20" in refused.value.says
    assert names(session, cast.triage) == []


def test_a_tag_is_counted_and_searched_among_what_the_reader_may_know(session, cast):
    ada = cast.actor(session, "ada")
    actions.retag(session, ada, cast.triage.id, add=["pilot"])
    actions.retag(session, ada, cast.sentinel.id, add=["pilot", "fraud rings"])

    def seen(name):
        actor = cast.actor(session, name)
        among = systems.numbers_visible_to(actor)
        counts = {tag.name: n for tag, n in queries.tag_counts(session, among, unused=actor.sees_everything)}
        found = systems.page(session, actor, Search(chosen=(("tag", ("PILOT",)),))).items
        assert len(found) == systems.count(session, actor, Search(chosen=(("tag", ("pilot",)),)))
        return counts, {system.name for system in found}

    assert seen("otto") == ({"pilot": 1}, {"Claims triage"})
    whole = {"pilot": 2, "fraud rings": 1}, {"Claims triage", "Sentinel"}
    assert seen("ada") == seen("hedy") == seen("aud") == whole


def test_renaming_merging_and_removing_are_an_administrators(session, database, cast):
    ada, adam = cast.actor(session, "ada"), cast.actor(session, "adam")
    actions.retag(session, ada, cast.triage.id, add=["pilot", "trial"])
    actions.retag(session, ada, cast.sentinel.id, add=["trial"])
    pilot, trial = (queries.tags_named(session, [name])[name] for name in ("pilot", "trial"))
    with pytest.raises(Forbidden):
        actions.rename_tag(session, ada, pilot, "x")
    with pytest.raises(RuleBroken):
        actions.rename_tag(session, adam, pilot, "TRIAL")
    assert actions.rename_tag(session, adam, pilot, "Pilot").name == "Pilot"
    with pytest.raises(RuleBroken):
        actions.remove_tag(session, adam, trial)
    assert actions.merge_tags(session, adam, trial, pilot) == 2
    assert names(session, cast.triage) == names(session, cast.sentinel) == ["Pilot"]
    actions.retag(session, ada, cast.triage.id, remove=["pilot"])
    actions.retag(session, ada, cast.sentinel.id, remove=["pilot"])
    actions.remove_tag(session, adam, pilot)
    assert session.exec(select(Tag)).all() == []
    holds(session, database)


def test_a_note_is_corrected_by_its_author_and_the_ledger_keeps_how_it_read(session, database, cast):
    ben, ada = cast.actor(session, "ben"), cast.actor(session, "ada")
    note = actions.write_note(session, ben, cast.triage.id, "  Retrain in *May*.\r\n")
    assert note.body == "Retrain in *May*."
    with pytest.raises(Forbidden):
        actions.correct_note(session, ada, note, "No.", version=note.version)
    with pytest.raises(Conflict):
        actions.correct_note(session, ben, note, "In June.", version=note.version - 1)
    with pytest.raises(RuleBroken):
        actions.correct_note(session, ben, note, "Retrain in *May*. ", version=note.version)
    actions.correct_note(session, ben, note, "Retrain in June.", version=note.version)
    assert note.corrected_at is not None
    finish(session)
    newest = history_of(session, "note", note.id)[0]
    assert ("body", "Retrain in *May*.", "Retrain in June.") in newest.changes
    with pytest.raises(Forbidden):
        actions.withdraw_note(session, cast.actor(session, "rita"), note, "I do not like it.")
    actions.withdraw_note(session, cast.actor(session, "adam"), note, "It names a customer.")
    assert queries.latest_notes(session, cast.triage.id) == []
    shown = queries.notes_page(session, cast.triage.id).items[0]
    assert (shown.author.name, shown.withdrawn_by.name) == ("Ben Engineer", "Adam Administrator")
    holds(session, database)


def test_who_may_write_a_note(session, cast):
    for name in ("ada", "ben", "dee", "rita", "aud", "adam"):
        actions.write_note(session, cast.actor(session, name), cast.triage.id, f"From {name}.")
    for name in ("mia", "otto", "eva", "olga", "hedy"):
        with pytest.raises(Forbidden):
            actions.write_note(session, cast.actor(session, name), cast.triage.id, "x")
    seen, before = [], None
    while page := queries.notes_page(session, cast.triage.id, before=before, limit=4):
        seen += [one.author.name.split()[0].lower() for one in page.items]
        if page.next_after is None:
            break
        before = page.next_after[0]
    assert seen == ["adam", "aud", "rita", "dee", "ben", "ada"]
