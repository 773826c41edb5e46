"""The reports: cell by cell what the figures say, on paper and as a workbook, for whom, and what a PDF has to be."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from registry import tables
from registry.kernel import clock
from registry.kernel.calendar import day_said
from registry.kernel.text import percent
from registry.people import actions as people
from registry.portfolio import commands
from registry.portfolio.queries.reports import left_out, report
from registry.portfolio.render.reports import board_pdf, document_of, full_pdf, to_workbook
from registry.portfolio.render.reports.paper import BOARD, FULL
from registry.portfolio.rules.figures import Scope
from registry.store.commandkit import House
from tests import databases
from tests.cards.structure import of_drawing, of_file, of_tags  # noqa: F401 - they name the checks
from tests.cards.structure.opened import CHECKS, Opened
from tests.portfolio.organised import DOOR, bare, organise
from tests.portfolio.plain_figures import objections
from tests.portfolio.report_parts import (
    amount,
    differing,
    formulas,
    in_workbook,
    misprinted,
    numbers,
    on_page,
    words_of,
)

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(0)", "＝1")


def organised(session, cast, seed=1, count=14):
    organise(session, cast, count, seed)
    people.mark_as_left(session, DOOR, cast.people["ben"], clock.today() - timedelta(days=9))


def faults(pdf):
    """What PDF/A-3a and PDF/UA-1 ask for and the document does not keep, as far as a library can look it up."""
    opened = Opened(pdf)
    return {name: found for name, check in CHECKS.items() if (found := list(check.run(opened)))}


def test_every_cell_of_the_workbook_and_the_page_is_that_of_the_figures(session, cast):
    organised(session, cast)
    eva = cast.actor(session, "eva")
    made = report(session, eva, Scope())
    assert objections(session, made.figures, "s.visibility = 'company'") == []
    assert differing(to_workbook(made), made.figures) == []
    page = on_page(document_of(made, FULL)[0])
    for name, table in made.tables.items():
        assert len(page[name]) == len(table.rows), name
    for name, title in (
        ("exposure", "Exposure"),
        ("numbers", "The numbers of the business"),
        ("owners", "Who carries most"),
    ):
        told = [row[1:] for row in page[name]]
        assert told == [[amount(each) for each in row] for row in numbers(made.figures)[title]]
    shares = [percent(row[0], row[1]) for row in numbers(made.figures)["Coverage"]]
    assert [row[3].replace("\xa0", " ") for row in page["coverage"]] == shares
    narrowed = report(session, eva, Scope(unit=cast.units["claims"].id, stage="live"))
    assert differing(to_workbook(narrowed), narrowed.figures) == []
    assert "unit Halden Mutual / Claims, stage live" in str(in_workbook(to_workbook(narrowed))["About"])


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 10))
def test_the_same_holds_of_organisations_of_any_shape_and_two_pages_are_enough(session, cast, seed):
    organised(session, cast, seed, 30)
    for name, seen in (("rita", "1 = 1"), ("eva", "s.visibility = 'company'")):
        made = report(session, cast.actor(session, name), Scope())
        assert objections(session, made.figures, seen) == []
        assert differing(to_workbook(made), made.figures) == []
        board, full = board_pdf(made), full_pdf(made)
        assert len(Opened(board).pdf.pages) <= 2
        assert faults(board) == faults(full) == {}
        assert full_pdf(made) == full


def test_text_of_users_never_becomes_a_formula(session, cast):
    for name in HOSTILE:
        bare(session, cast, None).vendor_name = name
    made = report(session, cast.actor(session, "rita"), Scope())
    workbook = to_workbook(made)
    assert formulas(workbook) == 0
    told = {row[0] for row in in_workbook(workbook)["Vendors"]}
    assert {name.strip() for name in HOSTILE} <= {each.strip() for each in told}


def test_nobody_is_told_of_what_they_may_not_know(session, cast):
    eva, rita = (cast.actor(session, name) for name in ("eva", "rita"))
    for_eva, for_rita = (report(session, each, Scope()) for each in (eva, rita))
    assert (for_eva.figures.headline.systems.n, for_rita.figures.headline.systems.n) == (2, 3)
    assert [left_out(session, each, Scope()) for each in (eva, rita)] == [1, 0]
    assert left_out(session, eva, Scope(unit=cast.units["underwriting"].id)) == 0
    page, _ = document_of(for_eva, BOARD)
    assert "Counted are the systems Eva Executive may see" in page
    # The same words whether there are such systems or not.
    cast.sentinel.visibility = cast.triage.visibility
    assert (
        "Counted are the systems Eva Executive may see"
        in document_of(report(session, eva, Scope()), BOARD)[0]
    )
    assert "Hand it on to nobody" in document_of(for_rita, FULL)[0]


@pytest.fixture
def on_paper(database, cast):
    with database.transaction() as session:
        organised(session, cast, 5)
    with database.transaction(read_only=True) as session:
        return report(session, cast.actor(session, "eva"), Scope(), period="October 2026")


@pytest.mark.parametrize("database", databases.KINDS[:1], indirect=True)
def test_on_paper_the_reports_are_whole_tagged_and_say_the_same_numbers(on_paper, tmp_path):
    full, board = full_pdf(on_paper), board_pdf(on_paper)
    # The full report is made of the same parts; a long test looks at its structure.
    assert faults(board) == {}
    pages = words_of(full, tmp_path)
    assert misprinted(on_paper, pages) == []
    contents, held = pages[0], on_paper.frame.held
    assert f"Sign-off, page {len(pages)}" in contents
    assert "October 2026" in contents
    assert f"As of {day_said(on_paper.figures.on)}" in contents
    assert held is None or held.root in contents
    assert all(each in pages[-1] for each in ("Name", "Role", "Date", "Signature"))
    assert len(words_of(board, tmp_path)) <= 2


def test_the_command_names_the_figures_and_the_files_as_of_any_day(database, cast, tmp_path, monkeypatch):
    monkeypatch.setattr(commands, "full_pdf", lambda _: b"%PDF full")
    monkeypatch.setattr(commands, "board_pdf", lambda _: b"%PDF board")

    def typed(*words):
        house = House(None, lambda: database, tables.recipe)
        return CliRunner().invoke(commands.portfolio, ["report", *map(str, words)], obj=house)

    pdf, xlsx = tmp_path / "r.pdf", tmp_path / "r.xlsx"
    answer = json.loads(typed("--pdf", pdf, "--summary", "--xlsx", xlsx, "--json").stdout)
    assert answer["files"] == [str(pdf), str(xlsx)]
    assert answer["figures"]["headline"][0]["Figure"] == 3
    assert pdf.read_bytes() == b"%PDF board"
    assert "Exposure" in in_workbook(xlsx.read_bytes())
    today = clock.today()
    with clock.frozen(clock.now() + timedelta(days=2)):
        then = json.loads(typed("--as-of", today.isoformat(), "--json").stdout)
        assert (then["as_of"], then["figures"]["headline"][0]["Figure"]) == (today.isoformat(), 3)
    assert typed("--summary").exit_code == 2
    assert typed("--pdf", pdf, "--xlsx", pdf).exit_code == 2
