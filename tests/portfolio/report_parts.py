"""Reports taken apart: the figures once more as plain rows, and what stands in the workbook, the page and the PDF."""

import io
import shutil
import subprocess
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
import python_calamine
from lxml import html

from registry.portfolio.rules.figures import TIERS
from registry.portfolio.rules.reports.tables import STANDINGS


def numbers(found):
    """By the title of each table its rows as the figures have them, numbers alone, None where there is none."""
    top, value = found.headline, found.value
    spreads = (found.times.detect, found.times.acknowledge, found.times.mitigate, found.times.resolve)
    units = (*found.exposure.units, found.exposure.whole)
    orphans = found.orphans
    return {
        "At a glance": [
            [top.systems.n, None],
            [top.in_use.n, top.systems.n],
            *([count.n, top.in_use.n] for count in (top.high_risk, top.below_gate, top.measured)),
            [top.grave.n, None],
            *([each.amount, None] for each in top.realised),
        ],
        "What needs a decision now": [[each.count.n] for each in found.decisions],
        "Exposure": [[*(row.tiers[tier].n for tier in TIERS), row.total.n] for row in units],
        "How far they decide": [[each.count.n] for each in found.exposure.autonomy],
        "People affected": [[each.count.n] for each in found.exposure.affected],
        "Can a decision be undone": [[each.count.n] for each in found.exposure.reversible],
        "Coverage": [
            [each.having.n, each.of, each.having.n / each.of if each.of else None, each.lacking.n]
            for each in found.coverage
        ],
        "The numbers of the business": [
            [row.standing[name].n for name in STANDINGS] for row in found.numbers
        ],
        "Why our AI fails": [*([row.count.n] for row in found.why), [found.incidents]],
        "Time to detect and to resolve": [
            [each.median, each.mean, each.p90, each.n, each.open, each.unknown] for each in spreads
        ],
        "Value": [
            *([each.amount, value.expecting.n] for each in value.expected or [NOTHING]),
            *([each.amount, value.realising.n] for each in value.realised or [NOTHING]),
        ],
        "Vendors": [[each.systems.n, each.in_use.n, each.high_risk.n] for each in found.vendors],
        "Who carries most": [[each.systems.n, each.in_use.n] for each in found.owners],
        "Without their owner": [[orphans.count.n, orphans.median_days, orphans.longest_days]],
        "Frameworks": [[each.controls, each.in_place, each.met] for each in found.frameworks],
    }


class NOTHING:
    amount = None


def in_workbook(content):
    """By the name of each sheet the numbers of its rows under the heading, None where words say why there is none."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = {name: book.get_sheet_by_name(name).to_python()[1:] for name in book.sheet_names}
    return sheets


def agree(cell, number):
    """Whether a cell of a workbook says this number; words say that there is none."""
    if number is None:
        return isinstance(cell, str) and bool(cell)
    if isinstance(number, timedelta):
        given = cell if isinstance(cell, timedelta) else timedelta(days=float(cell))
        return abs(given - number) < timedelta(seconds=1)
    return not isinstance(cell, str) and float(cell) == pytest.approx(float(number), abs=1e-9)


def differing(content, found):
    """Where a workbook says another number than the figures: sheet, row, what is told and what is right."""
    sheets = in_workbook(content)
    wrong = []
    for title, rows in numbers(found).items():
        if title == "Frameworks" and not rows:
            wrong += [title] * (title in sheets)
            continue
        told = sheets[title]
        if len(told) != len(rows):
            wrong.append((title, "rows", len(told), len(rows)))
        for place, (row, right) in enumerate(zip(told, rows, strict=False)):
            cells = _numeric(title, row, len(right))
            wrong += [(title, place, cells, right)] * (not all(map(agree, cells, right)))
    return wrong


def _numeric(title, row, count):
    """The cells of a row that hold its numbers: those behind its words."""
    start = 2 if title in {"Value", "Frameworks"} else 1
    return row[start : start + count]


def formulas(content):
    """How many cells of a workbook would be calculated, or lead elsewhere."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        texts = [book.read(name) for name in book.namelist() if name.endswith((".xml", ".rels"))]
    return sum(text.count(b"<f>") + text.count(b"<f ") + text.count(b"<hyperlink") for text in texts)


def on_page(page):
    """By the id of each section of the full report the words of its table, row by row."""
    tree = html.fromstring(page)
    return {
        section.get("id"): [
            [cell.text_content() for cell in row] for row in section.xpath(".//table[1]/tbody/tr")
        ]
        for section in tree.xpath("//section[@id]")
    }


def words_of(pdf, folder):
    """The text of a PDF as another program reads it, page by page, white space apart."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]


def amount(number):
    """A number as it is printed."""
    return f"{number:,.0f}" if isinstance(number, Decimal) else f"{number:,}"


def misprinted(told, pages):
    """The rows of a report whose words and first number do not stand together on the pages."""
    words, wrong = " ".join(pages), []
    for name in ("headline", "decisions", "exposure", "numbers", "why", "value", "owners"):
        title = told.tables[name].title
        for row, right in zip(told.tables[name].rows, numbers(told.figures)[title], strict=True):
            said = [amount(each) for each in right if each is not None]
            if f"{row[0]} {said[0]}" not in words and f"{row[0]} {row[1]} {said[0]}" not in words:
                wrong.append((name, row))
    return wrong
