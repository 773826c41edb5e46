"""Views kept under a name, and the register taken away as a file."""

import csv
import io
import json
import re
from datetime import date
from urllib.parse import parse_qsl

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from registry.audit.models import LedgerEntry, LedgerPayload
from registry.audit.queries import verify
from registry.kernel import clock
from registry.kernel.actor import Role
from registry.kernel.errors import Forbidden, NotFound, RuleBroken
from registry.output.tables import unguarded
from registry.systems import actions, queries
from registry.systems.models import SavedView, System
from registry.systems.rules.views import (
    ADDRESS_LIMIT,
    Sharing,
    ViewFacts,
    may_change_view,
    problems_with_view,
)
from tests.systems.lived_in import fill

HOSTILE = "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("facts", "taken", "known", "field"),
    [
        (ViewFacts("", ""), False, True, "name"),
        (ViewFacts("x" * 81, ""), False, True, "name"),
        (ViewFacts("Mine", ""), True, True, "name"),
        (ViewFacts("a\x00b", ""), False, True, "name"),
        (ViewFacts("Mine", "q=" + "x" * ADDRESS_LIMIT), False, True, ""),
        (ViewFacts("Mine", "", Sharing.UNIT), False, True, "unit_id"),
        (ViewFacts("Mine", "", Sharing.NOBODY, 3), False, True, "unit_id"),
        (ViewFacts("Mine", "", Sharing.UNIT, 3), False, False, "unit_id"),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused_by_field(facts, taken, known, field):
    assert [p.field for p in problems_with_view(facts, name_taken=taken, unit_is_known=known)] == [field]


def test_a_view_that_says_everything_is_kept():
    facts = ViewFacts("Mine", "stage=live", Sharing.UNIT, 3)
    assert problems_with_view(facts, name_taken=False, unit_is_known=True) == []


def test_whoever_saved_a_view_and_administrators_may_change_it():
    assert may_change_view(1, 1, {Role.MEMBER})
    assert may_change_view(1, 2, {Role.ADMINISTRATOR})
    assert not may_change_view(1, 2, {Role.MEMBER, Role.AUDITOR})


def seen_by(session, cast, name):
    unit = cast.people[name].unit_id
    chain = [unit, cast.units["claims"].parent_id] if unit else []
    return {view.name for view, _ in queries.views_for(session, cast.actor(session, name), chain)}


def test_a_view_is_shown_to_whom_it_is_shared_with_and_changed_by_whoever_owns_it(session, cast):
    ada, mia, adam = (cast.actor(session, name) for name in ("ada", "mia", "adam"))
    claims, top = cast.units["claims"].id, cast.units["claims"].parent_id
    private = actions.save_view(session, ada, ViewFacts("  My   own ", "stage=live"))
    actions.save_view(session, ada, ViewFacts("Claims", "", Sharing.UNIT, claims))
    actions.save_view(session, ada, ViewFacts("Mutual", "", Sharing.UNIT, top))
    shared = actions.save_view(session, ada, ViewFacts("All", "tier=high", Sharing.EVERYBODY))
    assert private.name == "My own"
    assert seen_by(session, cast, "ada") == {"My own", "Claims", "Mutual", "All"}
    assert seen_by(session, cast, "mia") == {"Claims", "Mutual", "All"}
    assert seen_by(session, cast, "otto") == {"Mutual", "All"}
    with pytest.raises(NotFound):
        queries.view_by_id(session, mia, private.id, [claims])
    for act in (
        lambda: actions.change_view(session, mia, shared, ViewFacts("Hers", "")),
        lambda: actions.delete_view(session, mia, shared),
        lambda: actions.prefer_view(session, mia, shared, preferred=True),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(RuleBroken):
        actions.save_view(session, ada, ViewFacts("All", ""))
    actions.save_view(session, mia, ViewFacts("All", ""))
    actions.prefer_view(session, ada, private, preferred=True)
    actions.prefer_view(session, ada, shared, preferred=True)
    assert queries.preferred_view(session, cast.number("ada")).id == shared.id
    actions.change_view(session, adam, shared, ViewFacts("Everything high", "tier=high", Sharing.NOBODY))
    assert seen_by(session, cast, "otto") == {"Mutual"}
    actions.delete_view(session, adam, shared)
    session.flush()
    assert queries.preferred_view(session, cast.number("ada")) is None


def test_a_view_is_kept_opened_changed_and_deleted_on_its_pages(client_of, cast, database):
    ada = client_of("ada")
    kept = ada.post(
        "/systems/views/new?q=claims&sort=-owner&col=owner",
        data={"name": "Ours", "sharing": "everybody", "unit_id": ""},
    )
    assert kept.status_code == 303
    with database.transaction(read_only=True) as session:
        number = session.exec(select(SavedView.id)).one()
    assert dict(parse_qsl(kept.location.split("?")[1])) == {
        "q": "claims",
        "sort": "-owner",
        "col": "owner",
        "view": str(number),
    }
    page = ada.get(kept.location).text
    assert 'aria-current="page">Ours' in page
    assert "Save view" not in page
    changed = kept.location.replace("q=claims", "q=home")
    assert "Save changes to Ours" in ada.get(changed).text
    assert "Save changes to Ours" not in client_of("otto").get(changed).text
    assert client_of("otto").post(f"/systems/views/{number}/delete").status_code == 403
    refused = ada.post(f"/systems/views/{number}", data={"name": "", "sharing": "unit", "unit_id": ""})
    assert refused.status_code == 422
    assert "Give the view a name." in refused.text
    assert "Choose the unit to share the view with." in refused.text
    assert ada.post(f"/systems/views/{number}/state?stage=proposed").status_code == 303
    assert ada.post(f"/systems/views/{number}/preferred", data={"preferred": "1"}).status_code == 303
    assert ada.get("/systems").location == f"/systems?stage=proposed&view={number}"
    assert "Sentinel" in ada.get("/systems?view=all").text
    assert "Sentinel" not in client_of("otto").get(f"/systems?stage=proposed&view={number}").text
    with database.transaction() as session:
        view = session.get(SavedView, number)
        actions.change_view(
            session,
            cast.actor(session, "ada"),
            view,
            ViewFacts("Ours", "stage=lost&mood=grim", Sharing.EVERYBODY),
        )
    page = ada.get(f"/systems?stage=lost&mood=grim&view={number}")
    assert page.status_code == 200
    assert "The filter “mood” does not exist any more." in page.text
    assert "Stage: there is no “lost” to choose." in page.text
    assert ada.post(f"/systems/views/{number}/delete").status_code == 303
    assert ada.get(f"/systems/views/{number}").status_code == 404
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
        events = session.exec(
            select(LedgerEntry.event).where(LedgerEntry.event.like("view.%")).order_by(LedgerEntry.seq)
        ).all()
    assert events == ["view.saved", "view.changed", "view.changed", "view.changed", "view.deleted"]


STALE = {
    "stage=lost&tier=limited": "Stage: there is no “lost” to choose.",
    "sort=-lost&tier=limited&after=WyJhIiwxXQ": "The register cannot be sorted by “lost”.",
    "col=tier&col=lost&col=gone": "Columns: there is no “lost” or “gone”.",
    "unit=999999999": "Unit: there is no “999999999” any more.",
    "owner=999999999&owner=0": "Accountable owner: there is no “999999999” or “0” any more.",
    "owner=ada": "Accountable owner: there is no “ada” to choose.",
    "mood=grim": "The filter “mood” does not exist any more.",
    "vendor=a%00b": "Vendor: there is no “a�b” to choose.",
    "mood=grim&" + "&".join(f"x{n}=1" for n in range(9)): (
        "The filters “mood”, “x0”, “x1”, “x2”, “x3” and 5 more do not exist any more."
    ),
}


@pytest.mark.parametrize(("address", "said"), STALE.items())
def test_an_address_that_has_grown_stale_shows_what_holds_and_names_what_does_not(
    client_of, cast, address, said
):
    page = client_of("ada").get(f"/systems?{address}")
    assert page.status_code == 200
    assert said in page.text
    assert page.text.count("The rest is shown.") == 1


def test_what_still_holds_of_a_stale_address_narrows_as_before(client_of, cast):
    ada, unit = client_of("ada"), cast.units["claims"].id
    whole = ada.get(f"/systems?unit={unit}&owner={cast.number('ada')}&sort=-key&col=tier")
    stale = ada.get(
        f"/systems?unit={unit}&unit=999999999&owner={cast.number('ada')}&stage=lost&sort=-key&col=tier&col=lost"
    )
    table = re.compile(r"<tbody.*?</tbody>", re.DOTALL)
    assert table.search(stale.text).group() == table.search(whole.text).group()
    assert "The rest is shown." not in whole.text


@pytest.mark.parametrize("address", ["after=lost", "before=W10", "stage=lost&after=lost"])
def test_a_place_that_was_never_issued_is_still_refused(client_of, cast, address):
    assert client_of("ada").get(f"/systems?{address}").status_code == 422


def test_a_file_or_a_view_of_a_stale_address_is_refused_as_nobody_would_see_what_was_dropped(client_of, cast):
    ada = client_of("ada")
    for address in ("stage=lost", "sort=lost", "col=lost"):
        assert ada.post(f"/systems/export?{address}", data={"format": "csv"}).status_code == 422
        assert ada.get(f"/systems/views/new?{address}").status_code == 422


def cells(reply):
    """Heading and rows of an exported file, as a spreadsheet reads them."""
    if reply.mimetype == "text/csv":
        return list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"), newline="")))
    return CalamineWorkbook.from_filelike(io.BytesIO(reply.data)).get_sheet_by_index(0).to_python()


COLUMNS = "col=owner&col=deputy&col=registered&col=autonomy&col=changed"


def test_an_export_holds_exactly_what_is_shown_and_says_who_took_it(client_of, cast, database):
    with database.transaction() as session:
        made = fill(session, cast, 9)
        facts = queries.facts_of(made[1])
        actions.edit(
            session,
            cast.actor(session, "adam"),
            made[1],
            type(facts)(**{name: getattr(facts, name) for name in facts.__slots__} | {"name": HOSTILE}),
            version=made[1].version,
        )
    mia = client_of("mia")
    address = f"?sort=-key&{COLUMNS}"
    with database.transaction(read_only=True) as session:
        listing, _ = queries.listing_from(Args(parse_qsl(address[1:])))
        shown = list(queries.every_line(session, cast.actor(session, "mia"), listing))
    assert any(line.name == HOSTILE for line in shown)
    for written, start in (("csv", b"\xef\xbb\xbf"), ("csv_plain", b"Id"), ("xlsx", b"PK")):
        with mia.post(f"/systems/export{address}", data={"format": written}) as reply:
            assert reply.status_code == 200
            assert reply.data.startswith(start)
            ending = "xlsx" if written == "xlsx" else "csv"
            name = f"ai-systems-{clock.today().isoformat()}.{ending}"
            assert reply.headers["Content-Disposition"] == f"attachment; filename={name}"
            assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
            header, *rows = cells(reply)
        assert header == [
            "Id",
            "System",
            "Accountable owner",
            "Deputy",
            "Autonomy",
            "Registered on",
            "Last changed",
        ]
        assert [row[0] for row in rows] == [line.key for line in shown]
        names = [row[1] for row in rows]
        assert [unguarded(name) for name in names] == [line.name for line in shown]
        if written == "xlsx":
            assert HOSTILE in names, "text is text in a workbook, and needs no guard"
            assert {type(row[-1]) for row in rows} == {date}
        else:
            assert f"'{HOSTILE}" in names
            assert rows[0][-1] == shown[0].changed.date().isoformat()
    with database.transaction(read_only=True) as session:
        notes = [
            json.loads(payload)["note"]
            for payload in session.exec(
                select(LedgerPayload.payload)
                .join(LedgerEntry, LedgerEntry.seq == LedgerPayload.seq)
                .where(LedgerEntry.event == "register.exported")
            )
        ]
    assert [note["format"] for note in notes] == ["csv", "csv_plain", "xlsx"]
    assert {note["systems"] for note in notes} == {str(len(shown))}
    assert notes[0]["search"].startswith("sort=-key&col=owner")
    assert mia.post("/systems/export", data={"format": "exe"}).status_code == 422
    assert mia.post("/systems/export?stage=lost", data={"format": "csv"}).status_code == 422


def exported(client, address):
    with client.post(f"/systems/export{address}", data={"format": "csv"}) as reply:
        assert reply.status_code == 200
        return cells(reply)


def test_who_may_know_of_a_system_is_in_a_file_only_where_it_is_asked_for(client_of, cast):
    ada = client_of("ada")
    assert exported(ada, "?col=none")[0] == ["Id", "System"]
    assert exported(ada, "")[0] == ["Id", "System", "Unit", "Accountable owner", "Stage", "Tier"]
    asked = "?col=visibility&col=ownership&sort=key"
    header, *rows = exported(ada, asked)
    assert header == ["Id", "System", "Ownership", "Visibility"]
    said = {row[0]: row[3] for row in rows}
    assert (said[cast.triage.key], said[cast.sentinel.key]) == ("whole company", "restricted")
    assert {row[2] for row in rows} <= {"confirmed", "to be confirmed", "has left"}
    # What a file says in a column, the page says in it.
    page = ada.get(f"/systems{asked}").text
    for words in ("Visibility", "Ownership", "whole company"):
        assert words in page
    body = page.split("<tbody")[1].split("</tbody")[0]
    assert body.count("whole company") == list(said.values()).count("whole company")


class Args(dict):
    """The parameters of an address."""

    def __init__(self, pairs):
        self.pairs = pairs

    def getlist(self, name):
        return [value for key, value in self.pairs if key == name]


def test_a_register_of_many_lines_is_written_a_few_at_a_time(session, cast):
    """Rows are fetched as they are written: the first line is there before the last is read."""
    fill(session, cast, 3)
    listing, _ = queries.listing_from(Args([]))
    lines = queries.every_line(session, cast.actor(session, "adam"), listing)
    assert iter(lines) is iter(lines), "a list would hold every line at once"
    assert len(list(lines)) == len(session.exec(select(System.id)).all())
