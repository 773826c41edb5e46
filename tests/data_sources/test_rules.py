"""Data sources: what may stand, what runs out, which purposes are open, and how a quality result is judged."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.data_sources.rules.quality import (
    CheckFacts,
    Dimension,
    ResultFacts,
    is_overdue,
    problems_with_check,
    problems_with_result,
)
from registry.data_sources.rules.sources import (
    Classification,
    Expiry,
    Purpose,
    SourceFacts,
    Stated,
    expiring,
    gaps,
    is_keeper,
    name_key,
    problems_with_source,
)
from registry.data_sources.rules.uses import problems_with_use
from registry.kernel.actor import Actor, Role
from registry.kernel.calendar import Cadence
from registry.kernel.errors import Problem
from registry.kernel.guard_rails import Bound

TODAY = date(2026, 11, 23)
D = Decimal

WHOLE = SourceFacts(
    name="Claims archive",
    description="Closed claims since 2012.",
    owner_id=1,
    steward_id=2,
    custodian="Records office",
    classification=Classification.CONFIDENTIAL,
    personal_data=Stated.YES,
    special_category=Stated.NO,
    lawful_basis="Contract with the insured (GDPR Art. 6(1)(b))",
    licence="Own data",
    retention="Ten years after closing",
    provenance="Exported nightly from the claims desk.",
    known_gaps="Nothing before 2015 for motor.",
)


def fields_of(problems: list[Problem]) -> list[str]:
    return [problem.field for problem in problems]


def objections(**changes: object) -> list[str]:
    return fields_of(problems_with_source(replace(WHOLE, **changes)))


def test_a_whole_source_meets_no_objection_and_lacks_nothing():
    assert problems_with_source(WHOLE) == []
    assert gaps(WHOLE) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "\ufdfa" * 30}, "name"),
        ({"owner_id": None}, "owner_id"),
        ({"custodian": "x" * 301}, "custodian"),
        ({"location": "a\x07b"}, "location"),
        ({"provenance": "x" * 20_001}, "provenance"),
        ({"known_gaps": "<" * 1_001}, "known_gaps"),
        ({"licence": "", "licence_expires_on": TODAY}, "licence"),
        ({"consent": "", "consent_expires_on": TODAY}, "consent"),
        ({"licence_expires_on": date(1949, 1, 1)}, "licence_expires_on"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(changes, field):
    assert objections(**changes) == [field]


def test_personal_data_needs_a_lawful_basis():
    assert objections(lawful_basis="") == ["lawful_basis"]
    assert objections(lawful_basis="", personal_data=Stated.NO) == []
    assert objections(lawful_basis="", personal_data=Stated.UNKNOWN) == []


@pytest.mark.parametrize("personal", [Stated.NO, Stated.UNKNOWN])
def test_special_categories_are_personal_data(personal):
    assert objections(special_category=Stated.YES, personal_data=personal) == ["personal_data"]
    assert objections(special_category=Stated.YES, personal_data=Stated.YES) == []


def test_a_name_that_is_taken_and_people_who_have_left_are_refused():
    found = problems_with_source(
        WHOLE, name_taken_by="DS-0003", owner_is_active=False, steward_is_active=False
    )
    assert fields_of(found) == ["name", "owner_id", "steward_id"]
    assert "DS-0003" in found[0].message


def test_names_are_compared_without_regard_to_case_width_and_spacing():
    assert name_key("  Claims\u00a0 ARCHIVE ") == name_key("claims archive")
    assert name_key("Ｃlaims archive") == name_key("claims archive")
    assert name_key("Straße") == name_key("STRASSE")
    assert name_key("Claims archive 2") != name_key("Claims archive")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"classification": None}, ["classification"]),
        ({"personal_data": Stated.UNKNOWN}, ["personal_data"]),
        ({"special_category": Stated.UNKNOWN}, ["special_category"]),
        ({"lawful_basis": ""}, ["lawful_basis"]),
        ({"personal_data": Stated.NO, "special_category": Stated.UNKNOWN, "lawful_basis": ""}, []),
        (
            {"licence": "", "retention": "", "provenance": "", "known_gaps": ""},
            ["licence", "retention", "provenance", "known_gaps"],
        ),
        ({"steward_id": None}, ["steward_id"]),
    ],
)
def test_what_a_reviewer_would_miss_is_told(changes, missing):
    assert [gap.field for gap in gaps(replace(WHOLE, **changes))] == missing


def dated(licence: int | None = None, consent: int | None = None) -> SourceFacts:
    def day(left: int | None) -> date | None:
        return None if left is None else TODAY + timedelta(days=left)

    return replace(WHOLE, consent="Form C", licence_expires_on=day(licence), consent_expires_on=day(consent))


def test_permissions_that_have_run_out_or_soon_will_are_listed_soonest_first():
    assert expiring(dated(), TODAY) == []
    assert [each.what for each in expiring(dated(90, -1), TODAY)] == ["consent", "licence"]
    assert [each.what for each in expiring(dated(91, 30), TODAY)] == ["consent"]
    assert [each.what for each in expiring(dated(91, 31), TODAY, within_days=30)] == []


def test_a_permission_is_valid_up_to_and_including_its_day():
    last_day, day_after = expiring(dated(0), TODAY), expiring(dated(0), TODAY + timedelta(days=1))
    assert not last_day[0].has_passed
    assert day_after[0].has_passed


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (-5, "The licence ran out on 23 Nov 2026."),
        (0, "The licence runs out today, on 23 Nov 2026."),
        (1, "The licence runs out in 1 day, on 23 Nov 2026."),
        (40, "The licence runs out in 40 days, on 23 Nov 2026."),
    ],
)
def test_an_expiry_says_when(left, says):
    assert Expiry("licence", TODAY, left).says == says


@given(left=st.integers(-400, 400), within=st.integers(0, 400), more=st.integers(0, 400))
def test_looking_further_ahead_never_loses_a_warning(left, within, more):
    near, far = (len(expiring(dated(left), TODAY, days)) for days in (within, within + more))
    assert near <= far


def test_a_source_open_to_every_purpose_can_be_used_for_any():
    assert all(problems_with_use(purpose, "") == [] for purpose in Purpose)


def test_where_purposes_are_stated_no_other_is_accepted():
    allowed = (Purpose.TEST, Purpose.VALIDATION)
    assert problems_with_use(Purpose.TEST, "", allowed=allowed) == []
    found = problems_with_use(Purpose.TRAINING, "", allowed=allowed)
    assert fields_of(found) == ["purpose"]
    assert "test and validation" in found[0].message


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"purpose": None}, ["purpose"]),
        ({"note": "x" * 4_001}, ["note"]),
        ({"note": "a\x00"}, ["note"]),
        ({"source_is_retired": True}, ["source"]),
        ({"already_open": True}, ["source"]),
    ],
)
def test_a_use_that_cannot_begin_is_refused(given, fields):
    facts = {"purpose": Purpose.TEST, "note": ""} | given
    assert fields_of(problems_with_use(**facts)) == fields


@pytest.mark.parametrize(
    ("person", "roles", "may"),
    [
        (1, (), True),
        (2, (), True),
        (3, (), False),
        (None, (), False),
        (3, (Role.ADMINISTRATOR,), True),
        (3, (Role.REVIEWER,), False),
    ],
)
def test_a_source_is_changed_by_its_owner_its_steward_or_an_administrator(person, roles, may):
    actor = Actor(person, "somebody", frozenset({Role.MEMBER, *roles}))
    assert is_keeper(actor, 1, 2) is may


def test_nobody_in_particular_does_not_own_what_nobody_owns():
    assert not is_keeper(Actor(None, "a token", frozenset({Role.MEMBER})), None, None)


CHECK = CheckFacts(
    Dimension.COMPLETENESS, "Rows with a birth date", "%", Bound.AT_LEAST, D(98), None, Cadence.WEEKLY
)


def test_a_check_states_its_rule_bound_and_cadence():
    assert problems_with_check(CHECK) == []
    found = problems_with_check(CheckFacts(None, ""))
    assert fields_of(found) == ["dimension", "rule", "bound", "cadence"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"low": None}, "low"),
        ({"high": D(99)}, "high"),
        ({"bound": Bound.BETWEEN, "high": D(98)}, "high"),
        ({"low": D("NaN")}, "low"),
        ({"rule": "x" * 301}, "rule"),
        ({"unit": "x" * 61}, "unit"),
    ],
)
def test_a_check_that_cannot_be_kept_is_refused_beside_its_field(changes, field):
    assert field in fields_of(problems_with_check(replace(CHECK, **changes)))


def test_a_result_is_a_number_measured_by_a_day_that_has_come():
    assert problems_with_result(ResultFacts(TODAY, D("97.5")), today=TODAY) == []
    assert fields_of(problems_with_result(ResultFacts(None, None), today=TODAY)) == ["value", "measured_on"]
    tomorrow = TODAY + timedelta(days=1)
    assert fields_of(problems_with_result(ResultFacts(tomorrow, D(1)), today=TODAY)) == ["measured_on"]
    assert fields_of(problems_with_result(ResultFacts(date(1, 1, 1), D(1)), today=TODAY)) == ["measured_on"]
    assert fields_of(problems_with_result(ResultFacts(TODAY, D("sNaN")), today=TODAY)) == ["value"]


@pytest.mark.parametrize(
    ("last", "overdue"),
    [(None, True), (date(2026, 11, 16), False), (date(2026, 11, 15), True), (TODAY, False)],
)
def test_a_check_is_overdue_once_its_cadence_has_passed(last, overdue):
    assert is_overdue(last, Cadence.WEEKLY, TODAY) is overdue
