"""The published inventories, accounted for row by row."""

import os
import re
from collections import Counter
from dataclasses import fields, is_dataclass
from html import unescape
from pathlib import Path

import pytest

from registry.interchange.queries import choose_profile
from registry.interchange.rules.drafting import draft_of
from registry.interchange.rules.drafts import Draft, Problem, Refused
from registry.interchange.rules.outcomes import Held, entry_of, plan, tally_of
from registry.interchange.rules.profiles import Profile
from registry.kernel.errors import RuleBroken
from registry.store.sheets import read
from registry.systems.rules.record import SystemFacts, problems_with

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        "REGISTRY_REAL_DATA" not in os.environ, reason="REGISTRY_REAL_DATA names no folder of real data"
    ),
]
USDA = "2023_Public_Inventory_of_AI_Use_Cases_-_USDA.csv"
DOT = "Department_of_Transportation_Inventory_of_Artificial_Intelligence_Use_Cases.csv"
EXPECTED = {
    # file: profile, rows, created, duplicate, refused, problems told
    "omb_2024_v1.csv": ("omb_2024", 1757, 1754, 3, 0, 67),
    "omb_2023.csv": ("omb_2023", 710, 710, 0, 0, 342),
    "omb_2025_cots.csv": ("omb_2025_cots", 900, 468, 0, 432, 432),
    "atrs_records.csv": ("atrs", 136, 136, 0, 0, 6),
    "atrs_records.json": ("atrs", 136, 136, 0, 0, 6),
    "nyc_ll35.csv": ("nyc_ll35", 76, 76, 0, 0, 0),
    USDA: ("usda_2023", 39, 39, 0, 0, 0),
    DOT: ("dot_2023", 31, 14, 16, 1, 17),
    "VA_Fed_Inv_2023_webtable.csv": ("va_2023", 40, 40, 0, 0, 0),
    "GSA_Fed_Inv_2023_webtable.csv": ("gsa_2023", 12, 12, 0, 0, 0),
    "DOL_Fed_Inv_2023_webtable.csv": ("dol_2023", 18, 18, 0, 0, 0),
}


def inventory(name: str) -> Path:
    return Path(os.environ["REGISTRY_REAL_DATA"]) / "inventories" / name


def results(name: str) -> tuple[Profile, list[Draft | Refused], list[dict[str, str]]]:
    sheet = read(inventory(name))
    profile = choose_profile(sheet.columns, name)
    rows = list(sheet.rows)
    return profile, [draft_of(profile, row) for row in rows], [row.cells for row in rows]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_of_the_inventory_is_accounted_for(name: str):
    profile, found, _ = results(name)
    entries = [entry_of(result) for result in found]
    outcomes = plan(entries, [])
    tally = tally_of(outcomes)
    problems = sum(len(result.problems) for result in found)
    assert (profile.id, tally.rows, tally.created, tally.duplicate, tally.refused, problems) == EXPECTED[name]
    held = [
        Held(outcome.key, entry.digest)
        for outcome, entry in zip(outcomes, entries, strict=True)
        if outcome.key
    ]
    again = tally_of(plan(entries, held))
    assert (again.created, again.updated, again.unchanged) == (0, 0, tally.created)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_draft_keeps_the_rules_of_a_systems_record(name: str):
    for draft in (result for result in results(name)[1] if isinstance(result, Draft)):
        copied = (
            "name",
            "summary",
            "description",
            "kind",
            "technique",
            "intended_use",
            "affected_people",
            "autonomy",
        )
        copied += ("vendor_name", "vendor_contract", "regions", "links", "known_limitations")
        facts = SystemFacts(unit_id=1, **{each: getattr(draft, each) for each in copied})
        assert problems_with(facts) == []
        assert all(len(step) <= 200 for step in draft.unit)
        assert len(draft.key) <= 400


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_the_inventory_says_is_lost(name: str):
    _, found, rows = results(name)
    for result, cells in zip(found, rows, strict=True):
        if isinstance(result, Refused):
            continue
        facts = dict(result.source_facts)
        assert all(facts[column] == cells[column] for column in facts)
        told = [_plain(text) for text in _texts([getattr(result, each) for each in result.stated])]
        for column, cell in cells.items():
            if cell.strip() and column not in facts:
                assert any("".join(cell.split()) in text for text in told), (result.row, column)


def _texts(value: object) -> list[str]:
    """Every text inside a value, however deep."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return _texts([getattr(value, each.name) for each in fields(value)])
    return [text for item in value for text in _texts(item)] if isinstance(value, list | tuple) else []


def _plain(text: str) -> str:
    """A text without Markdown's marks and without white space."""
    return "".join(unescape(re.sub(r"\\(?=[^A-Za-z0-9\s])", "", text)).split())


def test_the_systems_of_one_agency_that_share_a_name_are_told_apart():
    _, found, _ = results("omb_2024_v1.csv")
    outcomes = plan([entry_of(result) for result in found], [])
    numbered = [outcome for outcome in outcomes if "#" in outcome.key]
    assert len(numbered) == 13
    assert all(outcome.key.endswith("#2") for outcome in numbered)


def test_dates_of_every_wording_are_read_or_told():
    _, found, _ = results("omb_2024_v1.csv")
    drafts = [result for result in found if isinstance(result, Draft)]
    dated = Counter(draft.in_service_on.precision.value for draft in drafts if draft.in_service_on)
    assert dated == {"day": 609, "month": 17}
    untold = [
        draft for draft in drafts
        if not draft.in_service_on and _digits(dict(draft.source_facts).get("20_date_implemented", ""))
        and not any(problem.column == "20_date_implemented" for problem in draft.problems)
    ]  # fmt: skip
    assert untold == []


def _digits(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def test_characters_lost_before_are_told_and_not_dropped():
    sheet = read(inventory("omb_2023.csv"))
    assert any("21 characters" in warning for warning in sheet.warnings)
    _, found, rows = results("omb_2023.csv")
    assert sum(cell.count("\ufffd") for cells in rows for cell in cells.values()) == 21
    told: list[Problem] = [
        problem
        for result in found
        for problem in result.problems
        if "could not be recovered" in problem.message
    ]
    assert len(told) == 10


def test_the_two_editions_of_the_transparency_records_are_the_same_systems():
    one = {result.key for result in results("atrs_records.csv")[1] if isinstance(result, Draft)}
    other = {result.key for result in results("atrs_records.json")[1] if isinstance(result, Draft)}
    assert one == other


def test_a_data_dictionary_is_refused_as_no_inventory():
    sheet = read(inventory("2024_data_dictionary.yaml"))
    with pytest.raises(RuleBroken, match="lists no systems"):
        choose_profile(sheet.columns, "2024_data_dictionary.yaml")
