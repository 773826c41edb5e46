"""Editions: frozen as put forward, decided by somebody else, issued with the proof of it, and checked by a stranger."""

import io
import random
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pikepdf
import pytest
from sqlmodel import select

from registry.audit.models import LedgerEntry
from registry.audit.queries import verify
from registry.audit.rules.notes import Signature, Verifier, read_note, sealed
from registry.cards.actions import editions
from registry.cards.actions.issuing import issue
from registry.cards.models import CardEdition
from registry.cards.queries.editions import document_of, not_issued
from registry.cards.render import checking, edition_pdf, rendering_hash
from registry.cards.render.checking import Verdict, check_card
from registry.cards.rules.changes import CardChange
from registry.cards.rules.editions import EditionState
from registry.cards.rules.frozen import Frozen, Press
from registry.cards.rules.reading import facts_from
from registry.cards.rules.seal import seal_from, seal_json
from registry.kernel import clock
from registry.kernel.actor import Role, Seat, Token, the_registry
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Forbidden, RuleBroken
from registry.output.pdf import Printer
from registry.ownership import actions as ownership
from registry.portfolio.queries.beside import with_what_stands_beside
from registry.reviews.actions import signing
from registry.reviews.rules.kinds import Signed as Signatory
from registry.store.session import finish
from registry.store.signing import SigningKey
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from tests.cards.structure.opened import Opened
from tests.cards.structure.test_structure import problems_of

DOOR = the_registry("command")


def triage(session, cast):
    return session.get_one(System, cast.triage.id)


def put_forward(session, cast, by="ada"):
    found = editions.put_forward(session, cast.actor(session, by), triage(session, cast), "First of all.")
    session.flush()
    return found


def approve(session, cast, edition, by="rita", *, approves=True, reason="It holds.", **more):
    more.setdefault("confirmed_at", clock.now())
    return editions.decide(session, cast.actor(session, by), edition, reason, approves=approves, **more)


def press(folder, draw=edition_pdf, **more):
    return Press(
        folder / "key.pem",
        "registry.example/ledger",
        "https://registry.example",
        draw,
        rendering_hash(),
        **more,
    )


def test_an_edition_keeps_what_the_record_stated_when_it_was_put_forward(session, cast):
    edition = put_forward(session, cast)
    system = triage(session, cast)
    facts = replace(facts_of(system), summary="Refuses claims by itself.")
    systems.edit(session, cast.actor(session, "ada"), system, facts, version=system.version)
    kept = facts_from(edition.facts.encode())
    assert (kept.identity.summary, kept.edition.number) == ("Sorts incoming claims by urgency.", 1)
    with pytest.raises(RuleBroken, match="Edition 1 is in review"):
        put_forward(session, cast)


def test_nobody_decides_on_a_card_they_have_a_part_in(session, cast):
    edition = put_forward(session, cast)
    ada, rita = cast.actor(session, "ada"), cast.actor(session, "rita")
    for who in ("ada", "ben", "eva", "adam"):
        with pytest.raises(Forbidden):
            approve(session, cast, edition, by=who)
    for actor in (
        replace(ada, roles=ada.roles | {Role.REVIEWER}),
        replace(rita, seats={cast.triage.id: frozenset({Seat.DATA_STEWARD})}),
        replace(rita, token=Token(1, frozenset({"systems:write"}))),
    ):
        with pytest.raises(Forbidden):
            editions.decide(session, actor, edition, "", approves=True, confirmed_at=clock.now())
    old = clock.now() - timedelta(minutes=6)
    with pytest.raises(RuleBroken):
        approve(session, cast, edition, confirmed_at=old)
    with pytest.raises(RuleBroken, match="what has to change"):
        approve(session, cast, edition, approves=False, reason=" ")
    assert approve(session, cast, edition).state is EditionState.APPROVED
    with pytest.raises(RuleBroken, match="nothing to decide"):
        approve(session, cast, edition)


def test_the_next_edition_supersedes_and_a_withdrawn_one_leaves_none(session, cast):
    first = approve(session, cast, put_forward(session, cast))
    returned = approve(session, cast, put_forward(session, cast), approves=False, reason="Name a deputy.")
    second = approve(session, cast, put_forward(session, cast))
    session.flush()
    assert [each.state for each in (first, returned, second)] == [
        EditionState.SUPERSEDED,
        EditionState.RETURNED,
        EditionState.APPROVED,
    ]
    rita = cast.actor(session, "rita")
    with pytest.raises(RuleBroken, match="Only an approved one"):
        editions.withdraw(session, rita, first, "Wrong.", confirmed_at=clock.now())
    with pytest.raises(RuleBroken, match="why"):
        editions.withdraw(session, rita, second, " ", confirmed_at=clock.now())
    assert editions.withdraw(session, rita, second, "Wrong.", confirmed_at=clock.now()).number == 3
    finish(session)
    events = session.exec(select(LedgerEntry.event).order_by(LedgerEntry.seq)).all()
    decided = ["approved", "put_forward", "returned", "put_forward", "approved", "withdrawn"]
    assert [each for each in events if each.startswith("card.")] == [
        "card.put_forward",
        *(f"card.{each}" for each in decided),
    ]


def issued(database, cast, tmp_path, by="ada"):
    with database.transaction() as session:
        number = approve(session, cast, put_forward(session, cast, by)).id
    issue(database, DOOR, number, press(tmp_path))
    with database.transaction(read_only=True) as session:
        return document_of(session, number)


def test_an_issued_card_proves_itself_and_the_ledger_knows_it(database, cast, tmp_path):
    document = issued(database, cast, tmp_path)
    checked = check_card(document.pdf)
    assert [each for each in checked.checks if not each.passed] == []
    assert checked.verdict is Verdict.VERIFIED
    assert (checked.frozen.facts.identity.key, checked.pdf_sha256) == ("AI-0001", document.pdf_sha256)
    assert problems_of(Opened(document.pdf)) == {}
    seal = seal_from(document.seal)
    assert (seal.approved.printed_name, seal.put_forward.printed_name) == ("Rita Reviewer", "Ada Owner")
    assert seal.compared_with is None
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
    with database.transaction(read_only=True) as session:
        assert not_issued(session) == []
        told = session.exec(select(LedgerEntry.event).where(LedgerEntry.event == "card.issued")).all()
    assert told == ["card.issued"]
    assert check_card(document.pdf, key=seal.anchor.key).verdict is Verdict.VERIFIED
    assert check_card(document.pdf, key="another+12345678+AAAA").verdict is Verdict.REFUSED
    assert check_card(document.pdf, renders=False).verdict is Verdict.INCOMPLETE
    # Issued once, whoever asks again.
    assert (
        issue(database, DOOR, document.edition_id, press(tmp_path, draw=None)).pdf_sha256
        == document.pdf_sha256
    )


@pytest.mark.parametrize(("signed_after_hours", "said"), [(-1, ["Sign-off: engineering"]), (1, [])])
def test_a_seal_names_who_had_signed_when_the_edition_was_approved(
    database, cast, tmp_path, signed_after_hours, said
):
    def approved():
        with database.transaction() as session:
            return approve(session, cast, put_forward(session, cast)).id

    def sign():
        with database.transaction() as session:
            ada, ben, here = cast.actor(session, "ada"), cast.actor(session, "ben"), triage(session, cast)
            sheet = signing.open_sheet(session, ada, here)
            session.flush()
            name, now = cast.people["ben"].name, clock.now()
            signing.sign(session, ben, sheet, here, Signatory.ENGINEERING, name, confirmed_at=now)

    steps = {0: approved, signed_after_hours: sign}
    found = {}
    for hours in sorted(steps):
        with clock.frozen(clock.later(hours=hours + 2)):
            found[hours] = steps[hours]()
    with clock.frozen(clock.later(hours=9)):
        document = issue(database, DOOR, found[0], press(tmp_path, draw=lambda _: b"%PDF"))
    assert [each.part for each in seal_from(document.seal).signatures] == said


def test_what_is_kept_of_an_edition_is_the_signed_file(database, cast, tmp_path):
    with database.transaction() as session:
        number = approve(session, cast, put_forward(session, cast)).id
    own = press(tmp_path, draw=lambda _: b"%PDF", sign=lambda pdf: pdf + b" signed")
    kept = issue(database, DOOR, number, own)
    assert (kept.pdf, kept.pdf_sha256) == (b"%PDF signed", sha256_hex(b"%PDF signed"))


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE card_document SET pdf = seal",
        "UPDATE card_document SET pdf = seal, pdf_sha256 = '{other}'",
        "DELETE FROM card_document",
    ],
)
def test_verification_names_the_entry_of_a_card_that_is_not_as_it_was_issued(database, cast, tmp_path, spoil):
    document = issued(database, cast, tmp_path)
    with database.transaction(read_only=True) as session:
        assert with_what_stands_beside(session, verify(session)).ok
    with database.engine.begin() as connection:
        connection.exec_driver_sql(spoil.format(other=sha256_hex(document.seal)))
    with database.transaction(read_only=True) as session:
        found = with_what_stands_beside(session, verify(session))
        query = select(LedgerEntry.seq).where(LedgerEntry.event == "card.issued")
        assert (found.ok, found.first_bad) == (False, session.exec(query).one())


def test_the_next_card_says_what_has_changed(database, cast, tmp_path):
    issued(database, cast, tmp_path)
    with database.transaction() as session:
        system = triage(session, cast)
        facts = replace(facts_of(system), summary="Refuses claims by itself.")
        systems.edit(session, cast.actor(session, "ada"), system, facts, version=system.version)
        ownership.fill_seat(
            session, cast.actor(session, "ada"), system.id, Seat.COMPLIANCE_LEAD, person_id=cast.number("mia")
        )
    seal = seal_from(issued(database, cast, tmp_path).seal)
    assert seal.compared_with == 1
    told = {each.label: (each.before, each.after) for each in seal.changes}
    assert told["Summary"] == ("Sorts incoming claims by urgency.", "Refuses claims by itself.")
    with database.transaction(read_only=True) as session:
        assert [each.state for each in session.exec(select(CardEdition).order_by(CardEdition.number))] == [
            EditionState.SUPERSEDED,
            EditionState.APPROVED,
        ]


class Memory:
    """A printer that lays out each document once: what is checked is the comparison, not the engine."""

    made: ClassVar[dict[Any, Any]] = {}

    def __init__(self, *_given, **_more):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def make(self, html, *, identity, attachments):
        asked = (html, repr(identity), repr(attachments))
        if asked not in self.made:
            with Printer(None, renders_per_child=1) as printer:
                self.made[asked] = printer.make(html, identity=identity, attachments=attachments)
        return self.made[asked]


# What a file says of itself is read without any database; issued() is tried on both of them above.
on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_one_database
@pytest.mark.parametrize("bytes_tried", [120, pytest.param(2_000, marks=pytest.mark.long)])
def test_no_byte_of_a_card_can_be_changed_unnoticed(database, cast, tmp_path, monkeypatch, bytes_tried):
    pdf = issued(database, cast, tmp_path).pdf
    monkeypatch.setattr(checking, "Printer", Memory)
    assert check_card(pdf).verdict is Verdict.VERIFIED
    drawn = random.Random(7)
    # One from each part of the file, so that no part of it goes untried.
    for part in range(bytes_tried):
        place = drawn.randrange(len(pdf) * part // bytes_tried, len(pdf) * (part + 1) // bytes_tried)
        turned = bytearray(pdf)
        turned[place] ^= 1 << drawn.randrange(8)
        checked = check_card(bytes(turned))
        assert checked.verdict is Verdict.REFUSED, f"byte {place}: {checked.checks}"
    for spoilt in (
        pdf[:-1_000],
        pdf[:200],
        b"",
        b"%PDF-1.7",
        pdf + b"more",
        pdf + pdf,
        pdf[:9] + b"\n" + pdf[9:],
        # No date any more: whoever reads it must not stumble over that instead of refusing the file.
        re.sub(rb"(?<=CreateDate>\d{3})\d", b"\x16", pdf),
    ):
        assert spoilt != pdf
        assert check_card(spoilt).verdict is Verdict.REFUSED


@pytest.mark.slow
@on_one_database
def test_a_copy_that_is_no_issued_card_is_told_from_one_whose_seal_was_taken_away(
    database, cast, tmp_path, monkeypatch
):
    monkeypatch.setattr(checking, "Printer", Memory)
    document = issued(database, cast, tmp_path)
    with database.transaction(read_only=True) as session:
        written = session.exec(select(CardEdition)).one().facts.encode()
    seal = seal_from(document.seal)

    def checked(*found):
        made = check_card(edition_pdf(Frozen.read(written, *found)))
        return made.verdict, {each.name for each in made.checks if not each.passed}

    for state in (EditionState.IN_REVIEW, EditionState.RETURNED):
        assert checked(state) == (Verdict.INCOMPLETE, {"approval"})
    for state in (EditionState.SUPERSEDED, EditionState.WITHDRAWN):
        assert checked(state, seal) == (Verdict.INCOMPLETE, {"standing"})
    # Written as the card of something approved, with nothing that says by whom.
    assert checked(EditionState.APPROVED) == (Verdict.REFUSED, {"approval", "print"})

    def without_seal(opened):
        del opened.attachments["seal.json"]

    torn = check_card(repacked(document.pdf, without_seal))
    assert [each.name for each in torn.checks if each.passed is False] == ["print"]


def repacked(pdf, change):
    """The same document written anew with something in it changed, as an ordinary tool would."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        change(document)
        document.save(out, static_id=True)
    return out.getvalue()


def swapped(name, data):
    def change(document):
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return change


@on_one_database
def test_every_kind_of_forgery_is_named(database, cast, tmp_path):
    document = issued(database, cast, tmp_path)
    pdf, seal = document.pdf, seal_from(document.seal)
    with database.transaction(read_only=True) as session:
        written = session.exec(select(CardEdition)).one().facts.encode()
    other = written.replace(b"Sorts incoming claims", b"Sorts outgoing claims")

    def failed(change, **asked):
        checked = check_card(repacked(pdf, change), **asked)
        return [each.name for each in checked.checks if each.passed is False]

    assert failed(lambda _: None) == ["print"]
    assert failed(swapped("card.json", other)) == ["description", "same card", "print"]
    assert failed(swapped("card.json", written + b" ")) == ["facts"]
    assert failed(swapped("more.json", b"{}")) == ["attachments"]
    assert failed(swapped("card.cdx.json", b"{}")) == ["description", "print"]
    for forged, says in (
        (
            replace(seal, approved=replace(seal.approved, printed_name="Eva Executive")),
            ["approval", "signature"],
        ),
        (replace(seal, card_sha256=sha256_hex(other)), ["same card", "approval", "signature"]),
        (replace(seal, changes=(CardChange("1.1", "Name", "", "a", "b"),)), ["signature"]),
        (
            replace(seal, anchor=replace(seal.anchor, entry=replace(seal.anchor.entry, seq=1))),
            ["ledger", "signature"],
        ),
        (replace(seal, anchor=replace(seal.anchor, inclusion=())), ["ledger", "signature"]),
        (replace(seal, anchor=replace(seal.anchor, checkpoint="no note")), ["ledger"]),
    ):
        # Whether it prints the same was asked above, and takes a second each.
        assert failed(swapped("seal.json", seal_json(forged)), renders=False) == says
    # With a key of one's own everything can be signed anew: it is the published key that tells.
    mine = SigningKey.new()
    key = Verifier(seal.anchor.key.partition("+")[0], mine.public)
    told = read_note(seal.anchor.checkpoint).text
    note = sealed(told, [Signature(key.name, key.key_id, mine.sign(told.encode()))])
    forged = replace(seal, anchor=replace(seal.anchor, checkpoint=note, key=key.written()))
    forged = forged.signed_with(mine.sign(forged.signed_part()).hex())
    again = repacked(pdf, swapped("seal.json", seal_json(forged)))
    assert "key" in [
        each.name
        for each in check_card(again, key=seal.anchor.key, renders=False).checks
        if each.passed is False
    ]
