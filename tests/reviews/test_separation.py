"""Separation of duties under any order of acts by anybody; what each rule holds is shown by what breaks without it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from registry.accounts.queries import actor_for
from registry.kernel import clock
from registry.kernel.actor import Role, Seat, Token
from registry.kernel.errors import Refusal
from registry.kernel.scopes import SCOPES
from registry.ownership import actions as ownership
from registry.ownership.queries import held_on
from registry.reviews.actions import deciding, reviewing, signing, waiving
from registry.reviews.actions.reviewing import assign
from registry.reviews.models.reviews import Review, ReviewDecision, ReviewSubmission
from registry.reviews.models.words import Attestation, Signature, Waiver
from registry.reviews.queries import reviews as queries
from registry.reviews.queries import separating
from registry.reviews.queries.content import content_of
from registry.reviews.queries.words import sign_offs_of
from registry.reviews.rules import separation
from registry.reviews.rules import signing as signing_rules
from registry.reviews.rules.decisions import DecisionFacts
from registry.reviews.rules.kinds import Decision, Kind, Signed, State
from registry.reviews.rules.waivers import WaiverFacts
from tests.reviews.doing import NOW, answered, edited, later, reviewer, seated, submitted

WHO = ("ada", "dee", "ben", "rita", "adam", "eva", "hedy", "mia", "token")


class NothingYetError(Refusal):
    """What an act is about is not there yet."""


def there(found):
    """The one that was found. Raises NothingYetError, which is an answer; a broken act raises something else."""
    if found is None:
        raise NothingYetError("Nothing yet.")
    return found


class World:
    """One system and everybody around it; what was true when something bound is noted beside it, apart from the product."""

    def __init__(self, session, cast):
        self.session, self.cast = session, cast
        self.read, self.notes, self.held = "", {}, []

    def actor(self, name):
        if name == "token":
            rita = self.cast.people["rita"]
            return actor_for(self.session, rita, via="token:1", token=Token(1, frozenset(SCOPES)))
        return self.cast.actor(self.session, name)

    def holders(self):
        return {each.assignment.person_id for each in held_on(self.session, self.cast.triage.id)}

    def review(self):
        found = queries.undecided_of(self.session, self.cast.triage.id, Kind.INITIAL)
        last = self.session.exec(select(Review).order_by(Review.id.desc())).first()
        return there(found[0] if found else last)

    def note(self, row, who):
        """What is known when something binds: who acted and how, who held a seat, what the record said."""
        now = content_of(self.session, self.cast.triage).sha256
        self.notes[type(row), row.id] = (self.actor(who), self.holders(), now, clock.now())

    def seated_between(self, first, last):
        """Everybody who held a seat after any act between these instants. Who takes one later had no part in it then."""
        return set().union(*(holders for when, holders in self.held if first <= when <= last))

    def submit(self, who, _fresh):
        submitted(self.session, self.cast, by="rita" if who == "token" else who)

    def assign(self, who, _fresh):
        person = self.cast.people["rita" if who == "token" else who]
        assign(self.session, self.actor("rita"), self.review(), person)

    def answer(self, who, _fresh):
        answered(self.session, self.cast, self.review(), by="rita" if who == "token" else who)

    def look(self, _who, _fresh):
        handed_in = queries.newest_submission(self.session, self.review().id)
        self.read = handed_in.content_sha256

    def edit(self, _who, _fresh):
        autonomy = (self.cast.triage.autonomy or 0) % 5 + 1
        edited(self.session, self.cast, autonomy=autonomy)

    def decide(self, who, fresh):
        facts = DecisionFacts(Decision.APPROVE, "", self.read)
        row = deciding.decide(
            self.session, self.actor(who), self.review(), self.cast.triage, facts, confirmed_at=fresh
        )
        self.note(row, who)

    def send_back(self, who, fresh):
        facts = DecisionFacts(Decision.REQUEST_CHANGES, "More.", self.read)
        row = deciding.decide(
            self.session, self.actor(who), self.review(), self.cast.triage, facts, confirmed_at=fresh
        )
        self.note(row, who)

    def seat(self, who, _fresh):
        """Somebody becomes a deputy, or no longer is one."""
        number = self.cast.number("rita" if who == "token" else who)
        held = held_on(self.session, self.cast.triage.id)
        ada = self.actor("ada")
        found = [
            each.assignment
            for each in held
            if each.assignment.seat is Seat.DEPUTY and each.assignment.person_id == number
        ]
        if found:
            ownership.vacate_seat(self.session, ada, found[0])
        else:
            ownership.fill_seat(self.session, ada, self.cast.triage.id, Seat.DEPUTY, person_id=number)

    def open_sheet(self, who, _fresh):
        signing.open_sheet(self.session, self.actor(who), self.cast.triage)

    def sign(self, who, fresh, seat=None):
        sheet = there(next(iter(sign_offs_of(self.session, self.cast.triage.id, 1)), None))
        seats, actor = [seat] if seat else list(Signed), self.actor(who)
        for each in seats:
            with suppress(Refusal):
                row = signing.sign(
                    self.session, actor, sheet, self.cast.triage, each, actor.name, confirmed_at=fresh
                )
                self.note(row, who)

    def attest(self, who, fresh):
        sha, actor = content_of(self.session, self.cast.triage).sha256, self.actor(who)
        row = signing.attest(
            self.session, actor, self.cast.triage, actor.name, sha, agrees=True, confirmed_at=fresh
        )
        self.note(row, who)

    def ask(self, who, _fresh):
        until = clock.today() + timedelta(days=400 if who == "adam" else 40)
        waiving.ask_waiver(
            self.session, self.actor(who), self.cast.triage, WaiverFacts("F1.1", "Late.", until)
        )

    def waive(self, who, fresh):
        waiver = there(self.session.exec(select(Waiver).order_by(Waiver.id.desc())).first())
        row = waiving.decide_waiver(
            self.session,
            self.actor(who),
            waiver,
            granted=True,
            because="So be it.",
            until=waiver.until,
            confirmed_at=fresh,
        )
        self.note(row, who)


ACTS = [
    name
    for name in vars(World)
    if not name.startswith("_") and name not in {"actor", "holders", "review", "note", "seated_between"}
]


def broken(world):
    """Everything that binds and should not: told from the rows alone and from what was noted when they came."""
    session, found = world.session, []
    for row in session.exec(select(ReviewDecision)):
        who, holders, now, at = world.notes[ReviewDecision, row.id]
        query = select(ReviewSubmission).where(ReviewSubmission.review_id == row.review_id)
        told = session.exec(query.order_by(ReviewSubmission.id)).all()
        seated = holders | world.seated_between(told[0].at, at)
        found += ["who holds a seat decided"] * (row.decided_by_id in seated)
        found += ["who submitted decided"] * (
            row.decided_by_id in {each.submitted_by_id for each in told if each.at <= at}
        )
        found += ["a token decided"] * (who.token is not None)
        found += ["no reviewer decided"] * (Role.REVIEWER not in who.roles)
        found += ["a record nobody had read was decided on"] * (row.content_sha256 != now)
    decided_on = [row.submission_id for row in session.exec(select(ReviewDecision))]
    found += ["decided twice"] * (len(decided_on) != len(set(decided_on)))
    for row in session.exec(select(Signature)):
        who, _, now, _ = world.notes[Signature, row.id]
        held = who.seats.get(row.system_id, frozenset())
        seat = signing_rules.SEATS.get(row.seat)
        holds = seat in held if seat else Role.EXECUTIVE in who.roles
        found += ["somebody signed for another"] * (not holds)
        found += ["signed on another record"] * (row.content_sha256 != now)
    signed = [(row.sign_off_id, row.person_id) for row in session.exec(select(Signature))]
    found += ["one person signed twice"] * (len(signed) != len(set(signed)))
    for row in session.exec(select(Attestation)):
        who, _, now, _ = world.notes[Attestation, row.id]
        found += ["somebody else attested"] * (Seat.OWNER not in who.seats.get(row.system_id, frozenset()))
        found += ["attested to another record"] * (row.content_sha256 != now)
    for row in session.exec(select(Waiver).where(Waiver.granted.is_(True))):
        who, holders, _, at = world.notes[Waiver, row.id]
        seated = holders | world.seated_between(row.asked_at, at)
        found += ["who holds a seat waived"] * (row.decided_by_id in seated)
        found += ["who asked waived"] * (row.decided_by_id == row.asked_by_id)
        found += ["a waiver without end"] * (row.until > at.date() + timedelta(days=180))
    found += ["without the password" for key, told in world.notes.items() if key in world.unconfirmed]
    return found


def run(session, cast, steps, refused=None):
    """Do what is asked in that order; refusals are answers, kept in `refused`. What the database refuses is named as well."""
    for name in ("ada", "dee", "ben"):
        reviewer(session, cast, name)
    seated(session, cast)
    world = World(session, cast)
    world.unconfirmed = set()
    for at, (act, who, is_fresh) in enumerate(steps):
        before = set(world.notes)
        world.held.append((NOW + timedelta(seconds=at - 1), world.holders()))
        try:
            with later(seconds=at), session.begin_nested():
                getattr(world, act)(who, clock.now() if is_fresh else clock.now() - timedelta(minutes=6))
        except Refusal:
            if refused is not None:
                refused.append((act, who))
            continue
        except sa.exc.IntegrityError:
            return ["the database refused it"]
        if not is_fresh:
            world.unconfirmed |= set(world.notes) - before
    return broken(world)


class Undo(Exception):
    """Takes back what one run of acts has written."""


def in_a_world(database, cast, steps):
    """What is broken after those steps; nothing of them stays."""
    found = None
    with later(), suppress(Undo), database.transaction() as session:
        triage = session.get_one(type(cast.triage), cast.triage.id)
        found = run(session, type(cast)(cast.people, cast.units, triage, cast.sentinel, cast.pricing), steps)
        raise Undo
    return found


# Weighted towards what leads somewhere: most acts in any order are refused at once.
STEP = st.tuples(
    st.sampled_from([*ACTS, "submit", "assign", "answer", "look", "decide", "sign"]),
    st.sampled_from([*WHO, "rita", "rita"]),
    st.sampled_from([True, True, True, False]),
)
FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=4, deadline=None, suppress_health_check=FIXTURE)
@given(st.lists(STEP, min_size=10, max_size=25))
def test_whatever_anybody_does_in_whatever_order_duties_stay_apart(database, cast, steps):
    assert in_a_world(database, cast, steps) == []


@pytest.mark.long
@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=FIXTURE)
@given(st.lists(STEP, min_size=50, max_size=50))
def test_five_hundred_runs_of_fifty_acts_keep_duties_apart(database, cast, steps):
    assert in_a_world(database, cast, steps) == []


def done(*acts, fresh=True):
    return [(act, who, fresh) for act, who in acts]


BEFORE = done(("submit", "ada"), ("assign", "rita"), ("answer", "rita"), ("look", "rita"))
# Each act a rule forbids, where it would go through but for that rule; and a whole course that all rules allow.
COURSE = [
    *BEFORE,
    *done(("send_back", "rita"), ("edit", "ada"), ("submit", "ada"), ("answer", "rita"), ("look", "rita")),
    *done(("decide", "rita"), ("open_sheet", "ada"), ("sign", "hedy"), ("attest", "ada")),
    *done(("ask", "ben"), ("waive", "rita"), ("seat", "mia")),
]
SITUATIONS = {
    "owners": done(
        ("seat", "rita"), ("submit", "ada"), ("assign", "rita"), ("answer", "rita"), ("look", "rita")
    )
    + done(("decide", "rita")),
    "owners then": done(("seat", "rita"), ("submit", "ada"), ("seat", "rita"), ("assign", "rita"))
    + done(("answer", "rita"), ("look", "rita"), ("decide", "rita")),
    "handed in twice": done(("seat", "rita"), ("submit", "rita"), ("seat", "rita"), ("submit", "ada"))
    + done(("assign", "rita"), ("answer", "rita"), ("look", "rita"), ("decide", "rita")),
    "in between": done(("submit", "ada"), ("seat", "rita"), ("seat", "rita"), ("assign", "rita"))
    + done(("answer", "rita"), ("look", "rita"), ("decide", "rita")),
    "lead": done(("submit", "ada"), ("assign", "ben"), ("answer", "ben"), ("look", "ben"), ("decide", "ben")),
    "token": [*BEFORE, *done(("decide", "token"))],
    "password": [*BEFORE, *done(("decide", "rita"), fresh=False)],
    "unseen": [*BEFORE, *done(("edit", "ada"), ("decide", "rita"))],
    "seat": done(("open_sheet", "ada"), ("sign", "hedy")),
    "twice": done(("open_sheet", "ada"), ("sign", "hedy"), ("sign", "hedy")),
    "state": [*BEFORE, *done(("send_back", "rita"), ("decide", "rita"))],
    "waiver": done(("ask", "ben"), ("waive", "ben")),
}


def without_seats(person_id, involved, real=separation.conflict_of):
    return real(person_id, replace(involved, seated=()))


def unasked(person_id, involved, real=separation.conflict_of):
    return real(person_id, replace(involved, asked=(), seated=()))


def seated_now(session, system_id, seats, since, real=separating.seated_since):
    return real(session, system_id, seats, NOW + timedelta(days=9))


def owners_since(session, system_id, seats, since, real=separating.seated_since):
    return real(session, system_id, {Seat.OWNER, Seat.DEPUTY}, since)


def newest_only(session, review_id, system_id, real=separating.handed_in):
    return real(session, review_id, system_id)[-1:]


def any_seat(actor, system_id, seat, name, **_more):
    return []


def any_state(facts, state, checked, today, until):
    return []


def seen_or_not(*_given):
    return None


def both(instead):
    """In the rule itself, and where a review is given to somebody."""
    return [(place, "conflict_of", instead) for place in (separation, separating, reviewing)]


# What is taken away, and the situation that shows that it is missed. A token is kept out twice: by what its scopes reach,
# and by the rule itself.
MUTANTS = {
    "owners may decide": (both(without_seats), "owners"),
    "owners of then may decide": ([(separating, "seated_since", seated_now)], "owners then"),
    "owners in between may decide": ([(separating, "seated_since", seated_now)], "in between"),
    "leads may decide": ([(separating, "seated_since", owners_since)], "lead"),
    "the first to hand it in may decide": ([(separating, "handed_in", newest_only)], "handed in twice"),
    "whoever asked may waive": (both(unasked), "waiver"),
    "a token may decide": (
        [(separation, "require_no_token", seen_or_not), (deciding, "require", seen_or_not)],
        "token",
    ),
    "no password is asked for": ([(deciding, "confirmation_problems", lambda *_given: [])], "password"),
    "what was not seen is decided": ([(deciding, "_refuse_unseen", seen_or_not)], "unseen"),
    "any seat may be signed": ([(signing, "signature_problems", any_seat)], "seat"),
    "a decision may follow another": ([(deciding, "problems_with_decision", any_state)], "state"),
}


def is_missed(database, cast, mutant):
    """Whether something is broken once the rule is taken away, and only then."""
    taken_away, situation = MUTANTS[mutant]
    if in_a_world(database, cast, SITUATIONS[situation]) != []:
        return False
    with pytest.MonkeyPatch.context() as patched:
        for each in taken_away:
            patched.setattr(*each)
        return in_a_world(database, cast, SITUATIONS[situation]) != []


def test_each_of_eleven_rules_taken_away_is_missed_at_once(database, cast):
    # Rules are the same on both databases: each everyday run takes every other one away there.
    for mutant in list(MUTANTS)[0 if database.is_sqlite else 1 :: 2]:
        assert is_missed(database, cast, mutant), mutant


@pytest.mark.long
def test_each_rule_taken_away_is_missed_on_either_database(database, cast):
    assert [mutant for mutant in MUTANTS if not is_missed(database, cast, mutant)] == []


def test_a_course_that_all_rules_allow_goes_through(database, cast):
    with later(), suppress(Undo), database.transaction() as session:
        triage = session.get_one(type(cast.triage), cast.triage.id)
        held = type(cast)(cast.people, cast.units, triage, cast.sentinel, cast.pricing)
        refused = []
        assert run(session, held, COURSE, refused) == []
        # An act that nobody could carry out would be refused for ever, and show nothing.
        assert (refused, {act for act, _, _ in COURSE}) == ([], set(ACTS))
        kinds = (ReviewDecision, Signature, Attestation, Waiver)
        assert [len(session.exec(select(each)).all()) for each in kinds] == [2, 1, 1, 1]
        assert session.exec(select(Review)).one().state is State.APPROVED
        raise Undo
