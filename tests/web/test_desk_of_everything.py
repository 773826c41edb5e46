"""The desk over a register with something of everything: every line says why and leads to a page its reader may open."""

import html
import re

import pytest
import sqlalchemy as sa

from registry.worker.models import Job
from registry.worker.rules import JobState

LINE = re.compile(
    r'worklist__what">(?P<what>.*?)</p>\s*<p class="worklist__why">(?P<why>.*?)</p>.*?'
    r'<a class="button[^"]*" href="(?P<url>[^"]+)"',
    re.DOTALL,
)


def lines(client):
    """What the desk asks for: each line's words, reason and address."""
    page = client.get("/").text
    return [
        (html.unescape(found["what"]).strip(), found["why"], html.unescape(found["url"]))
        for found in LINE.finditer(page)
    ]


@pytest.mark.parametrize("name", ["ada", "ben", "rita", "adam", "aud", "eva", "mia"])
def test_every_line_says_why_and_leads_where_its_reader_may_go(everything, database, client_of, name):
    client = client_of(name)
    for what, why, url in lines(client):
        assert re.sub("<[^>]*>", "", why).strip(), what
        assert client.get(url.partition("#")[0]).status_code in {200, 302}, (what, url)


def test_work_that_was_given_up_waits_for_administrators(everything, database, client_of):
    with database.transaction() as session:
        failed = session.execute(sa.update(Job).values(state=JobState.FAILED)).rowcount
    said = [what for what, _, _ in lines(client_of("adam"))]
    assert any(f"{failed} jobs that were given up" in what for what in said)
    assert not any("given up" in what for what, _, _ in lines(client_of("rita")))
