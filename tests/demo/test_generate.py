"""A register made to be measured on is a register like any other: lived in, counted right, and with a ledger that fits."""

import html
import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select

from registry.accounts.models import RoleGrant
from registry.accounts.queries import actor_for
from registry.audit.queries import verify
from registry.cli import run
from registry.demo.actions import generate
from registry.demo.rules.wanted import Wanted, shares
from registry.kernel.actor import Role, the_registry
from registry.monitoring.models.snapshots import Snapshot
from registry.ownership.models import Assignment
from registry.people.models import Person
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.portfolio.queries.reports import report
from registry.portfolio.render.reports import full_pdf, to_workbook
from registry.portfolio.rules.figures import IncidentCount, Scope
from registry.systems.models import System
from registry.systems.rules.search import EVERY_SYSTEM, Listing, address_of
from registry.worker.actions import follow
from tests import databases
from tests.portfolio.plain_figures import objections
from tests.portfolio.report_parts import differing, misprinted, words_of
from tests.portfolio.test_figures import numbers_in

LINK = re.compile(r'<a href="([^"]+)">([\d,]+)<span class="visually-hidden">')
# What an executive may know of: open systems, those they sit at by themselves or in a team, those of units they head.
SEEN = """s.visibility = 'company' OR EXISTS (SELECT 1 FROM assignment a WHERE a.system_id = s.id AND a.to_at IS NULL
 AND (a.person_id = {0} OR a.team_id IN (SELECT m.team_id FROM membership m WHERE m.person_id = {0})))
 OR s.unit_id IN (WITH RECURSIVE b(id) AS (SELECT u.id FROM business_unit u WHERE u.head_id = {0} UNION
 SELECT u.id FROM business_unit u JOIN b ON u.parent_id = b.id) SELECT id FROM b)"""
on_sqlite = pytest.mark.parametrize("database", databases.KINDS[:1], indirect=True)


def readers(session):
    """One who sees everything, and the executive of the house, by what they see."""
    grant = session.exec(select(RoleGrant).where(RoleGrant.role == Role.EXECUTIVE)).first()
    executive = session.get_one(Person, grant.person_id)
    return {
        "registry": the_registry("a test"),
        "executive": actor_for(session, executive, via="session"),
    }, executive


def checked(database, wanted):
    """Generate, and hold everything that is said of it against plain SQL and the ledger; the report of the executive."""
    made = generate(database, wanted, lambda _said: None)
    with database.transaction(read_only=True) as session:
        found = with_what_stands_beside(session, verify(session))
    assert (found.ok, found.problems, found.entries) == (True, [], made.entries)
    assert follow(database, {}) < made.entries
    with database.transaction(read_only=True) as session:
        counts = [
            session.exec(select(func.count()).select_from(each)).one()
            for each in (System, Assignment, Snapshot)
        ]
        assert counts == [made.systems, made.periods, made.snapshots]
        found, executive = readers(session)
        seen = {"registry": "1 = 1", "executive": SEEN.format(executive.id)}
        for name, reader in found.items():
            told = report(session, reader, Scope())
            assert objections(session, told.figures, seen[name]) == [], name
            assert differing(to_workbook(told), told.figures) == [], name
    return made, told


@on_sqlite
def test_a_generated_register_is_whole_and_every_figure_of_it_is_what_plain_sql_counts(database, client_of):
    made, told = checked(database, Wanted(40, snapshots=900, periods=200, entries=2_500, people=50))
    assert (made.systems, made.periods, made.snapshots, made.people) == (40, 200, 900, 50)
    assert made.entries >= 2_500
    with database.transaction(read_only=True) as session:
        executive = readers(session)[1].email
    page = client_of(executive).get("/portfolio").text
    links = {html.unescape(url): int(said.replace(",", "")) for url, said in LINK.findall(page)}
    right = {address(each): each.n for each in numbers_in(told.figures)}
    assert len(links) > 40
    assert {url: said for url, said in links.items() if right.get(url) != said} == {}


def address(number):
    """Where a number of the page leads."""
    if isinstance(number, IncidentCount):
        return "/incidents?" + urlencode(list(number.asked))
    if number.search is None:
        return ""
    listing = Listing(number.search, view="" if number.search.narrows else EVERY_SYSTEM)
    return "/systems?" + urlencode(list(address_of(listing)))


@pytest.mark.long
def test_the_same_holds_of_hundreds_of_systems_and_of_the_report_on_paper(database, tmp_path):
    made, told = checked(database, Wanted(400, snapshots=20_000, periods=3_000, entries=20_000, seed=7))
    assert made.entries >= 20_000
    assert misprinted(told, words_of(full_pdf(told), tmp_path)) == []


def test_the_command_fills_an_empty_register_and_no_other(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    assert run(["benchmark", "generate", "--systems", "3", "--snapshots", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["systems"], told["units"], told["periods"]) == (3, 109, 9)
    assert run(["benchmark", "generate", "--systems", "3", "--json"]) == 1
    assert "this one holds people" in capsys.readouterr().err
    assert run(["benchmark", "generate", "--people", "3"]) == 2
    assert "--people" in capsys.readouterr().err


@given(st.integers(0, 10**7), st.lists(st.floats(0, 1_000, allow_subnormal=False), max_size=40))
def test_what_is_dealt_out_by_weight_adds_up_and_nobody_is_given_less_than_nothing(total, weights):
    parts = shares(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts) == (total if sum(weights) else 0)
    assert all(part >= 0 for part in parts)
