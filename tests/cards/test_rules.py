"""What a card states: every section always there, nothing blank, nothing printed that nobody counted."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from registry.cards.rules.compose import compose
from registry.cards.rules.facts import CardFacts, Holder, Metric, Objective, Rail, Realised, Supplier, Use
from registry.cards.rules.measured import MOST_FEATURES
from registry.cards.rules.objective import MOST_ENTRIES
from registry.cards.rules.operation import MOST_GROUPS
from registry.cards.rules.shapes import Items, Prose, Table
from registry.cards.rules.words import line, printable, prose
from registry.data_sources.rules.sources import Stated
from registry.kernel.actor import Seat
from registry.kernel.guard_rails import Bound
from registry.objectives.rules.judging import Verdict
from registry.objectives.rules.metric import Kind
from registry.systems.rules.record import Tier
from tests.cards.sample import at, full, sparse
from tests.cards.strategies import ANY_FACTS, HOSTILE, QUICK

TITLES = [
    "Document control",
    "Identity",
    "Ownership and accountability",
    "Business objective and value",
    "Intended use",
    "Risk and legal classification",
    "Data",
    "Design",
    "Performance",
    "Fairness",
    "Human oversight",
    "Risk management",
    "Monitoring",
    "Incidents",
    "Compliance review",
    "References",
]


def field(facts: CardFacts, number: str, of: str = ""):
    """The field of this number, in the group of that title."""
    for section in compose(facts).sections:
        places = [("", section.fields), *((group.title, group.fields) for group in section.groups)]
        for title, fields in places:
            found = [each for each in fields if each.number == number]
            if found and title == of:
                assert len(found) == 1, f"{number} stands twice"
                return found[0]
    raise AssertionError(f"there is no field {number} of {of!r}")


def texts(value):
    """Every text that a value prints."""
    if value is None:
        return []
    if isinstance(value, Table):
        return [*value.header, *(cell for row in value.rows for cell in row)]
    if isinstance(value, Items):
        return list(value.lines)
    return [value] if isinstance(value, str) else [value.text] if hasattr(value, "text") else []


@pytest.mark.parametrize("facts", [full(), sparse()], ids=["full", "sparse"])
def test_the_sixteen_sections_are_always_there_in_their_order(facts):
    assert [(each.number, each.title) for each in compose(facts).sections] == list(enumerate(TITLES))


@given(ANY_FACTS)
@settings(QUICK)
def test_whatever_is_recorded_every_section_is_there_and_no_field_is_blank(facts):
    card = compose(facts)
    assert [section.title for section in card.sections] == TITLES
    for section in card.sections:
        assert section.fields
        for each in section.all_fields():
            assert each.absent.strip()
            assert all(text.strip() for text in texts(each.value)), each
            if isinstance(each.value, Table):
                assert {len(row) for row in each.value.rows} == {len(each.value.header)}
    assert 0 <= card.stated <= card.asked
    assert card.asked - card.stated == len(card.missing)


def test_a_field_number_stands_once_in_its_section_or_group():
    for section in compose(full()).sections:
        for fields in (section.fields, *(group.fields for group in section.groups)):
            numbers = [each.number for each in fields]
            assert len(numbers) == len(set(numbers))


def test_a_full_record_lacks_only_what_was_left_out():
    card = compose(replace(full(), metrics=full().metrics[:1], sources=full().sources[:1]))
    assert card.missing == ()
    assert card.stated == card.asked


def test_a_bare_record_names_everything_it_lacks():
    missing = {(each.number, each.label) for each in compose(sparse()).missing}
    assert ("3.1a", "Problem") in missing
    assert ("4.1a", "Intended purpose") in missing
    assert ("3.2", "Success metrics") in missing
    assert ("2.7a", "Ownership confirmed") in missing
    assert ("2.2", "Unit") not in missing


def test_nothing_stated_is_not_zero_and_zero_is_not_nothing():
    assert field(full(), "4.4a").value == "0"
    bare = field(sparse(), "4.4a")
    assert bare.value is None
    assert bare.absent == "not stated"


def test_what_was_not_measured_says_so():
    spread = field(full(), "3.2d", "Spread between regions")
    assert spread.value is None
    assert spread.absent == "not measured"
    assert field(sparse(), "3.1e").absent == "not measured"
    table = field(full(), "3.2").value
    assert "not measured" in table.rows[1]


def test_a_measured_zero_is_printed_as_zero():
    metric = replace(full().metrics[0], baseline=Decimal(0), target=Decimal("0.00"))
    facts = replace(full(), metrics=(metric,))
    assert field(facts, "3.2d", metric.name).value == "0 hours, measured 31 Dec 2025"
    assert field(facts, "3.2e", metric.name).value == "0.00 hours, by 31 Dec 2026"


def test_incidents_say_how_long_they_took_and_what_authorities_were_told():
    rows = field(full(), "13.1").value.rows
    assert rows[0][2] == "began 2 Oct 2026; noticed 4 Oct 2026 by: monitoring; resolved 5 Oct 2026"
    assert rows[0][3] == "3 substantial: money or livelihood and trust in the company, 41 people"
    assert rows[0][6] == "Federal Network Agency: due before 20 Oct 2026, told 12 Oct 2026, in time"
    assert rows[1][2].startswith("beginning not known")
    assert field(full(), "13.2a").value == (
        "Median 2 days 3 hours, nine in ten within 2 days 3 hours, mean 2 days 3 hours (n = 1); "
        "0 incidents not there yet, 1 of which it is not known"
    )
    assert field(full(), "13.2c").value.lines[0].endswith("to do, due 1 Dec 2026 (incident 12)")
    assert field(full(), "13.3").value is not None
    (bare,) = compose(sparse()).sections[13].fields
    assert bare.value == (
        "No incident is recorded, 22 Nov 2024 to 22 Nov 2026; what nobody noticed is in no record; "
        "no reporting channel is stated (2.6)"
    )
    assert "23 Nov 2024 to 23 Nov 2026" in compose(full()).sections[13].statement
    hidden = replace(sparse(), incidents=replace(sparse().incidents, undescribed=1))
    assert field(hidden, "13.1").value.startswith(
        "1 incident is not described here because it concerns a system of restricted visibility, 22 Nov 2024 to"
    )
    more = replace(full(), incidents=replace(full().incidents, undescribed=2))
    assert "2 incidents are not described here" in compose(more).sections[13].statement


def test_the_classification_states_article_answers_dates_and_who_set_the_tier_and_says_where_there_is_none():
    assert field(full(), "5.1").value.rows[0] == (
        "Not high risk by exception: a preparatory task",
        "Article 6(3)(d)",
        "Is all it does one of these? (d) A preparatory task to an assessment",
        "2 Aug 2026 or, by the other reading, 2 Dec 2026",
    )
    assert field(full(), "5.1c").value.endswith(
        "AI literacy (Article 4); Mark what it makes (Article 50(2), (5))"
    )
    assert field(full(), "5.2").value == "Article 6(3)(d): a preparatory task"
    assert field(full(), "5.3").value == "Article 50(2): it generates content"
    assert field(full(), "5.4").value.startswith("Limited, where the answers come to high. It sorts claims")
    section = compose(full()).sections[5]
    assert section.statement == (
        "Classified on 14 Sep 2026 by Ada Owner, by eu-ai-act-classification 2026.1 (CLS-0007)."
    )
    assert (field(sparse(), "5.1").value, field(sparse(), "5.1").absent) == (None, "not classified")
    assert "no statement about risk tier or legal duties" in compose(sparse()).sections[5].statement


def test_sections_without_a_record_make_no_statement_about_their_subject():
    sections = compose(full()).sections
    assert "makes no statement about compliance" in sections[14].statement
    assert sections[7].printed == ()
    assert sections[7].not_kept
    assert not any(character.isdigit() for character in sections[7].statement.replace("section 1", ""))


def test_what_the_registry_does_not_keep_is_not_held_against_the_record():
    for section in compose(sparse()).sections:
        assert not any(each.counts for each in section.not_kept)


def test_an_unclassified_system_is_asked_what_high_risk_would_be():
    unclassified, limited, high = (
        compose(replace(sparse(), tier=tier)) for tier in (None, Tier.LIMITED, Tier.HIGH)
    )
    assert unclassified.asked == high.asked
    assert limited.asked < high.asked


def test_a_supplier_is_asked_about_only_where_there_is_one():
    own = replace(full(), ownership=replace(full().ownership, supplier=Supplier()))
    bought = replace(full(), ownership=replace(full().ownership, supplier=Supplier("Northwind")))
    assert compose(bought).asked == compose(own).asked + 3
    assert field(bought, "2.5d").value is None


def test_a_retired_catalogue_entry_says_so():
    source = replace(full().sources[0], retired_at=at(2026, 11, 1))
    assert (
        "retired 1 Nov 2026"
        in field(replace(full(), sources=(source,)), "6.4q", "DS-0001 Claims ledger").value
    )


def test_not_knowing_about_personal_data_is_counted_as_not_knowing():
    said = field(full(), "6.3").value
    assert said == "Of 2 sources: 1 with personal data, 0 without, 1 not known"
    unknown = field(full(), "6.4b", "DS-0003 Weather warnings")
    assert unknown.value is None
    assert unknown.absent == "not known"
    assert field(sparse(), "6.3").value.startswith("No source of data is named")
    assert Stated.UNKNOWN is full().sources[1].personal_data


def test_amounts_in_different_currencies_are_never_added_up():
    entries = (
        Realised(date(2026, 1, 1), Decimal("10.50"), "EUR", "a"),
        Realised(date(2026, 2, 1), Decimal("0.25"), "EUR", "b"),
        Realised(date(2026, 3, 1), Decimal(7), "CHF", "c"),
    )
    rows = field(replace(full(), realised=entries), "3.1e").value.rows
    assert [row[:3] for row in rows[-2:]] == [
        ("Sum of 1 entry", "7", "CHF"),
        ("Sum of 2 entries", "10.75", "EUR"),
    ]


def test_of_many_entries_the_newest_are_printed_and_all_are_summed():
    entries = tuple(Realised(date(2000 + year, 1, 1), Decimal(1), "EUR", "x") for year in range(20))
    rows = field(replace(full(), realised=entries), "3.1e").value.rows
    assert len(rows) == MOST_ENTRIES + 1
    assert rows[0][0] == "1 Jan 2019"
    assert rows[-1][:2] == ("Sum of 20 entries", "20")


@pytest.mark.parametrize(
    ("rail", "says"),
    [
        (Rail(Bound.AT_LEAST, Decimal("0.90"), None), "Breach below 0.90 hours"),
        (Rail(Bound.AT_MOST, None, Decimal(1200)), "Breach above 1,200 hours"),
        (Rail(Bound.BETWEEN, Decimal(2), Decimal(8)), "Breach outside 2 to 8 hours"),
        (Rail(Bound.BETWEEN, Decimal(2), None), "Breach outside 2 to not stated hours"),
    ],
)
def test_a_guard_rail_is_told_by_where_it_speaks(rail, says):
    metric = replace(full().metrics[0], warn=None, breach=rail)
    assert field(replace(full(), metrics=(metric,)), "3.2h", metric.name).value == says


def test_the_seats_print_who_left_who_only_was_named_and_which_seat_is_empty():
    rows = {row[0]: row for row in field(full(), "2.1").value.rows}
    assert rows["Engineering lead"][1] == "Ben Achterberg (last day 31 Jan 2027)"
    assert rows["Engineering lead"][4] == "named\u00a0by\u00a0others"
    assert rows["Data lead"][1:3] == ("Claims data (team)", "–")
    bare = {row[0]: row for row in field(sparse(), "2.1").value.rows}
    assert bare["Accountable owner"][4] == "to be confirmed"
    assert bare["Deputy"][1] == "nobody named"


def test_an_owner_who_accepted_but_must_confirm_anew_is_not_confirmed():
    owner = Holder(Seat.OWNER, "Ada", at(2026, 1, 1), accepted_at=at(2026, 1, 2), to_be_confirmed=True)
    facts = replace(full(), ownership=replace(full().ownership, holders=(owner,)))
    assert field(facts, "2.7a").value is None


def test_an_open_hand_over_is_told_without_naming_whom_it_was_offered_to():
    assert field(full(), "2.7b").value == "Offered to another person on 20 Nov 2026; not answered yet"


def test_a_fairness_metric_without_groups_lacks_them():
    missing = {(each.number, each.of) for each in compose(full()).missing}
    assert ("3.2l", "Spread between regions") in missing
    assert ("3.2l", "Waiting time of urgent claims") not in missing


def test_the_patterns_say_which_criteria_do_not_hold():
    rows = field(full(), "11.2").value.rows
    assert rows[0] == ("F1 Data drift and model degradation", "0 of 1", "What it is known to do badly")
    assert rows[1][1:] == ("1 of 1", "–")
    assert rows[3][1] == "none is asked"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_stays_on_one_line_and_loses_what_cannot_be_printed(text):
    shown = line(text) or ""
    assert "\n" not in shown
    assert "\x00" not in printable(text)
    assert "\u202e" not in printable(text)


def test_a_text_of_invisible_characters_counts_as_not_stated():
    assert line(" \u200b\u00a0 ") is None
    assert prose("\u200b\n\u2060") is None
    assert prose("x") == Prose("x")
    facts = replace(full(), use=Use(intended="\u200b"), objective=Objective(problem=" \n"))
    assert field(facts, "4.1a").value is None
    assert field(facts, "3.1a").value is None


def test_a_metric_without_a_number_has_no_drawing():
    groups = compose(full()).sections[3].groups
    assert [group.chart for group in groups] == ["metric-1", ""]
    assert Metric("x", "X", Kind.CUSTOM).baseline is None


def test_what_is_in_use_measured_alarming_and_relied_upon_is_printed_with_its_verdict():
    facts = full()
    assert field(facts, "1.1b").value.lines == (
        "2026.3, live since 3 Nov 2026, 90 % of its use: Trained on the claims of the autumn.",
        "2026.4-rc, live since 17 Nov 2026, 10 % of its use",
    )
    name = "Waiting time of urgent claims"
    covers, interval = "9 Nov 2026 to 15 Nov 2026", "8.5 to not stated"
    assert field(facts, "8.1").value.rows == ((name, "13.0 hours", "412", interval, covers, "Breach"),)
    assert field(facts, "8.2").value.rows == (
        (name, "region north", "9.5 hours", "88", interval, covers, "Breach"),
    )
    assert field(facts, "12.2a").value.rows[0][:5] == (
        "Guard-rail breached",
        "critical",
        "9 Nov 2026",
        "2",
        "Taken on, by 30 Nov 2026",
    )
    assert [row[0] for row in field(facts, "1.6").value.rows] == ["Postcode service", "a restricted system"]
    assert field(facts, "1.6").value.rows[0][3:] == ("OpenAPI 2.1", "Degrades", "5 Oct 2026, passed")
    assert field(facts, "12.4b").value == "82 % of 40 ratings (68 % to 91 %)"
    assert field(facts, "10.2a").value == (
        "8 % of 50 outputs whose outcome is known (3 % to 19 %), 26 Oct 2026 to 22 Nov 2026"
    )


def test_an_alert_that_is_about_no_window_has_stood_since_it_was_opened():
    (alert,) = full().alerts
    unseen = replace(full(), alerts=(replace(alert, first_window_end=None),))
    assert (field(unseen, "12.2a").value.header[2], field(unseen, "12.2a").value.rows[0][2]) == (
        "Since",
        "16 Nov 2026",
    )


def test_what_nobody_has_measured_or_said_is_not_none_and_not_zero():
    bare = sparse()
    assert (field(bare, "8.1").value, field(bare, "8.1").absent) == (None, "not measured")
    assert "nothing is measured" in field(bare, "12.2a").value
    assert field(bare, "10.2a").absent == "not measured"
    assert field(bare, "12.4a").absent == "none was received"
    assert "no statement about how well" in compose(bare).sections[8].statement
    some = replace(full(), feedback=replace(full().feedback, ratings=0, satisfied=0))
    assert field(some, "12.4b").value is None


def test_of_very_many_groups_the_first_are_printed_and_the_rest_are_counted():
    metric = full().metrics[0]
    many = replace(full(), metrics=(replace(metric, by_group=metric.by_group * (MOST_GROUPS + 12)),))
    rows = field(many, "8.2").value.rows
    assert len(rows) == MOST_GROUPS + 1
    assert rows[-1][:2] == ("12 more", "in card.json")


def test_groups_are_compared_by_attribute_with_measure_interval_bound_and_verdict():
    facts = full()
    in_short = (
        "By sex: 2 groups compared, 1 outside the bound and 1 within the bound; "
        "furthest apart is female: impact ratio 0.712 (0.640 to 0.781) against male"
    )
    assert field(facts, "9.1").value.lines == ("By age: nothing is counted yet", in_short)
    assert field(facts, "9.1b", "By sex").value.startswith(
        "Impact ratio: selection rate by that of the group"
    )
    assert field(facts, "9.1c", "By sex").value == "impact ratio at least 0.8"
    assert field(facts, "9.1d", "By sex").value == (
        "1 Oct 2026 to 31 Oct 2026, 4,252 cases, 40 of them of no recorded group; "
        "1 newer window could not be compared"
    )
    assert field(facts, "9.1e", "By sex").value.lines == (
        "diverse, 12 cases: it has 12 of the 30 cases that this rate needs",
    )
    assert field(facts, "9.1f", "By sex").value.rows == (
        ("female", "1,900", "0.712", "0.640 to 0.781", "male", "Breach"),
        ("male", "2,300", "1.000", "–", "–", "Met"),
    )
    assert field(facts, "9.1d", "By age").absent == "nothing is counted yet"


def test_groups_that_could_not_be_compared_are_named_with_the_reason_and_nothing_is_stated_of_them():
    _, sex = full().attributes
    alone = replace(
        sex,
        groups=tuple(replace(each, value=None, withheld="") for each in sex.groups),
        refused="Nobody in any group is selected, so no ratio exists.",
        newer=0,
    )
    facts = replace(full(), attributes=(alone,), tier=Tier.HIGH)
    assert (field(facts, "9.1").value, field(facts, "9.1").absent) == (None, "not measured")
    assert ("9.1", "") in {(each.number, each.of) for each in compose(facts).missing}
    assert field(facts, "9.1f", "By sex").absent == alone.refused
    assert len(field(facts, "9.1e", "By sex").value.lines) == 3
    assert "none of the newest windows could be compared" in compose(facts).sections[9].statement


def test_groups_without_a_bound_are_compared_and_not_judged():
    _, sex = full().attributes
    groups = tuple(replace(each, verdict=Verdict.NO_GUARD_RAIL) for each in sex.groups)
    facts = replace(full(), attributes=(replace(sex, limit=None, acceptable="", groups=groups),))
    assert (
        "2 groups compared, none judged, for no bound is set; furthest" in field(facts, "9.1").value.lines[0]
    )
    assert field(facts, "9.1c", "By sex").absent == "no bound is set, nothing is judged"
    assert {row[-1] for row in field(facts, "9.1f", "By sex").value.rows} == {"Not judged"}


def test_a_calibration_error_from_too_few_forecasts_says_that_it_is_no_judgement():
    (told,) = full().calibration
    assert field(full(), "8.3a").value.rows == (
        ("1 Oct 2026 to 31 Oct 2026", "4,200", "10 of equal width", "0.031", "0.112"),
    )
    few = replace(told, n=40, withheld="There are 40 of the 100 cases that a judgement needs.")
    facts = replace(full(), calibration=(few,))
    assert field(facts, "8.3a").value.rows[0][3] == (
        "0.031, not to be judged: there are 40 of the 100 cases that a judgement needs"
    )


def test_features_that_moved_come_first_beside_what_chance_explains():
    facts = full()
    assert field(facts, "12.2b").value == (
        "Of 6 features: 1 moved significantly, 1 moved moderately, 1 as chance has it, 1 without a window yet "
        "and 2 without a baseline to compare with"
    )
    rows = field(facts, "12.2c").value.rows
    assert [row[0] for row in rows] == ["claim_text", "sum_insured", "age", "postcode (channel app)"]
    assert rows[0][1:] == (
        "Claims of 2025",
        "9 Nov 2026 to 15 Nov 2026",
        "2,750",
        "0.412",
        "0.021",
        "Moved significantly",
    )
    assert rows[1][4] == "-0.300, shift of the mean"
    assert rows[3][2:] == ("no window has come", "–", "not measured", "–", "Not compared")
    assert (
        "shift of the mean (in standard deviations of the baseline)" in compose(facts).sections[12].statement
    )
    many = replace(facts, drift=facts.drift * MOST_FEATURES)
    assert field(many, "12.2c").value.rows[-1][:2] == ("90 more", "in card.json")
    assert {row[0] for row in field(many, "12.2c").value.rows[:-1]} == {"claim_text"}


def test_where_nothing_was_compared_no_word_says_that_it_stands_well():
    bare = sparse()
    assert field(bare, "8.3a").absent == "no forecast was held against what happened"
    assert field(bare, "12.2b").absent == "none is watched"
    assert field(replace(bare, without_baseline=1), "12.2b").value == (
        "Of 1 feature: 1 without a baseline to compare with"
    )
    assert "no counts by group have come" in compose(bare).sections[9].statement
    # A feature that was compared could have opened an alert, so that none is open says something.
    assert field(replace(bare, drift=full().drift), "12.2a").value == "None is open"
