"""Triage classified twice, with a tier set by hand, answers begun anew, and an edition that comes to something else."""

from collections.abc import Callable

from sqlmodel import Session

from registry.classification.actions import Verdict, complete, notice_changes, save_draft
from registry.classification.queries.editions import read
from registry.kernel.actor import the_registry
from registry.systems.models import System
from registry.systems.rules.record import Tier
from tests.cast import Cast
from tests.classification.answering import answers
from tests.classification.editions import another_edition


def classify(session: Session, cast: Cast, text: Callable[[str], str]) -> None:
    """Everything the pages of classification show."""
    ada, triage = cast.actor(session, "ada"), session.get_one(System, cast.triage.id)
    complete(session, ada, triage, answers(t_direct="yes", t_obvious="no", roles=["provider"]), Verdict())
    credit = answers(
        roles=["deployer"], deployer_is="public_service", areas=["services"], a_5=["b"], profiling="yes"
    )
    reasons = text("A wrong answer is not noticed in time.")
    run = complete(session, ada, triage, credit, Verdict(Tier.PROHIBITED, reasons))
    notice_changes(session, the_registry("command"), run, read(another_edition()))
    save_draft(session, ada, triage.id or 0, {"significant": "yes", "p_f": ""}, version=0)
