"""The card as one row of the consolidated US federal inventory of 2024 (OMB), under the headings it was published with."""

from datetime import date
from typing import Final

from registry.cards.render.exports.documents import address
from registry.cards.render.exports.stated import text
from registry.cards.rules.facts import CardFacts, Source
from registry.cards.rules.words import cell, line
from registry.data_sources.rules.sources import Purpose, Stated
from registry.output.tables import to_csv
from registry.systems.rules.record import Stage

HEADINGS: Final = [
    "2_use_case_name",
    "3_agency",
    "3_abr",
    "4_bureau",
    "8_topic_area",
    "8_question_type",
    "10_commercial_ai",
    "11_purpose_benefits",
    "12_outputs",
    "16_dev_stage",
    "17_impact_type",
    "18_date_initiated",
    "19_date_acq_dev_began",
    "20_date_implemented",
    "21_date_retired",
    "22_dev_method",
    "23_contract_piids",
    "24_hisp_support",
    "25_hisp_name",
    "26_public_service",
    "27_public_info",
    "28_iqa_compliance",
    "29_contains_pii",
    "30_saop_review",
    "31_data_catalog",
    "31_question_type",
    "33_agency_data",
    "34_data_docs",
    "35_demo_features",
    "35_question_type",
    "37_custom_code",
    "38_code_access",
    "39_code_link",
    "40_has_ato",
    "41_system_name",
    "42_dev_tools_wait",
    "43_infra_provisioned",
    "43_question_type",
    "45_compute_request",
    "45_question_type",
    "47_timely_resources",
    "47_question_type",
    "49_existing_reuse",
    "50_internal_review",
    "51_extension_request",
    "52_impact_assessment",
    "53_real_world_testing",
    "54_key_risks",
    "55_independent_eval",
    "56_monitor_postdeploy",
    "57_autonomous_impact",
    "57_question_type",
    "59_ai_notice",
    "59_question_type",
    "61_adverse_impact",
    "62_disparity_mitigation",
    "63_stakeholder_consult",
    "63_question_type",
    "65_appeal_process",
    "66_no_appeal_reason",
    "67_opt_out",
    "67_question_type",
]

CARRIES: Final = frozenset({"1.1a", "1.2a", "1.4b", "2.2", "2.5b", "3.1a", "3.1b", "8.5"})
IN_PART: Final = frozenset({"1.4a", "4.3a", "6.1", "6.3", "6.4f", "15.1"})

# The inventory knows no system that is suspended, and none that was only ever planned.
_STAGES: Final = {
    Stage.PROPOSED: "Initiated",
    Stage.IN_DEVELOPMENT: "Acquisition and/or Development",
    Stage.IN_VALIDATION: "Implementation and Assessment",
    Stage.PILOT: "Implementation and Assessment",
    Stage.LIVE: "Operation and Maintenance",
    Stage.RESTRICTED: "Operation and Maintenance",
    Stage.RETIRED: "Retired",
}
_ALONE: Final = "Yes - All individual decisions or actions are automated and may be rendered without direct human interaction."
_WATCHED: Final = "No - Some individual decisions or actions require direct human oversight."
_DECIDES_ALONE: Final = 5
_LEARNING: Final = frozenset({Purpose.TRAINING, Purpose.VALIDATION, Purpose.TEST})


def to_omb(facts: CardFacts) -> bytes:
    """One CSV with the headings of 2024 and one row. What the record does not state is left empty, never guessed."""
    said = _cells(facts)
    return to_csv(HEADINGS, [[said.get(heading, "") for heading in HEADINGS]])


def _cells(facts: CardFacts) -> dict[str, str]:
    what, use = facts.identity, facts.use
    agency, _, bureau = cell(line(facts.ownership.unit), "").partition(" / ")
    objective = facts.objective
    return {
        "2_use_case_name": cell(line(what.name), what.key),
        "3_agency": agency,
        "4_bureau": bureau,
        "11_purpose_benefits": _joined(line(what.summary), text(objective.problem) if objective else ""),
        "12_outputs": text(objective.decision_changed) if objective else "",
        "16_dev_stage": _STAGES.get(what.stage, ""),
        "20_date_implemented": _american(what.in_service_on),
        "23_contract_piids": line(facts.ownership.supplier.contract) or "",
        "29_contains_pii": _personal(facts.sources),
        "33_agency_data": _learned_from(facts.sources),
        "39_code_link": _code(facts),
        "54_key_risks": text(use.known_limitations),
        "57_autonomous_impact": _autonomous(use.autonomy),
    }


def _joined(*parts: str | None) -> str:
    return "\n\n".join(filter(None, parts))


def _american(on: date | None) -> str:
    return f"{on.month}/{on.day}/{on.year}" if on else ""


def _personal(sources: tuple[Source, ...]) -> str:
    answers = {source.personal_data for source in sources}
    if Stated.YES in answers:
        return "Yes"
    # One source of which nobody knows leaves the question open.
    return "No" if answers == {Stated.NO} else ""


def _learned_from(sources: tuple[Source, ...]) -> str:
    told = (
        ": ".join(filter(None, (line(source.name), text(source.description))))
        for source in sources
        if any(use.purpose in _LEARNING for use in source.uses)
    )
    return _joined(*told)


def _code(facts: CardFacts) -> str:
    found = (
        address(link.url)
        for link in facts.identity.links
        if any(word in link.label.casefold() for word in ("source code", "repository"))
    )
    return next((url for url in found if url), "")


def _autonomous(level: int | None) -> str:
    if level is None:
        return ""
    return _ALONE if level == _DECIDES_ALONE else _WATCHED
