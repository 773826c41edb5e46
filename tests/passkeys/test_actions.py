"""Passkeys on a real session: added, used and taken away; and every answer that opens nothing."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from registry.accounts import actions as accounts
from registry.accounts.models import UserSession
from registry.accounts.queries import session_by_secret, sessions_of
from registry.accounts.rules import TRIES_BEFORE_LOCK
from registry.audit.queries import entries
from registry.identity.actions import linking
from registry.kernel import clock
from registry.kernel.actor import Token, the_registry
from registry.kernel.errors import Forbidden, NotFound, NotProven, RuleBroken
from registry.kernel.events import Event
from registry.kernel.scopes import SCOPES
from registry.passkeys import actions, queries
from registry.passkeys.actions import Asked
from registry.passkeys.models import PasskeyChallenge
from registry.passkeys.rules import Purpose, Terms, options
from registry.people import actions as people
from registry.store.session import finish
from tests.cast import PASSWORD, Cast
from tests.passkeys.authenticator import PRESENT, VERIFIED, Authenticator
from tests.passkeys.conftest import SITE

BROWSER = "what its cookie holds"


@dataclass
class House:
    session: Session
    cast: Cast
    terms: Terms

    def add(self, device: Authenticator, name: str = "ada", called: str = "Laptop", **odd):
        question = self.asked_to_add(name, called)
        return self.answer_adding(device.make(question, **odd), name, called)

    def asked_to_add(self, name: str, called: str):
        who, person = self.cast.actor(self.session, name), self.cast.people[name]
        return actions.begin(self.session, who, person, called, self.terms, BROWSER, clock.now())

    def answer_adding(self, answer: str, name: str = "ada", called: str = "Laptop", browser: str = BROWSER):
        who, person = self.cast.actor(self.session, name), self.cast.people[name]
        return actions.add(self.session, who, person, called, self.terms, browser, answer)

    def question(self, purpose: Purpose = Purpose.SIGN_IN, name: str = ""):
        asked = Asked(BROWSER, self.cast.number(name) if name else None)
        return options.to_use(actions.ask(self.session, purpose, asked), SITE)

    def sign_in(self, answer: str, browser: str = BROWSER):
        more = {"browser": browser, "device": "test", "request_id": "r1"}
        return actions.sign_in(self.session, answer, self.terms, **more)

    def signed_in(self, name: str = "ada") -> str:
        secret = secrets.token_urlsafe(32)
        accounts.open_session(self.session, self.cast.people[name], secret, "test")
        self.session.flush()
        return secret

    def confirm(self, answer: str, secret: str, name: str = "ada"):
        who = self.cast.actor(self.session, name)
        return actions.confirm(self.session, who, secret, answer, self.terms, browser=BROWSER)

    def told(self):
        """The newest entry, once all is written."""
        finish(self.session)
        return entries(self.session, limit=1)[0]

    def opened(self) -> int:
        return self.session.exec(select(func.count()).select_from(UserSession)).one()


@pytest.fixture
def house(session, cast, terms):
    cast.people = {name: session.merge(person) for name, person in cast.people.items()}
    return House(session, cast, terms)


def test_a_passkey_is_added_and_opens_a_session_by_itself_and_confirms_in_it(house, device, frozen_clock):
    passkey = house.add(device)
    assert house.told().event == Event.PASSKEY_ADDED
    secret, _ = house.sign_in(device.use(house.question()))
    told = house.told()
    assert (told.event, told.via, told.subject_id) == (
        Event.SIGN_IN_SUCCEEDED,
        actions.DOOR,
        house.cast.number("ada"),
    )
    assert queries.use_of(house.session, passkey).used_at == frozen_clock
    at, fresh = house.confirm(device.use(house.question(Purpose.CONFIRM, "ada")), secret)
    assert (at, session_by_secret(house.session, secret)) == (frozen_clock, None)
    assert session_by_secret(house.session, fresh).person_id == house.cast.number("ada")
    assert (house.told().event, house.told().said) == (Event.IDENTITY_CONFIRMED, {"by": "passkey"})


def test_what_the_ledger_keeps_of_a_passkey_is_its_name_and_nothing_by_which_it_is_known(house, device):
    kept = house.add(device, called="Laptop of Ada")
    changes = {column: after for column, _, after in house.told().changes}
    assert changes["name"] == "Laptop of Ada"
    assert not {kept.credential_id, kept.user_handle, kept.public_key} & {
        str(each) for each in changes.values()
    }


def test_wrong_passwords_lock_nobody_out_who_has_a_passkey(house, device):
    accounts.set_password(house.session, the_registry("command"), house.cast.people["ada"], PASSWORD)
    house.add(device)
    for _ in range(TRIES_BEFORE_LOCK):
        with pytest.raises(NotProven):
            accounts.sign_in(house.session, "ada@example.org", "not it", device="", request_id="")
    assert house.sign_in(device.use(house.question()))


def replayed(house, device):
    answer = device.use(house.question())
    house.sign_in(answer)
    return answer


def expired(house, device):
    with clock.frozen(clock.now() - timedelta(seconds=300)):
        question = house.question()
    return device.use(question)


def left(house, device):
    adam, ada = house.cast.actor(house.session, "adam"), house.cast.people["ada"]
    people.mark_as_left(house.session, adam, ada, clock.today() - timedelta(days=1))
    return device.use(house.question())


def removed(house, device):
    actions.reset(house.session, house.cast.actor(house.session, "adam"), house.cast.people["ada"])
    house.session.flush()
    return device.use(house.question())


def another_of_the_same_name(house, device):
    thief = Authenticator(SITE.origin, SITE.domain, credential_id=device.credential_id, handle=device.handle)
    return thief.use(house.question())


REFUSED = {
    "was given before": (replayed, "not asked"),
    "comes after five minutes": (expired, "too late"),
    "is to a question that nobody asked": (
        lambda _, device: device.use(options.to_use(b"made up", SITE)),
        "not asked",
    ),
    "is to a question for something else": (
        lambda house, device: device.use(house.question(Purpose.CONFIRM, "ada")),
        "another browser, or for something else",
    ),
    "is of a passkey that nobody has": (
        lambda house, _: Authenticator(SITE.origin, SITE.domain).use(house.question()),
        "nobody has this passkey",
    ),
    "is signed by another key": (another_of_the_same_name, "signature"),
    "was signed for another site": (
        lambda house, device: device.use(house.question(), origin="https://evil.example"),
        "origin",
    ),
    "was signed for another domain": (
        lambda house, device: device.use(house.question(), rp_id="evil.example"),
        "RP ID",
    ),
    "was given without proof of who was there": (
        lambda house, device: device.use(house.question(), flags=PRESENT),
        "verified",
    ),
    "was altered on its way": (
        lambda house, device: device.use(house.question(), altered=(b'"crossOrigin": false', b'"x": 1')),
        "signature",
    ),
    "does not say whose it is": (lambda house, device: device.use(house.question(), handle=""), "else's"),
    "says that it is somebody else's": (
        lambda house, device: device.use(house.question(), handle="c29tZWJvZHk"),
        "else's",
    ),
    "may be synced of a sudden": (
        lambda house, device: device.use(house.question(), flags=PRESENT | VERIFIED | 8),
        "cannot",
    ),
    "is too large": (lambda house, device: device.use(house.question()) + " " * 20_000, "too large"),
    "is none": (lambda *_: "{}", "no response"),
    "is of somebody who has left": (left, "not here"),
    "is of a passkey that was taken away": (removed, "nobody has this passkey"),
}


@pytest.mark.parametrize(("answer", "reason"), REFUSED.values(), ids=REFUSED)
def test_nobody_comes_in_whose_answer(house, device, answer, reason):
    house.add(device)
    given = answer(house, device)
    before = house.opened()
    with pytest.raises(NotProven) as refused:
        house.sign_in(given)
    # One sentence, whatever it was: why is told to the ledger alone.
    assert refused.value.says == "This passkey opens nothing here. Try again, or sign in by other means."
    told = house.told()
    assert (told.event, house.opened()) == (Event.SIGN_IN_REFUSED, before)
    assert reason in told.said["reason"]


def test_a_question_that_was_asked_of_one_browser_is_answered_by_no_other_and_not_afterwards_either(
    house, device
):
    house.add(device)
    question = house.question()
    with pytest.raises(NotProven):
        house.sign_in(device.use(question), browser="another")
    with pytest.raises(NotProven):
        house.sign_in(device.use(question))


def test_a_counter_that_went_back_is_refused_and_told_and_later_ones_open_again(house, device):
    device.count = 10
    passkey = house.add(device)
    house.sign_in(device.use(house.question(), count=20))
    for count in (20, 15):
        with pytest.raises(NotProven):
            house.sign_in(device.use(house.question(), count=count))
        told = house.told()
        assert (told.event, told.subject_id) == (Event.PASSKEY_DOUBTED, house.cast.number("ada"))
        assert f"{count} after 20" in told.said["reason"]
    # What is not signed is no reason to doubt anybody.
    with pytest.raises(NotProven):
        house.sign_in(device.use(house.question(), count=1, signature=b"x"))
    assert house.told().event == Event.SIGN_IN_REFUSED
    house.sign_in(device.use(house.question(), count=21))
    assert queries.use_of(house.session, passkey).sign_count == 21


def test_nobody_confirms_by_the_passkey_of_another_nor_with_a_token(house, device):
    house.add(device)
    mias = house.signed_in("mia")
    with pytest.raises(NotProven):
        house.confirm(device.use(house.question(Purpose.CONFIRM, "mia")), mias, "mia")
    assert "somebody else" in house.told().said["reason"]
    # Nor to a question that was put to another person in the same browser.
    with pytest.raises(NotProven):
        house.confirm(device.use(house.question(Purpose.CONFIRM, "ada")), mias, "mia")
    person = house.cast.people["ada"]
    program = replace(house.cast.actor(house.session, "ada"), token=Token(1, frozenset(SCOPES), None))
    with pytest.raises(Forbidden):
        actions.begin(house.session, program, person, "Mine", house.terms, BROWSER, clock.now())


NOT_ADDED = {
    "was signed for another site": {"origin": "https://evil.example"},
    "was signed for another domain": {"rp_id": "evil.example"},
    "was made without proof of who was there": {"flags": PRESENT},
}


@pytest.mark.parametrize("odd", NOT_ADDED.values(), ids=NOT_ADDED)
def test_no_passkey_is_added_that(house, device, odd):
    with pytest.raises(NotProven):
        house.add(device, **odd)
    assert queries.ids_of(house.session, house.cast.number("ada")) == []


def test_a_passkey_is_added_once_by_whoever_was_asked_in_time_and_has_said_who_they_are(house, device):
    question = house.asked_to_add("ada", "Laptop")
    answer = device.make(question)
    with pytest.raises(NotProven):
        house.answer_adding(answer, browser="another")
    with pytest.raises(NotProven):
        house.answer_adding(answer)
    with pytest.raises(NotProven):
        house.answer_adding(device.make(house.asked_to_add("ada", "Laptop")), "mia")
    with clock.frozen(clock.now() - timedelta(seconds=301)):
        late = device.make(house.asked_to_add("ada", "Laptop"))
    with pytest.raises(NotProven):
        house.answer_adding(late)
    ada, person = house.cast.actor(house.session, "ada"), house.cast.people["ada"]
    for long_ago, who in ((clock.now() - timedelta(minutes=5), ada), (None, ada)):
        with pytest.raises(RuleBroken):
            actions.begin(house.session, who, person, "Laptop", house.terms, BROWSER, long_ago)
    with pytest.raises(Forbidden):
        mia = house.cast.people["mia"]
        actions.begin(house.session, ada, mia, "Laptop", house.terms, BROWSER, clock.now())
    house.add(device)
    with pytest.raises(RuleBroken, match="known here"):
        house.add(device, "mia")
    with pytest.raises(RuleBroken, match="of this name"):
        house.add(Authenticator(SITE.origin, SITE.domain), called="laptop")


def test_all_passkeys_of_a_person_carry_one_handle_that_tells_nothing_of_them(house, device):
    first = house.add(device)
    second = house.add(Authenticator(SITE.origin, SITE.domain), called="Phone")
    others = house.add(Authenticator(SITE.origin, SITE.domain), "mia")
    assert first.user_handle == second.user_handle != others.user_handle
    assert len(first.user_handle) == 43


def test_the_last_way_in_stays_and_any_other_passkey_is_removed_by_its_owner_alone(house, device):
    laptop, owner = house.add(device), house.cast.people["ada"]
    ada = house.cast.actor(house.session, "ada")
    by_provider = replace(house.terms, issuer="https://idp.example.org")
    linking.link(house.session, the_registry("command"), owner, "https://old.example.org", "ada")
    accounts.draw_password(house.session, the_registry("command"), owner)
    house.session.flush()
    # An account where no provider is any more, and a password that others have seen, are no way in.
    for terms in (house.terms, by_provider):
        with pytest.raises(RuleBroken, match="only way in"):
            actions.remove(house.session, ada, owner, laptop, terms)
    phone = house.add(Authenticator(SITE.origin, SITE.domain), called="Phone")
    actions.rename(house.session, ada, owner, phone, "Old phone")
    assert house.told().event == Event.PASSKEY_RENAMED
    actions.remove(house.session, ada, owner, laptop, house.terms)
    assert (house.told().event, house.told().said) == (Event.PASSKEY_REMOVED, {"name": "Laptop"})
    with pytest.raises(NotProven):
        house.sign_in(device.use(house.question()))
    with pytest.raises(NotFound):
        queries.passkey_of(house.session, house.cast.number("mia"), phone.id)
    with pytest.raises(Forbidden):
        mia = house.cast.actor(house.session, "mia")
        actions.remove(house.session, mia, owner, phone, house.terms)


def test_an_administrator_takes_all_away_and_signs_out_and_nobody_does_it_to_themselves(house, device):
    house.add(device)
    house.sign_in(device.use(house.question()))
    adam, number = house.cast.actor(house.session, "adam"), house.cast.number("ada")
    with pytest.raises(Forbidden):
        actions.reset(house.session, house.cast.actor(house.session, "mia"), house.cast.people["ada"])
    with pytest.raises(RuleBroken, match="your own"):
        actions.reset(house.session, adam, house.cast.people["adam"])
    actions.reset(house.session, adam, house.cast.people["ada"])
    told = house.told()
    assert (told.event, told.said) == (Event.PASSKEYS_RESET, {"passkeys": "1"})
    assert (queries.ids_of(house.session, number), sessions_of(house.session, number)) == ([], [])


def test_where_the_provider_signs_people_in_passkeys_open_named_accounts_alone(house, device):
    house.add(device)
    number = house.cast.number("ada")
    assert queries.may_show_one(house.session, number, house.terms)
    house.terms = replace(house.terms, only_for=frozenset({"adam@example.org"}))
    assert not queries.may_show_one(house.session, number, house.terms)
    with pytest.raises(NotProven):
        house.sign_in(device.use(house.question()))
    assert "named accounts" in house.told().said["reason"]
    with pytest.raises(RuleBroken, match="named accounts"):
        house.asked_to_add("ada", "Phone")


def test_questions_that_nobody_can_answer_any_more_are_swept_out(house):
    with clock.frozen(clock.now() - timedelta(seconds=301)):
        house.question()
    house.question()
    actions.sweep(house.session)
    assert house.session.exec(select(func.count()).select_from(PasskeyChallenge)).one() == 1
