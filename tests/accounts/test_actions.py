"""Signing in, roles and tokens on a real session."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import Type
from sqlmodel import select

from registry.accounts import actions, queries
from registry.accounts.models import IdentityCheck
from registry.accounts.rules import NOTHING_OF_THE_HOUSE, TRIES_BEFORE_LOCK, is_confirmed
from registry.audit.queries import entries
from registry.kernel import clock
from registry.kernel.actor import Permission, Role, may, the_registry
from registry.kernel.errors import Forbidden, RuleBroken, Unavailable
from registry.kernel.events import Event
from registry.kernel.scopes import READ_SCOPE
from registry.people import actions as people
from tests.cast import PASSWORD


@pytest.fixture
def ada(database, cast):
    with database.transaction() as session:
        actions.set_password(session, cast.actor(session, "adam"), cast.people["ada"], PASSWORD)
    return cast.people["ada"]


def sign_in(database, email, password):
    """As the page does it: what a refusal wrote is kept."""
    with database.transaction() as session:
        try:
            return actions.sign_in(session, email, password, device="test", request_id="r1"), None
        except RuleBroken as refused:
            return None, refused.says


def test_the_right_password_opens_a_session_and_only_its_hash_is_kept(database, ada):
    (secret, opened), _ = sign_in(database, " ADA@example.org ", PASSWORD)
    assert opened.secret_sha256 == queries.digest_of(secret)
    assert secret not in repr(opened)
    with database.transaction(read_only=True) as session:
        found = queries.actor_for_session(session, secret, hours=12, idle_minutes=120, request_id="r2")
        assert found[0].name == "Ada Owner"


def test_unknown_address_wrong_password_and_leaver_hear_the_same_sentence(database, cast, ada):
    _, unknown = sign_in(database, "nobody@example.org", PASSWORD)
    _, wrong = sign_in(database, "ada@example.org", "not it at all")
    with database.transaction() as session:
        left = session.merge(ada)
        people.mark_as_left(session, cast.actor(session, "adam"), left, clock.today() - timedelta(days=1))
    _, gone = sign_in(database, "ada@example.org", PASSWORD)
    assert unknown == wrong == gone


def test_the_account_locks_after_five_failures_and_opens_again_by_itself(database, ada):
    start = clock.now()
    with clock.frozen(start):
        for _ in range(TRIES_BEFORE_LOCK):
            sign_in(database, "ada@example.org", "wrong password!")
        _, says = sign_in(database, "ada@example.org", PASSWORD)
        assert "Too many tries" in says
    with clock.frozen(start + timedelta(minutes=15)):
        assert sign_in(database, "ada@example.org", PASSWORD)[0] is not None


def test_every_try_is_in_the_ledger_without_any_password(database, ada):
    sign_in(database, "ada@example.org", "sesame-sesame-1")
    sign_in(database, "nobody@example.org", "sesame-sesame-2")
    sign_in(database, "ada@example.org", PASSWORD)
    with database.transaction(read_only=True) as session:
        happened = [entry.event for entry in entries(session, limit=3)]
        assert happened == [Event.SIGN_IN_SUCCEEDED, Event.SIGN_IN_REFUSED, Event.SIGN_IN_REFUSED]
        kept = session.connection().exec_driver_sql("SELECT payload FROM ledger_payload").scalars().all()
        assert not [text for text in kept if "sesame" in text or PASSWORD in text or "argon2" in text]


def test_a_new_password_signs_out_everywhere(database, cast, ada):
    (secret, _), _ = sign_in(database, "ada@example.org", PASSWORD)
    with database.transaction() as session:
        actions.change_password(
            session, cast.actor(session, "ada"), session.merge(ada), PASSWORD, "another long password"
        )
    with database.transaction(read_only=True) as session:
        assert queries.actor_for_session(session, secret, hours=12, idle_minutes=120, request_id="") is None


def test_only_administrators_set_other_peoples_passwords_and_roles(database, cast):
    with database.transaction() as session:
        for name in ("ada", "rita", "aud", "eva"):
            with pytest.raises(Forbidden):
                actions.set_password(session, cast.actor(session, name), cast.people["otto"], PASSWORD)
            with pytest.raises(Forbidden):
                actions.grant_role(session, cast.actor(session, name), cast.people["otto"], Role.AUDITOR)


def test_a_role_ends_with_the_next_request(database, cast):
    with database.transaction() as session:
        rita = cast.people["rita"]
        assert cast.actor(session, "rita").sees_everything
        actions.withdraw_role(session, cast.actor(session, "adam"), rita, Role.REVIEWER)
    with database.transaction(read_only=True) as session:
        assert not cast.actor(session, "rita").sees_everything


def test_a_token_does_what_its_scope_says_for_its_person_and_nothing_else(database, cast):
    with database.transaction() as session:
        text, _ = actions.issue_token(
            session, cast.actor(session, "adam"), cast.people["adam"], "script", frozenset({READ_SCOPE})
        )
    with database.transaction(read_only=True) as session:
        actor = queries.actor_for_token(session, text, request_id="")
        held = {permission for permission in Permission if may(actor, permission)}
    assert Permission.SYSTEM_READ in held
    assert held.isdisjoint(
        {Permission.SYSTEM_EDIT, Permission.PEOPLE_EDIT, Permission.ACCOUNTS_MANAGE, Permission.AUDIT_READ}
    )


def test_a_token_for_one_system_sees_no_other(database, cast):
    with database.transaction() as session:
        text, _ = actions.issue_token(
            session,
            cast.actor(session, "ada"),
            cast.people["ada"],
            "script",
            frozenset({READ_SCOPE}),
            system_id=cast.triage.id,
        )
    with database.transaction(read_only=True) as session:
        from registry.systems.queries import Search, page

        actor = queries.actor_for_token(session, text, request_id="")
        assert [system.key for system in page(session, actor, Search()).items] == [cast.triage.key]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t + "x",
        lambda t: t.replace("aigr_", ""),
        lambda t: "",
        lambda t: "aigr__",
        lambda t: t.upper(),
    ],
)
def test_a_token_that_is_not_quite_right_opens_nothing(database, cast, spoil):
    with database.transaction() as session:
        text, _ = actions.issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "script", frozenset({READ_SCOPE})
        )
    with database.transaction(read_only=True) as session:
        assert queries.actor_for_token(session, text, request_id="") is not None
        assert queries.actor_for_token(session, spoil(text), request_id="") is None


def test_a_revoked_token_and_the_token_of_a_leaver_open_nothing(database, cast):
    with database.transaction() as session:
        text, token = actions.issue_token(
            session, cast.actor(session, "ada"), cast.people["ada"], "script", frozenset({READ_SCOPE})
        )
        actions.revoke_token(session, cast.actor(session, "ada"), token)
        other, _ = actions.issue_token(
            session, cast.actor(session, "olga"), cast.people["olga"], "script", frozenset({READ_SCOPE})
        )
        people.mark_as_left(
            session,
            cast.actor(session, "adam"),
            session.merge(cast.people["olga"]),
            clock.today() - timedelta(days=1),
        )
    with database.transaction(read_only=True) as session:
        assert queries.actor_for_token(session, text, request_id="") is None
        assert queries.actor_for_token(session, other, request_id="") is None


def test_passwords_are_hashed_with_argon2id_at_the_strength_its_standard_recommends(production_hasher):
    """RFC 9106, section 4: 64 MiB of memory and three passes where memory is scarce."""
    assert production_hasher.type is Type.ID
    assert (production_hasher.memory_cost, production_hasher.time_cost) >= (65_536, 3)
    assert production_hasher.hash("open sesame").startswith("$argon2id$v=19$m=65536,t=3,")


def confirm(database, cast, secret, password, name="ada"):
    """As a page does it: what a refusal wrote is kept."""
    with database.transaction() as session:
        try:
            return actions.confirm_identity(session, cast.actor(session, name), secret, password), None
        except RuleBroken as refused:
            return (None, ""), refused.says


def test_a_password_given_again_counts_for_five_minutes_in_that_browser_alone(database, cast, ada):
    start = clock.now()
    with clock.frozen(start):
        (secret, _), _ = sign_in(database, "ada@example.org", PASSWORD)
        (other, _), _ = sign_in(database, "ada@example.org", PASSWORD)
        assert confirm(database, cast, secret, "not it at all")[1] == "This is not your password."
        (at, fresh), _ = confirm(database, cast, secret, PASSWORD)
        with database.transaction(read_only=True) as session:
            given = queries.confirmed_at(session, fresh)
            # Whoever had copied the cookie before has nothing of it.
            assert (at, queries.session_by_secret(session, secret)) == (start, None)
            assert queries.confirmed_at(session, other) is None
    assert is_confirmed(given, start + timedelta(minutes=4, seconds=59))
    assert not is_confirmed(given, start + timedelta(minutes=5))
    assert not is_confirmed(given, start - timedelta(seconds=1))
    assert not is_confirmed(None, start)
    with database.transaction() as session, pytest.raises(Forbidden):
        actions.confirm_identity(session, cast.actor(session, "ben"), fresh, PASSWORD)


def test_guessing_while_confirming_locks_the_account_as_guessing_at_the_sign_in_does(database, cast, ada):
    with clock.frozen(clock.now()):
        (secret, _), _ = sign_in(database, "ada@example.org", PASSWORD)
        for _ in range(TRIES_BEFORE_LOCK):
            confirm(database, cast, secret, "wrong password!")
        assert "Too many tries" in confirm(database, cast, secret, PASSWORD)[1]
        assert "Too many tries" in sign_in(database, "ada@example.org", PASSWORD)[1]


def test_what_was_confirmed_goes_with_the_session_it_was_confirmed_in(database, cast, ada):
    (secret, _), _ = sign_in(database, "ada@example.org", PASSWORD)
    (_, fresh), _ = confirm(database, cast, secret, PASSWORD)
    with database.transaction() as session:
        actions.sign_out(session, cast.actor(session, "ada"), fresh)
    with database.transaction(read_only=True) as session:
        assert session.exec(select(IdentityCheck)).all() == []


def test_a_list_of_refused_passwords_that_cannot_be_read_lets_none_be_set(session, cast, tmp_path):
    gone = replace(NOTHING_OF_THE_HOUSE, more=tmp_path / "gone.txt")
    with pytest.raises(Unavailable, match="REGISTRY_REFUSED_PASSWORDS_FILE"):
        actions.set_password(
            session, the_registry("command"), cast.people["ada"], "seven otters in a row", gone
        )
