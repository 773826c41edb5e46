"""Every card of a search as one ZIP: who may have it, what is in it, what interruption costs, how long it stays."""

import csv
import hashlib
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlmodel import select

from registry import tables
from registry.audit.models import PAYLOAD, LedgerEntry
from registry.audit.queries.replicas import mark
from registry.cards import commands, jobs
from registry.cards.actions import bundling, editions
from registry.cards.actions.collecting import Register, cards_of
from registry.cards.models import BundledCard, CardBundle, CardPreview
from registry.cards.queries import bundles
from registry.cards.render import printing, rendering_hash
from registry.cards.render.packing import Packed
from registry.cards.render.printing import Printers
from registry.cards.rules.bundles import (
    MOST_CARDS,
    BundleState,
    CardState,
    Line,
    problems_with_asking,
    problems_with_cancelling,
)
from registry.cards.rules.frozen import Frozen, Press
from registry.kernel import clock
from registry.kernel.errors import Forbidden, NotFound, Refusal, RuleBroken
from registry.kernel.events import Event
from registry.output.pdf import PdfRefused
from registry.settings import Settings
from registry.store.commandkit import House
from registry.store.files import Files
from registry.store.past import NO_PAST, PastBusy, PastRefused
from registry.store.replicas import LongReads
from registry.systems import actions as register
from registry.systems.models import System
from registry.systems.queries import facts_of, numbers_in
from registry.systems.rules.record import Registration, Visibility
from registry.systems.rules.search import Listing, Search
from registry.wiring import FOLLOW_UPS, SCHEDULE
from registry.worker import actions as worker

EVERYTHING = Listing()
[make_bundle] = FOLLOW_UPS[Event.CARDS_ASKED]


class Drawn:
    """Printers that lay nothing out; they say what they were asked for, and can be told what to refuse."""

    def __init__(self, *_count):
        self.refused = {}

    def draw(self, sheets):
        for sheet in sheets:
            yield self._drawn(sheet) if isinstance(sheet, Frozen) else sheet

    def _drawn(self, frozen):
        key = frozen.facts.identity.key
        DRAWN.append(key)
        of = f" of {frozen.facts.identity.name} as of {frozen.as_of}" if frozen.as_of else ""
        return self.refused.get(key) or f"%PDF {key} {frozen.said}{of}".encode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


DRAWN = []


@pytest.fixture
def printers(monkeypatch, tmp_path):
    """The printers of this test, for the worker and for the command; the worker's folder is the test's."""
    DRAWN.clear()
    drawn = Drawn()
    for module in (jobs, commands.bulk):
        monkeypatch.setattr(module, "Printers", lambda _count: drawn)
        monkeypatch.setattr(module, "press_of", lambda *_at: press(tmp_path))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path))
    return drawn


def press(folder):
    return Press(
        folder / "key.pem",
        "registry.example/ledger",
        "https://registry.example",
        lambda frozen: f"%PDF issued {frozen.facts.identity.key}".encode(),
        rendering_hash(),
    )


def ask(database, cast, who="aud", listing=EVERYTHING):
    with database.transaction() as session:
        actor = cast.actor(session, who)
        return bundling.ask(session, actor, listing, numbers_in(session, actor, listing.search)).id


def work(database):
    """Let the worker do all there is to do."""
    handlers = worker.by_name(FOLLOW_UPS, SCHEDULE)
    while worker.follow(database, FOLLOW_UPS):
        pass
    while worker.run_next(database, handlers):
        pass


def standing(database, number):
    with database.transaction(read_only=True) as session:
        bundle = bundles.bundle_by_number(session, number)
        return bundle, list(bundles.cards_in(session, number))


def close(database, system):
    # Past the register's own form, as by another door.
    with database.engine.begin() as connection:
        table = System.__table__
        connection.execute(
            table.update().where(table.c.id == system.id).values(visibility=Visibility.RESTRICTED)
        )


def opened(tmp_path, bundle):
    path = Files(tmp_path, bundling.room_of(bundle.id)).path(bundle.sha256)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == bundle.sha256
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def index_of(files):
    return {row["key"]: row for row in csv.DictReader(io.StringIO(files["index.csv"].decode("utf-8-sig")))}


def approve(session, cast):
    """An approved edition of Triage whose document nobody has made yet."""
    system = session.get_one(System, cast.triage.id)
    found = editions.put_forward(session, cast.actor(session, "ada"), system, "")
    rita = cast.actor(session, "rita")
    return editions.decide(session, rita, found, "", approves=True, confirmed_at=clock.now())


def test_too_many_none_and_a_second_at_once_are_refused():
    assert problems_with_asking(MOST_CARDS, under_way=False) == []
    for found, under_way, says in ((0, False, "No system"), (2_001, False, "2,001"), (5, True, "still")):
        [problem] = problems_with_asking(found, under_way=under_way)
        assert says in problem.message
    assert problems_with_cancelling(BundleState.MAKING) == []
    assert len(problems_with_cancelling(BundleState.READY)) == 1


def test_the_index_names_each_system_with_its_hash_or_with_the_reason():
    made, refused = Line("AI-0001", "=Triage", 2, "ab" * 32, 3), Line("AI-0002", "Pricing")
    with io.BytesIO() as file:
        with Packed(file, clock.now()) as packed:
            packed.add(made, b"pdf")
            packed.add(refused.left_out(Refusal("It has no owner.")), b"")
        with zipfile.ZipFile(file) as read:
            assert read.namelist() == ["AI-0001-card-2.pdf", "index.csv"]
            rows = list(csv.reader(io.StringIO(read.read("index.csv").decode("utf-8-sig"))))
    assert packed.counts == (1, 1)
    assert rows[1:] == [
        ["AI-0001", "'=Triage", "2", "approved", "AI-0001-card-2.pdf", "ab" * 32, "3", ""],
        ["AI-0002", "Pricing", "", "left out", "", "", "", "It has no owner."],
    ]


def test_a_bundle_holds_what_was_issued_and_drafts_of_the_rest_and_says_what_it_lacks(
    database, cast, tmp_path, printers
):
    with database.transaction() as session:
        approve(session, cast)
    printers.refused[cast.sentinel.key] = PdfRefused("It is too long.")
    number = ask(database, cast)
    work(database)
    bundle, _ = standing(database, number)
    files = opened(tmp_path, bundle)
    rows = index_of(files)
    assert files[f"{cast.triage.key}-card-1.pdf"] == f"%PDF issued {cast.triage.key}".encode()
    assert files[f"{cast.pricing.key}-card-draft.pdf"] == f"%PDF {cast.pricing.key} draft".encode()
    assert (rows[cast.triage.key]["edition"], rows[cast.triage.key]["status"]) == ("1", "approved")
    assert rows[cast.sentinel.key]["why not"] == "It is too long."
    for row in rows.values():
        if row["file"]:
            assert hashlib.sha256(files[row["file"]]).hexdigest() == row["sha256"]
    assert (bundle.state, bundle.made, bundle.total) == (BundleState.READY, len(rows) - 1, len(rows))
    # The drafts are packed; beside the file itself nothing is kept.
    assert [digest for digest, _ in Files(tmp_path, bundling.room_of(number)).kept()] == [bundle.sha256]
    with database.transaction(read_only=True) as session:
        events = session.exec(select(LedgerEntry.event, LedgerEntry.actor_id)).all()
    assert [each for each in events if each[0] in {"cards.asked", "cards.exported"}] == [
        ("cards.asked", cast.number("aud")),
        ("cards.exported", cast.number("aud")),
    ]


def test_a_worker_that_is_killed_makes_no_card_twice(database, cast, tmp_path, printers, monkeypatch):
    number = ask(database, cast)

    def draw_one_and_die(sheets):
        for drawn in Drawn().draw(sheets):
            yield drawn
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(printers, "draw", draw_one_and_die)
        with pytest.raises(KeyboardInterrupt):
            make_bundle(database, {"subject_id": number})
    _, cards = standing(database, number)
    assert [card.state for card in cards].count(CardState.MADE) == 1
    with pytest.raises(worker.PartDone):
        make_bundle(database, {"subject_id": number})
    make_bundle(database, {"subject_id": number})
    bundle, cards = standing(database, number)
    assert sorted(DRAWN) == sorted({card.line.key for card in cards})
    assert bundle.state is BundleState.READY


def test_cancelled_cards_are_made_no_further_and_swept(database, cast, tmp_path, printers, monkeypatch):
    number = ask(database, cast)

    def draw_until_cancelled(sheets):
        for drawn in Drawn().draw(sheets):
            yield drawn
            with database.transaction() as session:
                aud = cast.actor(session, "aud")
                bundling.cancel(session, aud, bundles.own_bundle(session, aud, number, lock=True))

    monkeypatch.setattr(printers, "draw", draw_until_cancelled)
    with pytest.raises(worker.PartDone):
        make_bundle(database, {"subject_id": number})
    make_bundle(database, {"subject_id": number})
    bundle, _ = standing(database, number)
    assert (bundle.state, len(DRAWN)) == (BundleState.CANCELLED, 2)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        jobs.sweep_bundles(database, {})
    assert list(Files(tmp_path, bundling.room_of(number)).kept()) == []
    assert standing(database, number)[1] == []


def test_drafts_that_were_lost_or_damaged_meanwhile_are_made_again(database, cast, tmp_path, printers):
    number = ask(database, cast)
    with pytest.raises(worker.PartDone):
        make_bundle(database, {"subject_id": number})
    _, cards = standing(database, number)
    room, (lost, damaged, *_) = Files(tmp_path, bundling.room_of(number)), cards
    room.drop(lost.sha256)
    room.path(damaged.sha256).write_bytes(b"")
    work(database)
    bundle, again = standing(database, number)
    assert bundle.state is BundleState.READY
    assert [card.sha256 for card in again] == [card.sha256 for card in cards]
    assert sorted(DRAWN) == sorted([card.line.key for card in cards] + [lost.line.key, damaged.line.key])
    assert opened(tmp_path, bundle)[damaged.line.file_name] == f"%PDF {damaged.line.key} draft".encode()


def test_a_job_whose_bundle_no_backup_holds_has_nothing_to_do(database):
    assert make_bundle(database, {"subject_id": 1}) is None


def test_a_file_is_kept_a_week_and_then_gone(database, cast, tmp_path, printers):
    number = ask(database, cast)
    work(database)
    room = Files(tmp_path, bundling.room_of(number))
    for days, state, kept in (
        (6, BundleState.READY, 1),
        (8, BundleState.SWEPT, 1),
        (9, BundleState.SWEPT, 0),
    ):
        with clock.frozen(clock.now() + timedelta(days=days)):
            jobs.sweep_bundles(database, {})
        assert (standing(database, number)[0].state, len(list(room.kept()))) == (state, kept)


def test_a_preview_that_is_kept_already_is_not_laid_out_again(database, cast, tmp_path):
    drawn = Drawn()
    DRAWN.clear()
    with database.transaction() as session:
        door = cast.actor(session, "rita")
        facts = bundles.source_of(session, door, cast.triage.id, rendering_hash()).frozen
        kept = {"facts_sha256": facts.sha256, "rendering_sha256": rendering_hash(), "size": 4}
        session.add(CardPreview(**kept, made_at=clock.now(), pdf=b"kept"))
    register = Register(LongReads(database, mark).ask)
    [(_, line, pdf)] = cards_of(database, door, [cast.triage.id], press(tmp_path), drawn.draw, register)
    assert (pdf, line.status, DRAWN) == (b"kept", "draft", [])


def test_nobody_gets_a_card_of_what_they_may_not_see_and_a_member_none_at_all(database, cast, printers):
    number = ask(database, cast, "eva")
    with database.transaction(read_only=True) as session:
        inside = set(session.exec(select(BundledCard.system_id).where(BundledCard.bundle_id == number)))
        assert cast.sentinel.id not in inside
        assert {cast.triage.id, cast.pricing.id} <= inside
    for who in ("ada", "mia"):
        with pytest.raises(Forbidden):
            ask(database, cast, who)
    with pytest.raises(RuleBroken, match="still being made"):
        ask(database, cast, "eva")
    with pytest.raises(RuleBroken, match="No system"):
        ask(database, cast, "aud", Listing(Search("nothing is called so")))
    with pytest.raises(NotFound), database.transaction() as session:
        bundles.own_bundle(session, cast.actor(session, "aud"), number)


def test_of_two_who_ask_at_once_as_one_person_the_second_is_refused(database, cast):
    with ThreadPoolExecutor(1) as other:
        with database.transaction() as session:
            bundling.ask(session, cast.actor(session, "aud"), EVERYTHING, [cast.triage.id])
            second = other.submit(ask, database, cast)
            # It has to wait: what the first has asked for cannot be seen yet.
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        with pytest.raises(RuleBroken, match="still being made"):
            second.result(timeout=20)


def test_what_closes_meanwhile_is_left_out_and_what_closes_later_closes_the_file(
    database, cast, tmp_path, printers, client_of
):
    eva = client_of("eva")
    at = eva.post("/cards/bundles").location
    number = int(at.rpartition("/")[2])
    assert b"begins as soon as it can" in eva.get(at).data
    assert eva.get(f"{at}/cards.zip").status_code == 404
    close(database, cast.pricing)
    work(database)
    bundle, _ = standing(database, number)
    rows = index_of(opened(tmp_path, bundle))
    assert "no longer open" in rows[cast.pricing.key]["why not"]
    assert rows[cast.pricing.key]["name"] == ""
    page = eva.get(at).get_data(as_text=True)
    assert "Download the ZIP" in page
    assert cast.pricing.name not in page
    with eva.get(f"{at}/cards.zip") as reply:
        assert hashlib.sha256(reply.data).hexdigest() == bundle.sha256
    assert client_of("aud").get(f"{at}/cards.zip").status_code == 404
    close(database, cast.triage)
    assert eva.get(f"{at}/cards.zip").status_code == 403
    assert "This file is closed" in eva.get(at).get_data(as_text=True)


def test_a_system_that_is_named_beside_a_reason_closes_the_file_as_one_with_a_card_does(
    database, cast, printers
):
    printers.refused[cast.pricing.key] = PdfRefused("It is too long.")
    number = ask(database, cast, "eva")
    work(database)

    def is_closed():
        with database.transaction(read_only=True) as session:
            bundle = bundles.bundle_by_number(session, number)
            return bundles.holds_what_is_closed(session, cast.actor(session, "eva"), bundle)

    assert not is_closed()
    close(database, cast.pricing)
    assert is_closed()


def test_the_command_writes_the_same_and_the_ledger_says_so(database, cast, tmp_path, printers):
    house = House(Settings(data_dir=tmp_path), lambda: database)
    out = tmp_path / "cards.zip"
    typed = ["bulk", "--query", "triage", "--out", str(out), "--json"]
    result = CliRunner().invoke(commands.card, typed, obj=house)
    assert result.exit_code == 0, result.output
    sha256 = hashlib.sha256(out.read_bytes()).hexdigest()
    answer = {"cards": 1, "left_out": 0, "sha256": sha256, "files": [str(out)]}
    assert json.loads(result.stdout) == answer
    with zipfile.ZipFile(out) as file:
        assert file.namelist() == [f"{cast.triage.key}-card-draft.pdf", "index.csv"]
    with database.transaction(read_only=True) as session:
        newest = session.exec(select(LedgerEntry).order_by(LedgerEntry.seq.desc())).first()
        assert (newest.event, newest.subject_kind) == ("cards.exported", CardBundle.__tablename__)


def test_printers_keep_the_order_and_one_bad_card_costs_no_other(monkeypatch):
    class Slow:
        def __init__(self, _limits):
            pass

        def make(self, page, **_about):
            if page == "bad":
                raise ValueError(page)
            if page == "long":
                raise PdfRefused("Too long.")
            return SimpleNamespace(pdf=page.encode())

        def close(self):
            pass

    def sheet(page):
        facts = SimpleNamespace(identity=SimpleNamespace(key="AI-0001"))
        return SimpleNamespace(page=page, facts=facts)

    monkeypatch.setattr(printing, "Printer", Slow)
    monkeypatch.setattr(printing, "document_of", lambda sheet: (sheet.page, None, []))
    monkeypatch.setattr(printing, "Frozen", SimpleNamespace)
    sheets = [sheet("a"), b"issued", sheet("bad"), sheet("long"), Refusal("No."), *map(sheet, "bcdef")]
    with Printers(2) as printers:
        found = [each if isinstance(each, bytes) else each.says[:9] for each in printers.draw(sheets)]
    assert found == [b"a", b"issued", "Making it", "Too long.", "No.", b"b", b"c", b"d", b"e", b"f"]


@pytest.fixture
def past(database, cast, printers):
    """A day on which Triage had an approved edition, and the morning after: withdrawn, renamed, one more on the register."""
    day = clock.today()
    with database.transaction() as session:
        edition = approve(session, cast)
    work(database)
    with clock.frozen(clock.now() + timedelta(days=1)):
        with database.transaction() as session:
            olga, rita = cast.actor(session, "olga"), cast.actor(session, "rita")
            editions.withdraw(session, rita, session.merge(edition), "Wrong.", confirmed_at=clock.now())
            pricing = session.get_one(System, cast.pricing.id)
            facts = replace(facts_of(pricing), name="Renamed since")
            register.edit(session, olga, pricing, facts, version=pricing.version)
            unit = cast.units["claims"].id
            register.register(session, olga, Registration("Later", "Since.", unit, cast.number("olga")))
        yield day


def assert_of_that_day(files, cast, day):
    rows, drafted = index_of(files), f"{cast.pricing.key}-card-draft-as-of-{day}.pdf"
    assert {row["As of"] for row in rows.values()} == {day.isoformat()}
    assert set(rows) == {each.key for each in (cast.triage, cast.pricing, cast.sentinel)}
    assert rows[cast.triage.key]["status"] == "approved"
    issued = files[f"{cast.triage.key}-card-1-as-of-{day}.pdf"]
    assert issued == f"%PDF issued {cast.triage.key}".encode()
    named = rows[cast.pricing.key]["name"]
    assert (named, rows[cast.pricing.key]["file"]) == (cast.pricing.name, drafted)
    assert files[drafted] == f"%PDF {cast.pricing.key} draft of {named} as of {day}".encode()


def test_cards_of_a_past_day_are_those_of_its_register_and_each_says_so(
    database, cast, tmp_path, printers, client_of, past
):
    aud, home = client_of("aud"), f"/as-of/{past}"
    assert f'action="{home}/cards/bundles?' in aud.get(f"{home}/systems?view=all").text
    assert aud.post(f"{home}/cards/bundles?q=Renamed").status_code == 422
    at = aud.post(f"{home}/cards/bundles").location
    assert at.startswith("/cards/bundles/")
    work(database)
    bundle, _ = standing(database, int(at.rpartition("/")[2]))
    assert (bundle.state, bundle.as_of, bundle.made) == (BundleState.READY, past, 3)
    assert_of_that_day(opened(tmp_path, bundle), cast, past)
    page = aud.get(at).text
    assert "Cards of 3 systems as of" in page
    assert f'href="{home}/systems?view=all"' in page
    with aud.get(f"{at}/cards.zip") as reply:
        assert f"cards-as-of-{past}-{bundle.id}.zip" in reply.headers["Content-Disposition"]
    with database.transaction(read_only=True) as session:
        told = session.connection().scalar(select(PAYLOAD.c.payload).order_by(PAYLOAD.c.seq.desc()).limit(1))
    assert f'"as of":"{past}"' in told


def test_the_command_writes_cards_of_a_past_day(database, cast, tmp_path, past):
    house = House(Settings(data_dir=tmp_path), lambda: database, tables.recipe)
    out = tmp_path / "cards.zip"
    typed = ["bulk", "--as-of", past.isoformat(), "--out", str(out), "--json"]
    result = CliRunner().invoke(commands.card, typed, obj=house)
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out) as file:
        assert_of_that_day({name: file.read(name) for name in file.namelist()}, cast, past)


def test_of_a_past_day_nobody_gets_what_they_may_not_know_today(
    database, cast, tmp_path, printers, client_of, past
):
    eva = client_of("eva")
    at = eva.post(f"/as-of/{past}/cards/bundles").location
    close(database, cast.pricing)
    work(database)
    bundle, _ = standing(database, int(at.rpartition("/")[2]))
    rows = index_of(opened(tmp_path, bundle))
    assert set(rows) == {cast.triage.key, cast.pricing.key}
    assert "no longer open" in rows[cast.pricing.key]["why not"]


def test_where_no_past_day_can_be_laid_out_the_cards_are_given_up_with_what_to_do(
    database, cast, printers, client_of, past, monkeypatch, caplog
):
    at = client_of("aud").post(f"/as-of/{past}/cards/bundles").location
    busy = iter([PastBusy(), PastRefused("The database role x may not create schemas.")])

    def refuses(*_given, **_more):
        raise next(busy)

    monkeypatch.setattr("registry.store.past.keeping.Pasts.at", refuses)
    work(database)
    bundle, cards = standing(database, int(at.rpartition("/")[2]))
    assert (bundle.state, {card.state for card in cards}) == (BundleState.CANCELLED, {CardState.WAITING})
    assert bundle.trouble == NO_PAST
    assert "role x" in caplog.text
