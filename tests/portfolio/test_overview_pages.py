"""The portfolio as a page: for everybody what they may see, each number a link to a list of as many, old and odd addresses refused."""

import html
import re

from registry.kernel import clock
from registry.kernel.calendar import day_said
from registry.portfolio.rules.figures import quarter_end_before
from tests.portfolio.organised import organise

LINK = re.compile(r'<a href="([^"]+)">([\d,]+)<span class="visually-hidden">')
LISTED = (re.compile(r'data-said="([\d,]+) systems? found"'), re.compile(r"<p[^>]*>([\d,]+) incidents?\b"))
STAT = re.compile(r'class="stat__label"><a href="([^"]+)">[^<]*</a></p>\s*<p class="stat__value">([\d,]+)<')


def test_each_number_of_the_page_is_what_the_page_it_leads_to_counts(database, cast, client_of):
    with database.transaction() as session:
        organise(session, cast, 10)
    browser = client_of("eva")
    page = browser.get("/portfolio").text
    links = {
        html.unescape(url): int(said.replace(",", ""))
        for url, said in LINK.findall(page) + STAT.findall(page)
    }
    assert len(links) > 40
    incidents = [url for url in links if url.startswith("/incidents")]
    assert incidents
    # The others are made as these are; tests of the figures follow all of them without a page.
    chosen = [*incidents[:3], *[url for url in links if url.startswith("/systems")][::12]]
    lists = {url: counted(browser.get(url).text) for url in chosen}
    assert {url: said for url, said in lists.items() if said != links[url]} == {}


def counted(text):
    found = [pattern.search(text) for pattern in LISTED]
    said = next((each.group(1) for each in found if each), "none")
    return int(said.replace(",", "")) if said != "none" else said


def test_everybody_reads_it_and_nobody_of_what_they_may_not_see(cast, client_of):
    pages = {name: client_of(name).get("/portfolio") for name in ("eva", "rita", "hedy")}
    assert {reply.status_code for reply in pages.values()} == {200}
    registered = {
        name: re.search(r"of (\d+) registered", reply.text).group(1) for name, reply in pages.items()
    }
    assert registered == {"eva": "2", "rita": "3", "hedy": "3"}
    assert f"not recorded on {day_said(quarter_end_before(clock.today()))}" in pages["eva"].text
    assert "You see systems that few may know of" in pages["hedy"].text
    assert "not recorded on" not in pages["hedy"].text
    assert 'href="/portfolio"' in client_of("eva").get("/").text


def test_filters_stand_in_the_address_and_what_is_not_there_is_refused(cast, client_of):
    browser, claims = client_of("rita"), cast.units["claims"].id
    page = browser.get(f"/portfolio?unit={claims}&tier=&stage=proposed&vendor=").text
    assert "unit Halden Mutual / Claims, stage proposed" in page
    assert f"/systems?unit={claims}&amp;stage=proposed" in page
    for lost in ("unit=999999", "tier=lost", "stage=lost"):
        assert browser.get(f"/portfolio?{lost}").status_code == 422
    assert "No system to speak of" in browser.get("/portfolio?vendor=nobody").text


def test_what_a_number_leads_to_may_be_narrowed_further_and_says_what_it_is(cast, client_of):
    page = (
        client_of("eva")
        .get("/systems?assurance=no_carded&waits=review&number=accuracy.unmeasured&stage=proposed")
        .text
    )
    for said in ("lacks an approved card", "a decision by a reviewer", "Accuracy: not measured"):
        assert said in page
    assert '<input type="hidden" name="assurance" value="no_carded">' in page
    assert "There is no" not in page
    assert client_of("eva").get("/systems?assurance=lost").status_code == 200
