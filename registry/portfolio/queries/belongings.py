"""What belongs to systems and has a name or a text people would look for: alerts, actions, findings, versions, notes …, in one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, String, and_, cast, exists, false, literal, null, or_, true
from sqlmodel import Session, col

from registry.annotations.models import Note, Tag, Tagging
from registry.dependencies.models import Dependency
from registry.dossiers.models import Dossier, DossierCase
from registry.evidence.models import Evidence
from registry.feedback.models import Feedback
from registry.feedback.rules.triage import State as FeedbackState
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.visibility import seen_by
from registry.kernel.actor import GRANTS, Actor, Permission, may
from registry.kernel.nearness import Rank
from registry.monitoring.models.alerts import Alert
from registry.objectives.models import Objective, SuccessMetric
from registry.reviews.models.reviews import Finding, ReviewCondition
from registry.reviews.models.words import Waiver
from registry.risks.models import Risk
from registry.store.folding import name_holds, name_rank, text_holds
from registry.store.numbers import among
from registry.systems.models import System
from registry.systems.queries import visible_to
from registry.versions.models import ModelVersion

BEST, MOST = 6, 50
_SAID = 600
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Hits(Generic[Found]):
    """The best few of one kind, and whether there are more."""

    items: Sequence[Found]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One thing found: what it is, its number, its name or text, how it stands, and the system it belongs to.

    `place` is what its address needs besides: the slug of a metric, the review of a finding. A vendor and a tag belong
    to no one system: there `system_id` is 0.
    """

    kind: str
    number: int
    text: str
    state: str | None
    place: str | None
    system_id: int
    system: str | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of thing: its table, the text shown of it, what names it, what only mentions things, how it stands, and which are left out."""

    table: Any
    text: Any
    names: Sequence[Any] = ()
    mentions: Sequence[Any] = ()
    state: Any = None
    place: Any = None
    only: Callable[[Actor], ColumnElement[bool]] = lambda _actor: true()
    system_id: Any = None


def _reads_evidence(actor: Actor) -> ColumnElement[bool]:
    if may(actor, Permission.EVIDENCE_READ):
        return true()
    seats = GRANTS[Permission.EVIDENCE_READ].seats
    held = [number for number, here in actor.seats.items() if here & seats]
    return among(col(Evidence.system_id), held) if held else false()


def _of_seen_incident(actor: Actor) -> ColumnElement[bool]:
    seen = exists().where(col(Incident.id) == col(CorrectiveAction.incident_id), seen_by(actor))
    return or_(col(CorrectiveAction.incident_id).is_(None), seen)


def _no_spam(_actor: Actor) -> ColumnElement[bool]:
    return and_(col(Feedback.state) != FeedbackState.SPAM, col(Feedback.looks_like_spam).is_(False))


_KINDS: Mapping[str, _Kind] = {
    "alert": _Kind(Alert, Alert.says, mentions=(Alert.says,), state=Alert.state),
    "action": _Kind(
        CorrectiveAction,
        CorrectiveAction.title,
        (CorrectiveAction.title,),
        (CorrectiveAction.detail,),
        CorrectiveAction.state,
        only=_of_seen_incident,
    ),
    "finding": _Kind(
        Finding, Finding.title, (Finding.title,), (Finding.detail,), Finding.state, Finding.review_id
    ),
    "condition": _Kind(
        ReviewCondition, ReviewCondition.text, (ReviewCondition.text,), place=ReviewCondition.review_id
    ),
    "waiver": _Kind(Waiver, Waiver.subject_said, (Waiver.subject,), (Waiver.subject_said, Waiver.because)),
    "risk": _Kind(
        Risk, Risk.title, (Risk.title,), (Risk.cause, Risk.consequence, Risk.controls), Risk.status
    ),
    "version": _Kind(
        ModelVersion, ModelVersion.label, (ModelVersion.label,), (ModelVersion.changed,), ModelVersion.state
    ),
    "metric": _Kind(
        SuccessMetric,
        SuccessMetric.name,
        (SuccessMetric.name,),
        (SuccessMetric.why_appropriate,),
        place=SuccessMetric.slug,
        only=lambda _actor: col(SuccessMetric.retired_at).is_(None),
    ),
    "objective": _Kind(
        Objective, Objective.problem, mentions=(Objective.problem, Objective.decision_changed)
    ),
    "evidence": _Kind(
        Evidence,
        Evidence.title,
        (Evidence.title,),
        (Evidence.note,),
        Evidence.kind,
        only=lambda actor: and_(col(Evidence.withdrawn_at).is_(None), _reads_evidence(actor)),
    ),
    "test": _Kind(
        DossierCase,
        DossierCase.name,
        (DossierCase.name,),
        (DossierCase.expected,),
        DossierCase.type,
        # Looked up of what was found: joined, SQLite goes from dossier to dossier and from there to each of its tests.
        system_id=sa.select(col(Dossier.system_id))
        .where(col(Dossier.id) == col(DossierCase.dossier_id))
        .correlate(DossierCase)
        .scalar_subquery(),
    ),
    "dependency": _Kind(
        Dependency,
        Dependency.service,
        (Dependency.service,),
        (Dependency.interface,),
        only=lambda _actor: and_(col(Dependency.ended_at).is_(None), col(Dependency.service) != ""),
    ),
    "feedback": _Kind(
        Feedback, Feedback.comment, mentions=(Feedback.comment,), state=Feedback.state, only=_no_spam
    ),
    "note": _Kind(
        Note, Note.body, mentions=(Note.body,), only=lambda _actor: col(Note.withdrawn_at).is_(None)
    ),
}
VENDOR, TAG = "vendor", "tag"
KINDS = (*_KINDS, VENDOR, TAG)


def belongings(
    session: Session, actor: Actor, words: Sequence[str], *, only: str = ""
) -> dict[str, Hits[Part]]:
    """By kind the best few that hold every word, and whether there are more; of one kind alone (`only`) up to fifty.

    Of what belongs to systems the actor may know of, and of nothing else: in one statement. Kinds of which nothing was
    found are left out.
    """
    most = MOST if only else BEST
    parts = [_found(actor, name, words, most + 1) for name in ((only,) if only else KINDS)]
    rows = session.execute(sa.union_all(*(sa.select(part.subquery()) for part in parts))).all()
    found: dict[str, Hits[Part]] = {}
    for name in KINDS:
        # A union promises no order of its own.
        here = sorted((row for row in rows if row.kind == name), key=lambda row: (row.rank, -row.number))
        if here:
            shown = [Part(*row[:-1]) for row in here[:most]]
            found[name] = Hits(shown, more=len(here) > most)
    return found


def _found(actor: Actor, name: str, words: Sequence[str], limit: int) -> Any:
    if name == VENDOR:
        return _grouped(actor, VENDOR, System.vendor_name, sa.func.min(System.id), words, limit)
    if name == TAG:
        return _tags(actor, words, limit)
    kind = _KINDS[name]
    number = kind.table.system_id if kind.system_id is None else kind.system_id
    # What holds the words is found first and whose it is looked up then: to go from each system to its notes, and to
    # those of systems that have none, took three times as long.
    seen = exists().where(col(System.id) == number, visible_to(actor))
    named = sa.select(col(System.name)).where(col(System.id) == number).scalar_subquery()
    query = sa.select(
        literal(name).label("kind"),
        kind.table.id.label("number"),
        sa.func.substr(kind.text, 1, _SAID).label("text"),
        _as_text(kind.state).label("state"),
        _as_text(kind.place).label("place"),
        number.label("system_id"),
        named.label("system"),
        _rank(kind.names, words).label("rank"),
    ).select_from(kind.table)
    query = query.where(_every_word(kind.names, kind.mentions, words), kind.only(actor), seen)
    return query.order_by(sa.text("rank"), sa.desc("number")).limit(limit)


def _grouped(actor: Actor, name: str, text: Any, number: Any, words: Sequence[str], limit: int) -> Any:
    query = sa.select(
        *(literal(name).label("kind"), number.label("number"), text.label("text")),
        *(null().label("state"), cast(sa.func.count(), String).label("place")),
        *(literal(0).label("system_id"), null().label("system")),
        _rank((text,), words).label("rank"),
    ).select_from(System)
    query = query.where(_every_word((text,), (), words), visible_to(actor), text != "").group_by(text)
    return query.order_by(sa.text("rank"), sa.desc("number")).limit(limit)


def _tags(actor: Actor, words: Sequence[str], limit: int) -> Any:
    """The tags that systems the actor may know of carry: what only hidden ones carry is as hidden as they are."""
    seen = exists().where(col(System.id) == col(Tagging.system_id), visible_to(actor))
    query = sa.select(
        *(literal(TAG).label("kind"), col(Tag.id).label("number"), col(Tag.name).label("text")),
        *(null().label("state"), cast(sa.func.count(), String).label("place")),
        *(literal(0).label("system_id"), null().label("system")),
        _rank((Tag.name,), words).label("rank"),
    )
    query = query.join_from(Tag, Tagging, col(Tagging.tag_id) == col(Tag.id))
    query = query.where(_every_word((Tag.name,), (), words), seen)
    return (
        query.group_by(col(Tag.id), col(Tag.name)).order_by(sa.text("rank"), sa.desc("number")).limit(limit)
    )


def _as_text(column: Any) -> Any:
    return cast(null() if column is None else column, String)


def _every_word(names: Sequence[Any], mentions: Sequence[Any], words: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        *(
            or_(
                *(name_holds(name, word) for name in names),
                *(text_holds(mention, word) for mention in mentions),
            )
            for word in words
        )
    )


def _rank(names: Sequence[Any], words: Sequence[str]) -> Any:
    return name_rank(names[0], words) if names else literal(int(Rank.MENTIONED))
