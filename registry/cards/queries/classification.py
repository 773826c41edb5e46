"""The classification of a system, as the part of a card: the run that stands, in two statements at most."""

from sqlmodel import Session

from registry.cards.rules import facts as card
from registry.classification.queries.runs import newest_run
from registry.classification.rules.scoring import Starts
from registry.classification.rules.stored import read_back
from registry.people import queries as people


def classified(session: Session, system_id: int) -> card.Classified | None:
    """The run that stands, or None where there is none."""
    run = newest_run(session, system_id)
    if run is None:
        return None
    what = read_back(run.outcomes)
    by = people.people_by_id(session, {run.made_by_id}) if run.made_by_id else {}
    return card.Classified(
        key=run.key,
        edition=run.edition_said,
        made_at=run.made_at,
        made_by=by[run.made_by_id].name if run.made_by_id in by else "",
        tier=run.tier,
        proposed=run.proposed_tier,
        because=run.proposed_because,
        rationale=run.rationale,
        roles=tuple(dict.fromkeys(each.says for each in what.roles)),
        outcomes=tuple(
            card.OutcomeFound(
                each.outcome,
                each.article,
                each.says,
                _applies(each.applies),
                tuple(card.AnswerGiven(one.text, one.answer) for one in each.led_by),
            )
            for each in what.found
        ),
        duties=tuple(
            card.DutyOwed(each.article, each.title, each.roles, _applies(each.applies))
            for each in what.duties
        ),
    )


def _applies(applies: tuple[Starts, ...]) -> tuple[card.AppliesFrom, ...]:
    return tuple(card.AppliesFrom(each.on, each.says) for each in applies)
