"""Reviews in the demonstration, each step on its day: submitted, given, answered, decided; attested, signed and waived; cards."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from sqlmodel import Session, select

from registry.accounts.queries import actor_for
from registry.cards.actions import editions
from registry.cards.queries.editions import in_review_of
from registry.demo.actions.stage import Loaded, Stage, Step
from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.reviews.actions import deciding, findings, reviewing, signing, submitting, waiving
from registry.reviews.models.reviews import Review
from registry.reviews.models.words import Waiver
from registry.reviews.queries.content import content_of
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.queries.words import sign_offs_of
from registry.reviews.rules.decisions import ConditionFacts, DecisionFacts
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision, Kind, Severity, Signed
from registry.reviews.rules.waivers import WaiverFacts
from registry.systems.models import System

Told = Mapping[str, Any]


def review_steps(stage: Stage, told: dict[str, Any], loaded: Loaded) -> Iterator[Step]:
    """What reviewers, owners and leads said of one system, as (days ago, what is done then)."""
    for each in told.get("reviewed", ()):
        yield each["days_ago"], partial(_do, stage, loaded, told["name"], each)


def _do(stage: Stage, loaded: Loaded, name: str, told: Told, session: Session) -> None:
    system = session.exec(select(System).where(System.name == name)).one()
    actor = actor_for(session, loaded.people[told["by"]], via="session")
    _DOES[told["does"]](session, actor, system, told, stage, loaded)


def _submit(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    submitting.submit(session, actor, system, Kind(told["kind"]), told["note"])


def _take(session: Session, actor: Actor, system: System, _told: Told, _stage: Stage, loaded: Loaded) -> None:
    [person] = [each for each in loaded.people.values() if each.id == actor.person_id]
    reviewing.assign(session, actor, _newest(session, system), person)


def _answer(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    """The first so many controls, all where none are named: met, but for those that are told otherwise."""
    review, otherwise = _newest(session, system), told.get("but", {})
    given = {}
    for each in questions_of(session, review.packs)[: told.get("first")]:
        answer, note = otherwise.get(each.control, ("met", ""))
        given[each.key] = reviewing.Given(Answer(answer), note)
    reviewing.answer(session, actor, review, given)


def _find(session: Session, actor: Actor, system: System, told: Told, stage: Stage, loaded: Loaded) -> None:
    facts = FindingFacts(
        told["title"],
        told.get("detail", ""),
        Severity(told["severity"]),
        loaded.people[told["owner"]].id,
        stage.day(told["due_days_ago"]),
    )
    findings.add_finding(session, actor, _newest(session, system), facts)


def _decide(
    session: Session, actor: Actor, system: System, told: Told, stage: Stage, _loaded: Loaded
) -> None:
    conditions = tuple(
        ConditionFacts(each["text"], stage.day(each["due_days_ago"])) for each in told.get("conditions", ())
    )
    sha = content_of(session, system).sha256
    facts = DecisionFacts(Decision(told["decision"]), told.get("reason", ""), sha, conditions)
    review = _newest(session, system)
    deciding.decide(session, actor, review, system, facts, confirmed_at=clock.now())


def _attest(session: Session, actor: Actor, system: System, *_more: Any) -> None:
    sha = content_of(session, system).sha256
    signing.attest(session, actor, system, actor.name, sha, agrees=True, confirmed_at=clock.now())


def _open(session: Session, actor: Actor, system: System, *_more: Any) -> None:
    signing.open_sheet(session, actor, system)


def _sign(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    [sheet] = sign_offs_of(session, system.id or 0, 1)
    seat = Signed(told["seat"])
    signing.sign(session, actor, sheet, system, seat, actor.name, confirmed_at=clock.now())


def _ask(session: Session, actor: Actor, system: System, told: Told, stage: Stage, _loaded: Loaded) -> None:
    facts = WaiverFacts(told["subject"], told["because"], stage.day(told["until_days_ago"]))
    waiving.ask_waiver(session, actor, system, facts)


def _grant(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    query = select(Waiver).where(Waiver.system_id == system.id, Waiver.subject == told["subject"])
    waiver = session.exec(query).one()
    waiving.decide_waiver(
        session,
        actor,
        waiver,
        granted=True,
        because=told["because"],
        until=waiver.until,
        confirmed_at=clock.now(),
    )


def _newest(session: Session, system: System) -> Review:
    query = select(Review).where(Review.system_id == system.id)
    return max(session.exec(query), key=lambda review: review.id or 0)


def _put_forward(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    editions.put_forward(session, actor, system, told["note"])


def _approve(session: Session, actor: Actor, system: System, told: Told, *_more: Any) -> None:
    edition = in_review_of(session, system.id or 0)
    if edition is not None:
        editions.decide(session, actor, edition, told["reason"], approves=True, confirmed_at=clock.now())


_DOES: Mapping[str, Callable[..., None]] = {
    "put_card_forward": _put_forward,
    "approve_card": _approve,
    "submit": _submit,
    "take": _take,
    "answer": _answer,
    "find": _find,
    "decide": _decide,
    "attest": _attest,
    "open_sheet": _open,
    "sign": _sign,
    "ask_waiver": _ask,
    "grant_waiver": _grant,
}
