"""The owner's story, as people see it: sign in, register, complete the record, hand over, accept, hold the card in hand."""

import io
import json
import re
from datetime import date

import pikepdf
import pytest
from playwright.sync_api import Download, Page, expect

from tests.journeys.steps import (
    KEY,
    accept,
    fill,
    mend,
    offer_to_mia,
    register,
    sign_in,
    sign_out,
    still_missing,
    tab,
)

pytestmark = pytest.mark.journey

RECORD = {
    "Kind": "Model trained for the task",
    "Intended use": "To tell the desk which *storm claims* to open first.",
    "Out of scope": "Refusing a claim.",
    "People affected": "People whose homes a storm has damaged.",
    "Autonomy": re.compile("^2 "),
    "Reversibility": "Can be undone at once",
    "Oversight plan": "The shift lead reads twenty cases a day and can switch it off.",
    "Contact for complaints and appeals": "storms@example.org",
    "Known limitations": "It has seen no hail since 2019.",
    "Where it runs": "own data centre",
}
OBJECTIVE = {
    "The problem": "After a storm the worst cases wait behind broken fences.",
    "The decision or task that changes": "Which claim is opened next.",
    "How it is done today": "In order of arrival.",
    "What makes us stop": "No shorter wait for the worst tenth by March 2027.",
}
METRIC = {
    "What it measures": "Accuracy: how often the output is right",
    "Name": "Share sorted right",
    "Unit": "%",
    "Better when": "Higher",
    "Baseline": "71",
    "Target": "90",
    "Warning unless": "At least",
    "Warning: lower bound": "85",
    "Breach unless": "At least",
    "Breach: lower bound": "80",
    "A value is due": "Weekly",
}


@pytest.mark.slow
def test_from_registering_to_the_card_in_the_new_owners_hands(site, browser, tmp_path):
    with site.visit(browser, expected=frozenset({422})) as (context, watch):
        page = context.new_page()
        ada_registers(page)
        ada_states_the_record(page)
        ada_states_what_it_is_for(page)
        ada_names_data_and_deputy(page)
        offer_to_mia(page)
        sign_out(page, "Ada Owner")

        first_day = site.today
        site.turn_to_the_next_day()
        sign_in(page, "mia")
        mia_accepts(page, first_day, site.today)
        history_tells_it(page)
        pdf = the_card(page)
        pdf.save_as(tmp_path / "card.pdf")
        assert watch.complaints == []

    assert pdf.suggested_filename == f"{KEY}-card-draft.pdf"
    holds_the_facts((tmp_path / "card.pdf").read_bytes())


def ada_registers(page: Page) -> None:
    sign_in(page, "ada")
    register(page)
    expect(page.get_by_role("status")).to_contain_text(f"Storm claims sorting is on the register as {KEY}.")
    expect(page.get_by_text("accountable owner", exact=True)).to_be_visible()
    assert len(still_missing(page)) == 19


def ada_states_the_record(page: Page) -> None:
    mend(page, "What it must not be used for")
    expect(page.get_by_label(re.compile("^Out of scope"))).to_be_in_viewport()
    fill(page, RECORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    # What was typed as Markdown is shown as what it means.
    expect(page.locator("em", has_text="storm claims")).to_be_visible()
    assert len(still_missing(page)) == 9


def ada_states_what_it_is_for(page: Page) -> None:
    mend(page, "The problem it solves is written down")
    expect(page.get_by_label(re.compile("^The problem"))).to_be_in_viewport()
    fill(page, OBJECTIVE)
    page.get_by_role("button", name="Save the objective").click()
    expect(page.get_by_text("The objective is saved.")).to_be_visible()
    expect(page.get_by_text("Stated: 4 of 6")).to_be_visible()

    page.get_by_role("link", name="Add the first metric").click()
    # Refused once: nothing typed is lost, and the summary leads to the field.
    fill(page, {**METRIC, "Breach: lower bound": "95"})
    page.get_by_role("button", name="Add the metric").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing you typed is lost")
    expect(page.get_by_label(re.compile("^Target(required|optional)"))).to_have_value("90")
    page.get_by_role("alert").get_by_role("link").first.click()
    fill(page, {"Breach: lower bound": "80"})
    page.get_by_role("button", name="Add the metric").click()
    expect(page.get_by_text("Share sorted right is added.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Share sorted right")
    for words in ("71 %", "90 %", "warning unless at least 85 %", "breach unless at least 80 %", "counts"):
        expect(row).to_contain_text(words)
    expect(page.get_by_text("Stated: 6 of 6")).to_be_visible()


def ada_names_data_and_deputy(page: Page) -> None:
    tab(page, "Overview")
    assert still_missing(page) == [
        "Somebody can act for the owner",
        "The data it is fed with or was made from are named",
        "What feeds it in operation is named",
    ]
    mend(page, "What feeds it in operation is named")
    fill(
        page,
        {"Source": "Storm claims mailbox", "Used for": "Operational input: the system reads it in daily use"},
    )
    page.get_by_label("The catalogue does not have it yet").check()
    page.get_by_role("button", name="Attach the source").click()
    expect(page.get_by_role("row").filter(has_text="Storm claims mailbox")).to_contain_text(
        "operational input"
    )

    # Whether it holds personal data is asked as soon as there is a source.
    page.get_by_role("link", name="Storm claims mailbox", exact=True).click()
    page.get_by_role("link", name="Edit the source").click()
    fill(page, {"Personal data": "Yes", "Lawful basis": "Contract with the insured"})
    page.get_by_role("button", name="Save").click()
    page.get_by_role("row").get_by_role("link", name="Storm claims sorting").click()
    tab(page, "Overview")
    assert still_missing(page) == ["Somebody can act for the owner"]

    mend(page, "Somebody can act for the owner")
    page.get_by_role("row").filter(has_text="Deputy").get_by_role("link", name="Name somebody").click()
    fill(page, {"Person": "Dee Deputy (dee@example.org)"})
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_role("row").filter(has_text="Acts for the owner")).to_contain_text("Dee Deputy")
    tab(page, "Overview")
    expect(page.get_by_text("The record is complete.")).to_be_visible()
    expect(page.get_by_text("Record stated: 21 of 21")).to_be_visible()
    tab(page, "Ownership")


def mia_accepts(page: Page, first_day: date, second_day: date) -> None:
    task = page.get_by_role("listitem").filter(has_text="Answer the hand-over of Storm claims sorting")
    expect(task).to_contain_text("Ada Owner asks you to answer for it: Mia leads the storm desk.")
    accept(page)
    expect(page.get_by_role("row").filter(has_text="The one person who answers")).to_contain_text(
        "Mia Colleague"
    )
    for day, owner in ((first_day, "Ada Owner"), (second_day, "Mia Colleague")):
        page.get_by_label(re.compile("^On this day")).fill(day.isoformat())
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text(f"On {day.day} {day:%b %Y}:")).to_be_visible()
        seat = page.locator("#on-a-day").get_by_role("row").filter(has_text="Accountable owner")
        expect(seat).to_contain_text(owner)
    page.get_by_role("link", name="My desk").click()
    expect(page.get_by_role("row").filter(has_text="Storm claims sorting")).to_contain_text(
        "Stated: 21 of 21"
    )


def history_tells_it(page: Page) -> None:
    page.get_by_role("link", name="Storm claims sorting").click()
    tab(page, "History")
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    told = page.locator(".timeline__item").all_inner_texts()
    lines = [" ".join(each.split()) for each in told]
    expected = [
        ("Handover accepted", "Mia Colleague"),
        ("Handover offered", "Ada Owner"),
        ("Seat filled", "Ada Owner"),
        ("Data use added", "Ada Owner"),
        ("Metric added", "Ada Owner"),
        ("Objective set", "Ada Owner"),
        ("System edited", "Ada Owner"),
        ("System registered", "Ada Owner"),
    ]
    assert len(lines) == len(expected), lines
    for line, (event, who) in zip(lines, expected, strict=True):
        assert line.startswith(event), line
        assert who in line
    page.locator(".timeline__item", has_text="System edited").locator("summary").click()
    expect(page.locator(".timeline__item", has_text="System edited")).to_contain_text("Refusing a claim.")


def the_card(page: Page) -> Download:
    tab(page, "Card")
    expect(page.get_by_role("row").filter(has_text="Accountable owner")).to_contain_text("Mia Colleague")
    expect(page.get_by_text("Share sorted right").first).to_be_visible()
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("link", name="Download the PDF").click()
    return waiting.value


def holds_the_facts(data: bytes) -> None:
    """A PDF whose attached card.json names the new owner, and the metric they are held to."""
    assert data.startswith(b"%PDF-")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        facts = pdf.attachments["card.json"].get_file().read_bytes()
    card = json.loads(facts)
    owners = [each for each in card["ownership"]["holders"] if each["seat"] == "accountable_owner"]
    assert [each["name"] for each in owners] == ["Mia Colleague"]
    assert [metric["name"] for metric in card["metrics"]] == ["Share sorted right"]
