"""Runs and drafts of a system, how it stands, and the editions systems are classified by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from registry.classification.models import ClassificationDraft, ClassificationRun, QuestionnaireEdition
from registry.classification.queries import editions
from registry.classification.rules import choosing
from registry.classification.rules.questionnaire import Outcome, Questionnaire
from registry.classification.rules.scoring import Owed
from registry.classification.rules.stored import read_back
from registry.classification.rules.tiers import Before
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.rules.record import Tier


@dataclass(frozen=True, slots=True)
class Standing:
    """How a system stands by its newest run: what it was found to be, what is owed, the tier that was set."""

    run_id: int
    key: str
    outcomes: frozenset[Outcome]
    duties: tuple[Owed, ...]
    tier: Tier
    made_at: datetime
    edition: str

    @property
    def names(self) -> frozenset[str]:
        """Outcomes and duties by their ids, as controls of a framework name them."""
        return frozenset(each.value for each in self.outcomes) | {duty.id for duty in self.duties}


def standing(session: Session, system_id: int) -> Standing | None:
    """How a system stands, or None where it was never classified. One statement."""
    run = newest_run(session, system_id)
    return None if run is None else standing_of(run)


def standing_of(run: ClassificationRun) -> Standing:
    """How a system stands by this run."""
    what = read_back(run.outcomes)
    return Standing(run.id or 0, run.key, what.outcomes, what.duties, run.tier, run.made_at, run.edition_said)


def newest_run(session: Session, system_id: int) -> ClassificationRun | None:
    """The run that stands."""
    query = select(ClassificationRun).where(ClassificationRun.system_id == system_id)
    return session.exec(query.order_by(col(ClassificationRun.id).desc()).limit(1)).first()


def tier_before(system: System, last: ClassificationRun | None) -> Before | None:
    """The tier a system has before it is classified anew; `last` is the run that stands."""
    if system.tier is None:
        return None
    set_by = last if last is not None and last.tier is system.tier else None
    return Before(system.tier, set_by.key, set_by.rationale) if set_by else Before(system.tier)


def newest_runs(session: Session, *, after: int = 0, limit: int = 200) -> Sequence[ClassificationRun]:
    """The runs that stand, of all systems, by their number: those beyond `after`. For work nobody signed in for."""
    standing = select(func.max(ClassificationRun.id)).group_by(col(ClassificationRun.system_id))
    query = select(ClassificationRun).where(
        col(ClassificationRun.id) > after, col(ClassificationRun.id).in_(standing)
    )
    return session.exec(query.order_by(col(ClassificationRun.id)).limit(limit)).all()


def outcomes_by_system(session: Session, numbers: Sequence[int]) -> dict[int, frozenset[Outcome]]:
    """What each of these systems was found to be by the run that stands; one never classified is left out. One statement."""
    of_these = col(ClassificationRun.system_id).in_(numbers)
    standing = (
        select(func.max(ClassificationRun.id)).where(of_these).group_by(col(ClassificationRun.system_id))
    )
    query = select(ClassificationRun.system_id, ClassificationRun.outcomes).where(
        col(ClassificationRun.id).in_(standing)
    )
    return {number: read_back(kept).outcomes for number, kept in session.exec(query)}


def run_by_id(session: Session, system_id: int, number: int) -> ClassificationRun:
    """One run of a system. Raises NotFound."""
    run = session.get(ClassificationRun, number) if number <= LARGEST_NUMBER else None
    if run is None or run.system_id != system_id:
        raise NotFound
    return run


def runs_page(
    session: Session, system_id: int, *, before: int | None = None, limit: int = 50
) -> Page[ClassificationRun]:
    """A page of the runs of a system, newest first."""
    query = select(ClassificationRun).where(ClassificationRun.system_id == system_id)
    if before is not None:
        query = query.where(col(ClassificationRun.id) < before)
    found = session.exec(query.order_by(col(ClassificationRun.id).desc()).limit(limit + 1)).all()
    return cut(found, limit, lambda run: (run.id,))


def draft_of(session: Session, system_id: int) -> ClassificationDraft | None:
    """The answers given so far for a system, where somebody has begun."""
    return session.exec(select(ClassificationDraft).where(ClassificationDraft.system_id == system_id)).first()


def all_editions(session: Session) -> list[Questionnaire]:
    """Every edition of every questionnaire, shipped and added. One statement, and one more for texts not read before.

    An added edition this release can no longer read is left out: systems are classified by the one before it.
    """
    query = select(QuestionnaireEdition.sha256).order_by(col(QuestionnaireEdition.id))
    digests = session.exec(query).all()
    if missing := {*digests} - _READ.keys():
        texts = select(QuestionnaireEdition.sha256, QuestionnaireEdition.content).where(
            col(QuestionnaireEdition.sha256).in_(sorted(missing))
        )
        _READ.update((digest, _readable(text)) for digest, text in session.exec(texts))
    added = [found for digest in digests if (found := _READ[digest]) is not None]
    return choosing.together(editions.shipped(), added)


# What the texts of added editions say, by their SHA-256: whatever the database, a text of this digest reads the same.
_READ: dict[str, Questionnaire | None] = {}


def _readable(text: str) -> Questionnaire | None:
    try:
        return editions.read(text)
    except ValueError:
        return None


def unreadable(session: Session) -> Sequence[QuestionnaireEdition]:
    """The added editions this release can no longer read, the newest first."""
    all_editions(session)
    lost = sorted(digest for digest, found in _READ.items() if found is None)
    query = select(QuestionnaireEdition).where(col(QuestionnaireEdition.sha256).in_(lost))
    return session.exec(query.order_by(col(QuestionnaireEdition.id).desc())).all()


def in_force(session: Session, on: date) -> Questionnaire:
    """The edition systems are classified by on that day. Raises LookupError where there is none."""
    return choosing.in_force(all_editions(session), on)


def if_in_force(session: Session, on: date) -> Questionnaire | None:
    """The same; None on a past day on which none was yet."""
    try:
        return in_force(session, on)
    except LookupError:
        return None


def edition_of(session: Session, run: ClassificationRun) -> Questionnaire | None:
    """The edition a run was made by, or None where it is kept no more."""
    wanted = (run.questionnaire, run.edition)
    return next((each for each in all_editions(session) if (each.id, each.edition) == wanted), None)


def is_known(session: Session, questionnaire_id: str, edition: str) -> bool:
    """Whether there is an edition of that name already, one that can no longer be read among them."""
    if any((each.id, each.edition) == (questionnaire_id, edition) for each in editions.shipped()):
        return True
    query = select(QuestionnaireEdition.id).where(
        QuestionnaireEdition.questionnaire == questionnaire_id, QuestionnaireEdition.edition == edition
    )
    return session.exec(query).first() is not None
