"""The rows of an import, and its report as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.interchange.models import ImportRow, InventoryImport
from registry.interchange.pages.start import pages
from registry.interchange.queries import imports
from registry.interchange.queries.imports import Shown
from registry.interchange.rules.imports import ImportState
from registry.interchange.rules.mapping import FIELDS
from registry.kernel.actor import Permission
from registry.kernel.canonical import canonical
from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.rows import Ending
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.output.tables import to_csv
from registry.store.paging import cursor_of, parts_of
from registry.systems.queries import by_numbers
from registry.web.doors import needs
from registry.web.flask_app import actor, session
from registry.web.security import as_download

_PAGE = 50
_PROBLEMS = "problems"
_HEADER = ("row", "ending", "system", "name", "unit", "says", "problems")


@pages.get("/imports/<int:number>/rows")
@needs(Permission.INVENTORY_IMPORT)
def rows(number: int) -> ResponseReturnValue:
    inventory = imports.import_by_number(session(), number)
    show = request.args.get("show", "")
    if show and show not in {_PROBLEMS, *Ending}:
        raise RuleBroken([Problem("show", "There are no such rows.")])
    shown = Shown(None if show in ("", _PROBLEMS) else Ending(show), problems=show == _PROBLEMS)
    after = parts_of(request.args.get("after"), (int,))
    page = imports.rows_page(session(), inventory, shown, after=after[0] if after else None, limit=_PAGE)
    cursor = cursor_of(*page.next_after) if page.next_after else None
    return render_template(
        "interchange/rows.html",
        inventory=inventory,
        rows=page.items,
        systems=by_numbers(session(), actor(), {row.system_id for row in page.items if row.system_id}),
        endings=[each.value for each in Ending],
        show=show,
        fields=FIELDS,
        troubled=imports.with_problems(session(), inventory),
        next_url=url_for(".rows", number=number, show=show or None, after=cursor) if cursor else None,
        first_url=url_for(".rows", number=number, show=show or None) if after else None,
    )


@pages.get("/imports/<int:number>/report.csv")
@needs(Permission.INVENTORY_IMPORT)
def report_csv(number: int) -> ResponseReturnValue:
    inventory = imports.import_by_number(session(), number)
    content = to_csv(_HEADER, (_line(row) for row in imports.every_row(session(), inventory)))
    return _file(content, "text/csv; charset=utf-8", f"import-{number}.csv")


@pages.get("/imports/<int:number>/report.json")
@needs(Permission.INVENTORY_IMPORT)
def report_json(number: int) -> ResponseReturnValue:
    inventory = imports.import_by_number(session(), number)
    content = _document(inventory, imports.every_row(session(), inventory))
    return _file(content, "application/json", f"import-{number}.json")


def _file(content: bytes, kind: str, name: str) -> Response:
    return as_download(Response(content, content_type=kind), name)


def _line(row: ImportRow) -> list[str | int]:
    told = "; ".join(f"{each['column'] or 'the row'}: {each['message']}" for each in row.problems)
    return [
        row.row_number,
        row.ending.value,
        _key(row),
        row.becomes.get("name", ""),
        row.becomes.get("unit", ""),
        row.says,
        told,
    ]


def _document(inventory: InventoryImport, rows: Iterator[ImportRow]) -> bytes:
    happened = inventory.state in {ImportState.IMPORTED, ImportState.UNDOING, ImportState.UNDONE}
    document: dict[str, Any] = {
        "file": inventory.file_name,
        "sha256": inventory.sha256,
        "imported": happened,
        **inventory.tally,
        "undone": {
            name: inventory.undone[name] for name in ("withdrawn", "put_back", "left") if inventory.undone
        },
        "items": [
            {
                "row": row.row_number,
                "ending": row.ending.value,
                "system": _key(row),
                "name": row.becomes.get("name", ""),
                "says": row.says,
                "problems": row.problems,
                "differences": row.differences,
            }
            for row in rows
        ],
    }
    return canonical(document)


def _key(row: ImportRow) -> str:
    return public_key(SYSTEM_PREFIX, row.system_id) if row.system_id else ""
