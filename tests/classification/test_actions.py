"""Drafts, runs, tiers, editions and re-scoring, on both databases; seen by those who may know of the system."""

import pytest
import yaml
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from registry.audit.actions import record
from registry.audit.models import ENTRY
from registry.classification import jobs
from registry.classification.actions import Verdict, add_edition, complete, notice_changes, save_draft
from registry.classification.models import ClassificationChange, ClassificationRun, QuestionnaireEdition
from registry.classification.queries.changes import change_of, outdated_count, outdated_page
from registry.classification.queries.editions import read
from registry.classification.queries.runs import draft_of, in_force, newest_run, standing, unreadable
from registry.classification.rules.questionnaire import Outcome
from registry.kernel import clock
from registry.kernel.actor import Seat, the_registry
from registry.kernel.errors import Conflict, Forbidden, RuleBroken
from registry.kernel.events import Event
from registry.ownership import actions as ownership
from registry.store.session import finish
from registry.systems.models import System
from registry.systems.rules.record import Tier
from tests.classification.answering import ACT, answers
from tests.classification.editions import another_edition

CREDIT = answers(
    roles=["deployer"],
    areas=["services"],
    a_5=["b"],
    profiling="yes",
    deployer_is="private",
    g_model="integrates",
)


def _system(session, of):
    return session.get_one(System, of.id)


def test_a_draft_keeps_every_answer_until_a_run_is_made_of_it(session, cast):
    ada, triage = cast.actor(session, "ada"), _system(session, cast.triage)
    draft = save_draft(session, ada, triage.id, {"infers": "yes", "p_a": "no"}, version=0)
    draft = save_draft(session, ada, triage.id, {"jurisdictions": ["us"], "p_a": ""}, version=draft.version)
    assert draft.answers == {"infers": "yes", "jurisdictions": ["us"]}, "also what is not asked any more"
    with pytest.raises(Conflict):
        save_draft(session, ada, triage.id, {"infers": "no"}, version=1)
    with pytest.raises(RuleBroken):
        save_draft(session, ada, triage.id, {"infers": "perhaps"}, version=draft.version)
    run = complete(session, ada, triage, draft.answers, Verdict(), draft=draft)
    assert (run.answers, run.tier, draft_of(session, triage.id)) == (
        {"jurisdictions": ["us"]},
        Tier.MINIMAL,
        None,
    )
    again = save_draft(session, ada, triage.id, {"infers": "no"}, version=0)
    assert again.answers == {"jurisdictions": ["us"], "infers": "no"}, "it begins where the last run ended"


def test_a_run_sets_the_tier_and_stands_until_the_next(session, cast):
    ada, triage = cast.actor(session, "ada"), _system(session, cast.triage)
    assert standing(session, triage.id) is None
    first = complete(session, ada, triage, answers(), Verdict())
    assert triage.tier is Tier.MINIMAL
    second = complete(
        session, ada, triage, answers(), Verdict(Tier.LIMITED, "It answers customers in writing.")
    )
    assert (second.supersedes_id, second.proposed_tier, triage.tier) == (first.id, Tier.MINIMAL, Tier.LIMITED)
    stands = standing(session, triage.id)
    assert "minimal" in stands.names
    assert (stands.key, stands.outcomes, stands.tier) == (second.key, {Outcome.MINIMAL}, Tier.LIMITED)
    assert stands.edition == "eu-ai-act-classification 2026.1"
    finish(session)
    events = session.connection().execute(
        select(ENTRY.c.event).where(ENTRY.c.subject_kind == "classification_run")
    )
    assert [*events.scalars()] == ["classification.completed"] * 2


def test_what_is_asked_and_not_answered_makes_no_run(session, cast):
    ada, triage = cast.actor(session, "ada"), _system(session, cast.triage)
    with pytest.raises(RuleBroken) as refused:
        complete(
            session, ada, triage, {name: value for name, value in CREDIT.items() if name != "p_a"}, Verdict()
        )
    assert [each.field for each in refused.value.problems] == ["p_a"]
    assert triage.tier is None


def test_only_a_reviewer_without_a_seat_on_the_system_sets_a_lower_tier(session, cast):
    triage, lower = _system(session, cast.triage), Verdict(Tier.LIMITED, "A person decides each case.")
    for name in ("ada", "ben", "adam"):
        with pytest.raises(RuleBroken):
            complete(session, cast.actor(session, name), triage, CREDIT, lower)
    for name in ("mia", "otto"):
        with pytest.raises(Forbidden):
            complete(session, cast.actor(session, name), triage, CREDIT, lower)
    assert complete(session, cast.actor(session, "rita"), triage, CREDIT, lower).tier is Tier.LIMITED
    ownership.fill_seat(
        session, cast.actor(session, "ada"), triage.id, Seat.BUSINESS_LEAD, person_id=cast.number("rita")
    )
    with pytest.raises(RuleBroken):
        complete(session, cast.actor(session, "rita"), triage, CREDIT, lower)


def test_other_answers_alone_never_lower_a_tier_whoever_gives_them(session, cast):
    triage, reasons = _system(session, cast.triage), "It steers payouts."
    complete(session, cast.actor(session, "rita"), triage, answers(), Verdict(Tier.HIGH, reasons))
    for name in ("ada", "ben", "rita"):
        run = complete(session, cast.actor(session, name), triage, answers(), Verdict())
        assert (run.tier, run.proposed_tier, triage.tier) == (Tier.HIGH, Tier.MINIMAL, Tier.HIGH)
        assert run.rationale == f"Carried over from CLS-0001: {reasons}"
    with pytest.raises(RuleBroken):
        complete(session, cast.actor(session, "ada"), triage, answers(), Verdict(Tier.MINIMAL, "So."))
    with pytest.raises(RuleBroken):
        complete(session, cast.actor(session, "rita"), triage, answers(), Verdict(Tier.MINIMAL))
    down = Verdict(Tier.MINIMAL, "It steers nothing since the last release.")
    assert complete(session, cast.actor(session, "rita"), triage, answers(), down).tier is Tier.MINIMAL
    assert triage.tier is Tier.MINIMAL


def test_the_database_keeps_one_successor_and_reasons_for_another_tier(session, cast):
    run = complete(session, cast.actor(session, "ada"), _system(session, cast.triage), CREDIT, Verdict())
    kept = {name: getattr(run, name) for name in ClassificationRun.model_fields if name not in {"id", "tier"}}
    complete(session, cast.actor(session, "ada"), _system(session, cast.triage), CREDIT, Verdict())
    for changed in (
        {"tier": Tier.MINIMAL, "supersedes_id": None},
        {"tier": Tier.HIGH, "supersedes_id": run.id},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(ClassificationRun(**kept | changed))
            session.flush()


def test_another_edition_says_what_it_changes_once_and_leaves_the_tier(database, cast):
    with database.transaction() as session:
        for of in (cast.triage, cast.sentinel):
            complete(session, cast.actor(session, "ada"), _system(session, of), CREDIT, Verdict())
        olga = cast.actor(session, "olga")
        complete(session, olga, _system(session, cast.pricing), answers(jurisdictions=["us"]), Verdict())
        add_edition(session, cast.actor(session, "adam"), another_edition())
    for _ in range(2):
        jobs.on_questionnaire_added(database, {})
    with database.transaction() as session:
        changes = session.exec(select(ClassificationChange)).all()
        assert {each.system_id for each in changes} == {cast.triage.id, cast.sentinel.id}
        assert "The answers come to prohibited, before to high." in changes[0].says
        assert _system(session, cast.triage).tier is Tier.HIGH
        seen = {
            name: {each.system.name for each in outdated_page(session, cast.actor(session, name)).items}
            for name in ("rita", "otto", "ada")
        }
        assert seen == {
            "rita": {"Claims triage", "Sentinel"},
            "otto": {"Claims triage"},
            "ada": {"Claims triage", "Sentinel"},
        }
        assert outdated_page(session, cast.actor(session, "rita"), owned=True).items == []
        # The edition after it comes to the same as in the beginning.
        run, back = (
            newest_run(session, cast.sentinel.id),
            read(another_edition("Annex III, 5(b)", edition="2099.2")),
        )
        assert notice_changes(session, the_registry("worker"), run, back).differs is False
        assert change_of(session, cast.sentinel.id) is None
        assert outdated_count(session, cast.actor(session, "rita")) == 1
        run = complete(session, cast.actor(session, "ada"), _system(session, cast.triage), CREDIT, Verdict())
        assert (run.edition, run.tier) == ("2099.1", Tier.PROHIBITED)
        assert change_of(session, cast.triage.id) is None
        assert newest_run(session, cast.triage.id) is run


def test_an_edition_that_can_no_longer_be_read_is_left_out_and_keeps_its_name(session, cast):
    add_edition(session, cast.actor(session, "adam"), another_edition())
    text = another_edition(edition="2099.2").replace("title: Scope", "heading: Scope")
    session.add(
        QuestionnaireEdition(
            questionnaire=ACT.id, edition="2099.2", content=text, sha256="0" * 64, added_at=clock.now()
        )
    )
    record(session, cast.actor(session, "adam"), Event.QUESTIONNAIRE_ADDED, session.exec(LAST).one())
    assert in_force(session, clock.today()).edition == "2099.1"
    assert [each.edition for each in unreadable(session)] == ["2099.2"]
    with pytest.raises(RuleBroken, match=r"2099\.2 already"):
        add_edition(session, cast.actor(session, "adam"), another_edition(edition="2099.2"))


LAST = select(QuestionnaireEdition).where(QuestionnaireEdition.edition == "2099.2")


def test_an_edition_is_added_once_by_an_administrator_and_only_of_the_questionnaire_in_use(session, cast):
    adam = cast.actor(session, "adam")
    with pytest.raises(Forbidden):
        add_edition(session, cast.actor(session, "rita"), another_edition())
    row = add_edition(session, adam, another_edition())
    assert len(row.sha256) == 64
    other = yaml.safe_dump(yaml.safe_load("id: x"))
    for text in (another_edition(), another_edition(id="another-law"), other, "\x00"):
        with pytest.raises(RuleBroken):
            add_edition(session, adam, text)
    with pytest.raises(RuleBroken):
        add_edition(session, the_registry("command"), another_edition(effective_from="soon"))
