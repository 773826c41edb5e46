"""What belongs to an incident, who may know of it, what merging carries over, and what is held as evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from registry.data_sources.actions import add_source
from registry.data_sources.rules.sources import SourceFacts
from registry.dependencies.actions import add_dependency
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.feedback import actions as feedback
from registry.feedback.actions import Incoming
from registry.feedback.rules.feedback import Category, Door, FeedbackFacts
from registry.incidents.actions.corrective import edit_action, set_action
from registry.incidents.actions.editing import edit
from registry.incidents.actions.holds import hold, release
from registry.incidents.actions.linking import (
    assign,
    involve,
    link,
    mark_recurrence,
    merge,
    spread,
    take_off,
    uninvolve,
)
from registry.incidents.actions.moving import move
from registry.incidents.actions.timeline import note
from registry.incidents.models.incidents import Incident, IncidentEntry
from registry.incidents.models.measures import AuthorityReport, CorrectiveAction
from registry.incidents.queries.incidents import (
    Narrowing,
    count,
    incidents_page,
    involved_in,
    of_system,
    place_noticed,
)
from registry.incidents.queries.recent import candidates
from registry.incidents.queries.timeline import incidents_of, links_of, tied_among
from registry.incidents.queries.visibility import (
    both_by_number,
    incident_by_number,
    may_work,
    systems_of,
)
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Linked, Severity, Status
from registry.kernel.actor import Token, the_registry
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.monitoring.actions.alerts import raise_alert
from registry.monitoring.rules.alerts import AlertKind
from registry.store.paging import cursor_of
from registry.versions import actions as versions
from registry.versions.models import ModelVersion
from registry.versions.queries import holds_of
from registry.versions.rules.record import VersionFacts
from registry.versions.rules.standing import State
from tests.incidents.happening import at, facts, is_whole, later, opened, timeline

WORKER = the_registry("worker")
EVERYBODY = ("ada", "ben", "dee", "mia", "hedy", "olga", "otto", "rita", "eva", "aud", "adam")
SEE_SENTINEL = {"ada", "hedy", "rita", "aud", "adam"}


def _led_by(session, who):
    by = Narrowing(unclosed=True, lead_id=who.person_id)
    return [line.incident for line in incidents_page(session, who, by).items]


def source(session, cast):
    return add_source(
        session, cast.actor(session, "ada"), SourceFacts("Claims warehouse", owner_id=cast.number("ada"))
    )


def commented(session, cast, system=None):
    said = [Incoming(FeedbackFacts(category=Category.UNFAIR, comment="Why me?", contact="me@example.org"))]
    [got] = feedback.receive(session, WORKER, (system or cast.triage).id, Door.TOKEN, said)
    return got.number


def test_an_incident_is_known_to_those_who_may_know_of_every_system_it_touches(database, cast):
    with later(), database.transaction() as session:
        secret = opened(session, cast, system=cast.sentinel, title="A secret ring")
        shared = opened(session, cast, title="In the open")
        spread(session, cast.actor(session, "ada"), shared, cast.pricing)
        catalogue = source(session, cast).id or 0
        for each in (secret, shared):
            link(session, cast.actor(session, "ada"), each, Linked.DATA_SOURCE, catalogue)
        with pytest.raises(RuleBroken, match="incidents of its own"):
            spread(session, cast.actor(session, "ada"), shared, cast.sentinel)
        with pytest.raises(RuleBroken, match="incidents of its own"):
            spread(session, cast.actor(session, "ada"), secret, cast.pricing)
        with pytest.raises(RuleBroken, match="incidents of its own"):
            merge(session, cast.actor(session, "ada"), secret, shared)
        with pytest.raises(RuleBroken, match="may know of this incident"):
            involve(session, cast.actor(session, "ada"), secret, cast.people["mia"])
        involve(session, cast.actor(session, "ada"), secret, cast.people["hedy"])
        secret_id, shared_id = secret.id, shared.id
    with database.transaction() as session:
        for name in EVERYBODY:
            actor = cast.actor(session, name)
            expected = [shared_id, secret_id] if name in SEE_SENTINEL else [shared_id]
            found = incidents_page(session, actor).items
            assert sorted(line.incident.id for line in found) == sorted(expected), name
            assert count(session, actor) == len(expected)
            theirs = [each.id for each in incidents_of(session, actor, Linked.DATA_SOURCE, catalogue)]
            assert sorted(theirs) == sorted(expected)
            assert tied_among(session, actor, Linked.DATA_SOURCE, [catalogue]) == {catalogue: max(expected)}
            assert len(of_system(session, actor, cast.sentinel.id)) == len(expected) - 1
            assert count(session, actor, Narrowing(words="RING")) == len(expected) - 1
            if name not in SEE_SENTINEL:
                with pytest.raises(NotFound):
                    incident_by_number(session, actor, secret_id)
                with pytest.raises(NotFound):
                    both_by_number(session, actor, shared_id, secret_id)
        works = {
            name
            for name in EVERYBODY
            if may_work(session, cast.actor(session, name), session.get_one(Incident, shared_id))
        }
        # Olga sits on the other system it touches.
        assert works == {"ada", "ben", "dee", "olga", "rita", "adam"}
        assert [(line.system.name, line.others) for line in of_system(session, WORKER, cast.pricing.id)] == [
            ("Claims triage", 1)
        ]


def test_a_list_is_narrowed_and_paged(session, cast):
    with later():
        ada = cast.actor(session, "ada")
        first = opened(session, cast, lead_id=cast.number("ben"))
        second = opened(session, cast, system=cast.pricing, by="olga", severity=Severity.SEVERE)
        move(session, ada, first, Status.INVESTIGATING)
        sought = {
            Narrowing(unclosed=True): 2,
            Narrowing(status=Status.INVESTIGATING): 1,
            Narrowing(severity_from=3): 1,
            Narrowing(lead_id=cast.number("ben")): 1,
            Narrowing(unit_ids=(cast.units["underwriting"].id,)): 1,
            Narrowing(unit_ids=()): 0,
            Narrowing(mine=True): 1,
            Narrowing(detected_from=at(-3), detected_to=at(-2)): 2,
            Narrowing(detected_to=at(-3)): 0,
            Narrowing(words="100%"): 0,
        }
        assert {by: count(session, ada, by) for by in sought} == sought
        # Noticed earlier and told later, as an imported one may be: it stands where it was noticed.
        third = opened(session, cast, started_at=at(-90), detected_at=at(-80))
        seen, place = [], None
        for _ in range(3):
            page = incidents_page(session, ada, before=place, limit=1)
            seen += [line.incident for line in page.items]
            place = place_noticed(cursor_of(*page.next_after)) if page.next_after else None
        assert (seen, place) == ([second, first, third], None)
        for crooked in (("soon", 1), ("0001-01-01T00:00:00+14:00", 1), (1, 1)):
            with pytest.raises(RuleBroken):
                place_noticed(cursor_of(*crooked))
        assert _led_by(session, cast.actor(session, "ben")) == [first]


def test_whoever_holds_no_seat_on_any_system_it_touches_does_not_work_on_it(session, cast):
    with later():
        incident, mia = opened(session, cast, by="mia"), cast.actor(session, "mia")
        for act in (
            lambda: note(session, mia, incident, None, "I saw it."),
            lambda: edit(session, mia, incident, None),
            lambda: move(session, mia, incident, Status.INVESTIGATING),
            lambda: hold(session, mia, incident, "Mine."),
            lambda: merge(session, mia, incident, incident),
        ):
            with pytest.raises(Forbidden):
                act()


def test_what_is_tied_is_kept_as_it_was_without_what_others_may_not_know(database, cast):
    with later(), database.transaction() as session:
        ada, incident = cast.actor(session, "ada"), opened(session, cast)
        needs = DependencyFacts(Direction.UPSTREAM, other_system_id=cast.sentinel.id)
        dependency = add_dependency(session, ada, cast.triage.id, needs)
        for kind, number in (
            (Linked.FEEDBACK, commented(session, cast)),
            (Linked.DEPENDENCY, dependency.id),
            (Linked.DATA_SOURCE, source(session, cast).id),
        ):
            link(session, ada, incident, kind, number)
        kept = [each.frozen for each in links_of(session, incident.id)]
        assert kept[0]["comment"] == "Why me?"
        assert "example.org" not in str(kept)
        assert kept[1]["name"] == "a system of the register"
        assert kept[2]["name"] == "Claims warehouse"
        with pytest.raises(NotFound, match="no such thing"):
            link(session, ada, incident, Linked.FEEDBACK, commented(session, cast, cast.pricing))
        with pytest.raises(NotFound):
            link(session, ada, incident, Linked.SNAPSHOT, 10**15)
        assert "Sentinel" not in str(timeline(session, incident))
    assert is_whole(database)


def test_merging_keeps_every_entry_and_carries_everything_over(database, cast):
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        one = opened(session, cast, title="One", started_at=at(-9), detected_at=at(-8))
        other = opened(session, cast, system=cast.pricing, by="olga", title="Other")
        for each in (one, other):
            link(session, WORKER, each, Linked.DATA_SOURCE, source_of(session, cast))
        link(session, ada, one, Linked.FEEDBACK, commented(session, cast))
        involve(session, ada, one, cast.people["mia"])
        hold(session, ada, one, "The authority asks.")
        action = CorrectiveAction(
            system_id=cast.triage.id,
            incident_id=one.id,
            title="Test for renamed fields",
            owner_id=cast.number("ben"),
            due_on=date(2090, 4, 1),
            set_at=at(0),
        )
        report = AuthorityReport(
            incident_id=one.id,
            duty="serious_default",
            pack="eu 2026.1",
            authority="BaFin",
            zone="Europe/Berlin",
            aware_at=at(-1),
            days=15,
            due_at=datetime(2090, 3, 18, 23, tzinfo=UTC),
            set_at=at(0),
        )
        session.add_all([action, report])
        note(session, ada, one, None, "All of it is here.")
        before = (entries(session, one), entries(session, other))
        with pytest.raises(Forbidden):
            merge(session, ada, one, other)
        rita = cast.actor(session, "rita")
        with pytest.raises(Forbidden, match="Only a person merges those"):
            merge(session, replace(rita, token=Token(1, frozenset({"incidents:write"}))), one, other)
        merge(session, rita, one, other)
        after = (entries(session, one), entries(session, other))
        assert [now[: len(was)] for was, now in zip(before, after, strict=True)] == list(before)
        assert after[0][-1] == f"Merged into incident {other.id}, which goes on for both."
        # What the other one touched is evidence for both from now on.
        assert after[1][-2:] == [
            f"Incident {one.id} was merged into this one: One",
            "Held as evidence too (1 system, 0 versions).",
        ]
        assert (one.status, one.merged_into_id, len(links_of(session, one.id))) == (
            Status.MERGED,
            other.id,
            2,
        )
        assert (other.started_at, other.detected_at) == (at(-9), at(-8))
        assert [each.kind for each in links_of(session, other.id)] == [Linked.DATA_SOURCE, Linked.FEEDBACK]
        assert [system.id for _, system in systems_of(session, other.id)] == [cast.pricing.id, cast.triage.id]
        assert [each.name for each in involved_in(session, other.id)] == ["Mia Colleague"]
        assert (action.incident_id, report.incident_id) == (other.id, other.id)
        assert [each.subject_id for each, _ in holds_of(session, cast.triage.id)] == [other.id]
        with pytest.raises(RuleBroken, match="belongs to incident"):
            note(session, ada, one, None, "More.")
        with pytest.raises(RuleBroken, match="stays as it is"):
            merge(session, cast.actor(session, "rita"), one, other)
    assert is_whole(database)


def source_of(session, cast):
    from registry.data_sources.queries import source_named

    return (source_named(session, "Claims warehouse") or source(session, cast)).id


def entries(session, incident):
    query = select(IncidentEntry).where(IncidentEntry.incident_id == incident.id)
    return [each.text for each in session.exec(query.order_by(IncidentEntry.id))]


def test_who_leads_it_and_what_it_repeats_is_told_in_its_timeline(session, cast):
    with later():
        ada, earlier = cast.actor(session, "ada"), opened(session, cast, detected_at=at(-4))
        incident = opened(session, cast)
        with pytest.raises(RuleBroken, match="not resolved yet"):
            mark_recurrence(session, ada, incident, earlier)
        for status in (Status.INVESTIGATING, Status.RESOLVED):
            move(session, ada, earlier, status)
        mark_recurrence(session, ada, incident, earlier)
        assign(session, ada, incident, cast.people["ben"])
        with pytest.raises(RuleBroken, match="leads it already"):
            assign(session, ada, incident, cast.people["ben"])
        with pytest.raises(RuleBroken, match="holds a seat"):
            assign(session, ada, incident, cast.people["mia"])
        assert timeline(session, incident)[1:] == [
            f"It is incident {earlier.id} come back.",
            "Ben Engineer leads it now.",
        ]


def test_a_held_version_is_not_withdrawn_until_somebody_releases_it(database, cast):
    with later(-48), database.transaction() as session:
        ada = cast.actor(session, "ada")
        first = VersionFacts("1.1", changed="All of it.", significant=False)
        model = versions.add_version(session, ada, cast.triage.id, first)
        versions.approve(session, cast.actor(session, "ben"), model, version=model.version)
        versions.put_live(session, ada, cast.triage.id, [(model, 100)])
    with later(), database.transaction() as session:
        ada, incident = cast.actor(session, "ada"), opened(session, cast)
        hold(session, ada, incident, "The authority asks.")
        with pytest.raises(RuleBroken, match="held already"):
            hold(session, ada, incident, "Again.")
        with pytest.raises(RuleBroken, match="held as evidence since 3 Mar 2090: The authority"):
            versions.withdraw(session, ada, model, "Bad.")
        assert [(held.version_id, named) for held, named in holds_of(session, cast.triage.id)] == [
            (None, None),
            (model.id, model),
        ]
        with pytest.raises(RuleBroken):
            release(session, ada, incident, "")
        with pytest.raises(Forbidden, match="Somebody else had this held"):
            release(session, cast.actor(session, "ben"), incident, "It has what it needs.")
        release(session, ada, incident, "It has what it needs.")
        assert versions.withdraw(session, ada, model, "Bad.").state is State.WITHDRAWN
        assert timeline(session, incident)[1:] == [
            "Held as evidence (1 system, 1 version): The authority asks.",
            "Released (1 system, 1 version): It has what it needs.",
        ]
    assert is_whole(database)


def test_what_is_held_follows_when_it_began_and_what_it_touches(database, cast):
    def live(hours, label, system, by):
        with later(hours), database.transaction() as session:
            stated = VersionFacts(label, changed="All of it.", significant=False)
            model = versions.add_version(session, cast.actor(session, by), system.id, stated)
            versions.approve(session, WORKER, model, version=model.version)
            versions.put_live(session, cast.actor(session, by), system.id, [(model, 100)])
            return model

    old, _ = live(-90, "1.0", cast.triage, "ada"), live(-40, "2.0", cast.triage, "ada")
    other = live(-80, "7", cast.pricing, "olga")
    with later(), database.transaction() as session:
        ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
        incident = opened(session, cast, started_at=None)
        hold(session, ada, incident, "The authority asks.")
        spread(session, ada, incident, cast.pricing)
        edit(session, ada, incident, facts(started_at=at(-60)))
        assert [row.versions_said for row, _ in systems_of(session, incident.id)] == ["1.0", "7"]
        with pytest.raises(RuleBroken, match="held as evidence"):
            versions.withdraw(session, ada, session.get_one(ModelVersion, old.id), "Bad.")
        assert {held.version_id for held, _ in holds_of(session, cast.pricing.id)} == {None, other.id}
        twin = opened(session, cast, started_at=at(-85), detected_at=at(-84))
        merge(session, rita, twin, incident)
        assert [row.versions_said for row, _ in systems_of(session, incident.id)] == ["1.0", ""]
        assert timeline(session, incident)[2:] == [
            f"It touches {cast.pricing.key} Home pricing too.",
            "Held as evidence too (1 system, 1 version).",
            "When it began was corrected from not known to 1 Mar 2090 00:00 UTC.",
            f"Live on {cast.triage.key} Claims triage when it began: 1.0.",
            "Held as evidence too (0 systems, 1 version).",
            f"Incident {twin.id} was merged into this one: Claims of minors were sorted last",
            f"Live on {cast.pricing.key} Home pricing when it began: no version.",
        ]
        release(session, rita, incident, "It has what it needs.")
    assert is_whole(database)


def test_a_place_in_a_timeline_is_read_back(session, cast):
    from registry.incidents.queries.timeline import entries_page, place_of

    with later():
        incident = opened(session, cast)
        for hour in (-2, -9, -2):
            note(session, cast.actor(session, "ada"), incident, at(hour), f"At {hour}.")
        found, place = [], None
        for _ in range(4):
            page = entries_page(session, incident.id, before=place, limit=1)
            found += [told.entry.text for told in page.items]
            place = place_of(cursor_of(*page.next_after)) if page.next_after else None
        assert found[1:] == ["At -2.", "At -2.", "At -9."]
        assert place is None
        for wrong in (cursor_of("yesterday", 1), cursor_of("2090-03-03", 1), "x"):
            with pytest.raises(RuleBroken):
                place_of(wrong)


def test_whoever_is_told_and_a_further_system_are_taken_off_again_with_a_reason(database, cast):
    with later(), database.transaction() as session:
        ada = cast.actor(session, "ada")
        incident = opened(session, cast)
        involve(session, ada, incident, cast.people["mia"])
        spread(session, ada, incident, cast.pricing)
        mend = ActionFacts("Mend it", "", cast.number("olga"), at(48).date(), system_id=cast.pricing.id)
        action = set_action(session, ada, incident, mend)
        session.flush()
        for refused in (
            lambda: uninvolve(session, ada, incident, cast.people["mia"], " "),
            lambda: uninvolve(session, ada, incident, cast.people["otto"], "Not theirs."),
            lambda: take_off(session, ada, incident, cast.pricing, "A slip."),
            lambda: take_off(session, ada, incident, cast.triage, "A slip."),
        ):
            with pytest.raises(RuleBroken):
                refused()
        edit_action(
            session, ada, action, replace(mend, owner_id=cast.number("ben"), system_id=cast.triage.id)
        )
        session.flush()
        hold(session, ada, incident, "An authority asked.")
        with pytest.raises(RuleBroken, match="held as evidence"):
            take_off(session, ada, incident, cast.pricing, "A slip.")
        release(session, ada, incident, "It has them.")
        take_off(session, ada, incident, cast.pricing, "A slip.")
        uninvolve(session, ada, incident, cast.people["mia"], "She asked.")
        with pytest.raises(Forbidden):
            uninvolve(session, cast.actor(session, "mia"), incident, cast.people["mia"], "Enough.")
        assert [system.name for _, system in systems_of(session, incident.id)] == ["Claims triage"]
        assert involved_in(session, incident.id) == []
        told = timeline(session, incident)
        assert "Mia Colleague is no longer told of it: She asked." in told
        assert f"It does not touch {cast.pricing.key} Home pricing after all: A slip." in told
    assert is_whole(database)


def test_what_could_have_to_do_with_it_is_offered_from_its_own_systems_only(session, cast):
    with later():
        mine, other = commented(session, cast), commented(session, cast, cast.pricing)
        raised = raise_alert(
            session, WORKER, cast.triage.id, AlertKind.QUALITY, "Half of the dates are missing."
        )
        offered = candidates(session, [cast.triage.id])
        assert {(each.kind, each.target_id) for each in offered} == {
            (Linked.FEEDBACK, mine),
            (Linked.ALERT, raised.id),
        }
        assert other not in {each.target_id for each in offered if each.kind is Linked.FEEDBACK}
        assert any("Half of the dates are missing." in each.says for each in offered)
