"""Dates as inventories write them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.kernel.dates import DateStyle, Order, PartialDate, Precision, read_date

AMERICAN = DateStyle(Order.MONTH_FIRST, year_first=True)
BRITISH = DateStyle(Order.DAY_FIRST)
UNSTATED = DateStyle()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7/1/2023", "2023-07-01"),
        ("12/31/2024", "2024-12-31"),
        ("7/1/23", "2023-07-01"),
        ("7-1-2023", "2023-07-01"),
        ("10/30/2022 12:00 AM", "2022-10-30"),
        ("2023-07-01", "2023-07-01"),
        ("2023/7/1", "2023-07-01"),
        ("2025-06-26T07:39:09Z", "2025-06-26"),
        ("2025-06-26 07:39:09+02:00", "2025-06-26"),
        ("1.7.2023", "2023-07-01"),
        ("Jul-23", "2023-07"),
        ("Jul 2023", "2023-07"),
        ("July, 2023", "2023-07"),
        ("Sept. 2023", "2023-09"),
        ("1 July 2023", "2023-07-01"),
        ("1st of July 2023", "2023-07-01"),
        ("01-Jul-23", "2023-07-01"),
        ("July 1, 2023", "2023-07-01"),
        ("24-Nov", "2024-11"),
        ("2022-08", "2022-08"),
        ("2017/10", "2017-10"),
        ("1997/00", "1997"),
        ("10/2023", "2023-10"),
        ("2023", "2023"),
        ("45108", "2023-07-01"),
        ("45108.5", "2023-07-01"),
        ("  7/1/2023\u00a0", "2023-07-01"),
        ("2022-08 (estimated)", "2022-08"),
        ("2022-11-16 (first formal action related to this project)", "2022-11-16"),
        ("2022-09-13 Technical kickoff (no new acquisition)", "2022-09-13"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_stated(text: str, said: str):
    found = read_date(text, AMERICAN)
    assert isinstance(found, PartialDate)
    assert found.said == said


def test_a_remark_beside_the_date_is_kept():
    found = read_date("2022-08 (estimated)", AMERICAN)
    assert found == PartialDate(date(2022, 8, 1), Precision.MONTH, "estimated")


@pytest.mark.parametrize(
    "text",
    [
        "Ongoing",
        "Pre-2021",
        "Q4FY25",
        "Scheduled for FY2025",
        "To Be Determined (calendar 2025)",
        "10/12023",
        "2015-2022",
        "Current model: 2019-2023",
        "2024-02-15 (contract kick-off); 2024-08-23 (signed Acquisition Plan)",
        "13/13/2023",
        "2/30/2023",
        "0/5/2023",
        "1/1/1723",
        "2023-13-01",
        "",
        "yes",
    ],
)
def test_what_is_no_single_date_gives_a_reason(text: str):
    found = read_date(text, AMERICAN)
    assert isinstance(found, str)
    assert found.endswith((".", ")."))


def test_day_or_month_first_is_the_profiles_to_say():
    assert read_date("7/1/2023", AMERICAN) == PartialDate(date(2023, 7, 1), Precision.DAY)
    assert read_date("7/1/2023", BRITISH) == PartialDate(date(2023, 1, 7), Precision.DAY)
    assert "7/1 or 1/7 of 2023" in str(read_date("7/1/2023", UNSTATED))


@pytest.mark.parametrize("text", ["25/12/2023", "12/25/2023"])
def test_a_date_that_can_be_read_in_one_way_only_needs_no_style(text: str):
    for style in (AMERICAN, BRITISH, UNSTATED):
        assert read_date(text, style) == PartialDate(date(2023, 12, 25), Precision.DAY)


def test_a_day_and_month_that_are_the_same_number_need_no_style():
    assert read_date("3/3/2023", UNSTATED) == PartialDate(date(2023, 3, 3), Precision.DAY)


def test_a_month_a_spreadsheet_shortened_is_read_only_where_the_profile_says_how():
    assert "may be" in str(read_date("22-Jul", BRITISH))
    assert read_date("75-Jul", BRITISH) == PartialDate(date(1975, 7, 1), Precision.MONTH)


def test_a_year_a_spreadsheet_shows_as_a_day_of_1905_is_pointed_out():
    assert "shows the number 2023 as this day" in str(read_date("7/15/1905", AMERICAN))
    assert "spreadsheet" not in str(read_date("7/15/1805", AMERICAN))


@settings(max_examples=300, deadline=None)
@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_every_day_written_in_any_style_comes_back(day: date):
    for text, style in (
        (day.isoformat(), UNSTATED),
        (f"{day.month}/{day.day}/{day.year}", AMERICAN),
        (f"{day.day}/{day.month}/{day.year}", BRITISH),
        (day.strftime("%d %B %Y"), UNSTATED),
        (day.strftime("%B %d, %Y"), UNSTATED),
    ):
        assert read_date(text, style) == PartialDate(day, Precision.DAY)


@settings(max_examples=500, deadline=None)
@given(st.text("0123456789/-. ()JulAugQFY:TZ", max_size=24))
def test_any_text_is_a_date_or_a_reason(text: str):
    assert isinstance(read_date(text, AMERICAN), PartialDate | str)
