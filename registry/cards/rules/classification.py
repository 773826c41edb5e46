"""Section 5: what the system was found to be under the law, by which answers, and the internal tier."""

from registry.cards.rules.facts import AppliesFrom, CardFacts, Classified, OutcomeFound
from registry.cards.rules.proven import assessments
from registry.cards.rules.shapes import Field, Need, Section, Table
from registry.cards.rules.words import always, cell, chosen, day, day_of, line, lowered, not_kept, said
from registry.classification.rules.questionnaire import Outcome
from registry.kernel.text import counted, listed

_C = Need.CONDITIONAL
_ABSENT = "not classified"
_TRANSPARENCY = frozenset(
    {
        Outcome.TRANSPARENCY_50_1,
        Outcome.TRANSPARENCY_50_2,
        Outcome.TRANSPARENCY_50_3,
        Outcome.TRANSPARENCY_50_4,
    }
)


def classification(facts: CardFacts, *, high: bool) -> Section:
    """Section 5: from the run that stands; a system without one is said to have none, also where it has a tier."""
    run = facts.classification
    tier = chosen(facts.tier.value) if facts.tier else None
    return Section(
        5,
        "Risk and legal classification",
        (
            always("5.1", "Outcome under the EU AI Act", _outcomes(run) if run else None, _ABSENT),
            *([said("5.1b", "Roles", _roles(run)), said("5.1c", "Duties", _duties(run))] if run else []),
            _exception(run),
            _transparency(run),
            always("5.4", "Internal risk tier and its reasons", _tier(run) if run else tier, _ABSENT),
            not_kept("5.5", "Other regimes that apply", _C),
            assessments(facts, high=high),
        ),
        statement=_stated(run) if run else _unstated(tier),
    )


def _outcomes(run: Classified) -> Table | str:
    rows = tuple(
        (
            f"{each.outcome.said}: {lowered(cell(line(each.says)))}",
            cell(line(each.article)),
            _answers(each),
            _from(each.applies),
        )
        for each in run.outcomes
    )
    return Table(("Outcome", "Article", "Answers that led there", "Applies from"), rows) if rows else "None"


def _answers(each: OutcomeFound) -> str:
    told = [f"{cell(line(one.question))} {cell(line(one.answer))}" for one in each.answers]
    return "; ".join(told) or "no answer led elsewhere"


def _from(applies: tuple[AppliesFrom, ...]) -> str:
    days = [day(each.on) or "does not apply" for each in applies]
    return " or, by the other reading, ".join(dict.fromkeys(days)) or "no day"


def _roles(run: Classified) -> str:
    return listed([cell(line(role)) for role in run.roles]) if run.roles else "None"


def _duties(run: Classified) -> str:
    if not run.duties:
        return "None follows from the answers"
    told = "; ".join(f"{cell(line(each.title))} ({cell(line(each.article))})" for each in run.duties)
    return f"{counted(len(run.duties), 'duty', 'duties')}, each with its dates in card.json: {told}"


def _exception(run: Classified | None) -> Field:
    label = "Exception under Article 6(3), with its reasons"
    if run is None:
        return Field("5.2", label, _C, None, _ABSENT, asked=False)
    found = [each for each in run.outcomes if each.outcome is Outcome.EXEMPT_6_3]
    told = "; ".join(f"{cell(line(each.article))}: {lowered(cell(line(each.says)))}" for each in found)
    return said("5.2", label, told or "None is relied upon")


def _transparency(run: Classified | None) -> Field:
    label = "Transparency duties under Article 50"
    if run is None:
        return Field("5.3", label, Need.ALWAYS, None, _ABSENT, asked=False)
    found = [each for each in run.outcomes if each.outcome in _TRANSPARENCY]
    told = "; ".join(f"{cell(line(each.article))}: {lowered(cell(line(each.says)))}" for each in found)
    return said("5.3", label, told or "None was found")


def _tier(run: Classified) -> str:
    told = f"{chosen(run.tier.value)}: {lowered(cell(line(run.because)))}"
    if run.tier is run.proposed:
        return told
    return f"{chosen(run.tier.value)}, where the answers come to {run.proposed.value}. {cell(line(run.rationale))}"


def _stated(run: Classified) -> str:
    by = cell(line(run.made_by), "nobody named")
    return f"Classified on {day_of(run.made_at)} by {by}, by {cell(line(run.edition))} ({run.key})."


def _unstated(tier: str | None) -> str:
    if tier:
        return (
            "Not classified: no questionnaire was answered; this card makes no statement about legal duties."
        )
    return "Not classified: no questionnaire was answered; this card makes no statement about risk tier or legal duties."
