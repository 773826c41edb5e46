"""Answers for tests: what is not said is answered in the way that finds nothing."""

from registry.classification.queries.editions import shipped
from registry.classification.rules.questionnaire import Kind
from registry.classification.rules.scoring import score

ACT = shipped()[0]
AI = {"jurisdictions": ["eu"], "infers": "yes", "autonomy": "yes", "fixed_rules": "no", "placed": "later"}
HARMLESS = {
    "t_edited": "yes",
    "t_obvious": "yes",
    "t_assists": "yes",
    "p_f_safety": "yes",
    "p_h_allowed": "yes",
}


def nothing_in(question):
    """The answer that leads nowhere."""
    if question.kind is Kind.YES_NO:
        return HARMLESS.get(question.id, "no")
    value = "none" if "none" in question.values else question.values[-1]
    return [value] if question.kind is Kind.SEVERAL else value


def answers(**given):
    """Answers to every question that is asked, those given among them."""
    found = AI | given
    while (result := score(ACT, found)).unanswered:
        for name in result.unanswered:
            found[name] = nothing_in(ACT.question(name))
    return found


def scored(**given):
    return score(ACT, answers(**given))
