"""Which edition of a rule pack applies on a day."""

from dataclasses import replace
from datetime import date

import pytest

from registry.packs.queries import shipped_editions
from registry.packs.rules import (
    AlertRule,
    ConfirmationRule,
    Duty,
    Pack,
    ReportingRule,
    current,
    problems_with_alerts,
    problems_with_confirmation,
    problems_with_reporting,
    read,
)

OLD = Pack("law", "1", "Law", "us", date(2025, 1, 1), date(2025, 1, 1), ())
NEW = Pack("law", "2", "Law", "us", date(2026, 1, 1), date(2026, 8, 2), ())


def test_the_latest_edition_that_already_applies_is_current():
    assert current([OLD, NEW], "law", date(2026, 8, 1)) is OLD
    assert current([NEW, OLD], "law", date(2026, 8, 2)) is NEW


def test_before_the_first_edition_there_is_none_and_that_is_said():
    with pytest.raises(LookupError, match="2024-12-31"):
        current([OLD, NEW], "law", date(2024, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "id: x",
        "record: 3",
        "a: b: c",
        "record: [{unknown: 1}]",
        "record: []\nreporting: {duties: [{id: x}]}",
        "record: []\nreporting: {}",
    ],
)
def test_a_file_that_is_no_pack_is_refused_by_name(text):
    with pytest.raises(ValueError, match="not a rule pack"):
        read(text)


TIERS = frozenset({"high", "minimal"})
MONTHS = {"high": 3, "minimal": 12, "unclassified": 12}


def test_a_sound_cadence_of_confirmation_has_nothing_against_it():
    assert problems_with_confirmation(ConfirmationRule(MONTHS, 14, 14, 28), TIERS) == []
    assert ConfirmationRule(MONTHS, 14, 14, 28).months_for(None) == 12


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (ConfirmationRule({"high": 3, "unclassified": 12}, 14, 14, 28), "no months for minimal"),
        (ConfirmationRule(MONTHS | {"dire": 1}, 14, 14, 28), "no tier is called dire"),
        (ConfirmationRule(MONTHS | {"high": 0}, 14, 14, 28), "0 months for high"),
        (ConfirmationRule(MONTHS | {"high": True}, 14, 14, 28), "True months for high"),
        (ConfirmationRule(MONTHS | {"high": "3"}, 14, 14, 28), "3 months for high"),
        (ConfirmationRule(MONTHS, -1, 14, 28), "days are whole numbers"),
        (ConfirmationRule(MONTHS, 14, 28, 14), "after the deputy"),
    ],
)
def test_a_cadence_that_could_not_be_kept_is_named(rule, says):
    [problem] = problems_with_confirmation(rule, TIERS)
    assert says in str(problem)


def test_how_long_an_alert_may_wait_is_stated_for_every_tier():
    sound = {"high": 2, "minimal": 10, "unclassified": 5}
    assert problems_with_alerts(AlertRule(sound), TIERS) == []
    assert AlertRule(sound).days_for(None) == 5
    [problem] = problems_with_alerts(AlertRule(sound | {"high": 0}), TIERS)
    assert "0 days for high" in str(problem)


def test_the_shipped_edition_names_the_days_of_the_ai_act():
    [pack] = shipped_editions("eu-incidents")
    reporting = pack.reporting
    assert reporting is not None
    assert pack.said == "eu-incidents 2026.1"
    assert {duty.id: (duty.days, duty.article) for duty in reporting.duties} == {
        "serious_default": (15, "AI Act, Article 73(2)"),
        "serious_death": (10, "AI Act, Article 73(4)"),
        "serious_widespread_or_critical": (2, "AI Act, Article 73(3)"),
    }
    assert problems_with_reporting(reporting) == []
    assert reporting.duty("serious_death") == reporting.duties[1]
    assert reporting.duty("other") is None


SOUND = Duty("serious", "A serious incident", 15, "Article 73")


@pytest.mark.parametrize(
    ("duties", "says"),
    [
        ((), "no duty"),
        ((SOUND, SOUND), "serious stands 2 times"),
        ((replace(SOUND, days=0),), "0 days for serious"),
        ((replace(SOUND, days="15"),), "15 days for serious"),
        ((replace(SOUND, id="Serious death"),), "no name"),
        ((replace(SOUND, article=""),), "by which article"),
    ],
)
def test_a_duty_nobody_could_meet_is_named(duties, says):
    [problem] = problems_with_reporting(ReportingRule(duties))
    assert says in str(problem)
