"""What strangers may ask: as often as a budget says from one network, whoever else asks from another, and no further."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select

from registry.accounts import actions as accounts
from registry.app import create_app
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.networks import network_of
from registry.kernel.scopes import READ_SCOPE
from registry.limits import actions, rules
from registry.limits.jobs import sweep_counts
from registry.limits.models import TryCount
from registry.limits.rules import CELLS, PERIOD, Budget, Count, cell_of, wait_for
from registry.settings import Settings
from registry.web import limiting
from registry.wiring import SCHEDULE
from tests.cast import PASSWORD

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HERE, THERE = "192.0.2.7", "192.0.2.8"
MOST = 3


@pytest.fixture
def limited(app):
    """The application with small budgets and without form tokens; others are as they are set."""
    app.config |= {"WTF_CSRF_ENABLED": False, "REGISTRY_LIMITS": dict.fromkeys(Budget, MOST)}
    return app


def sign_in(app, password="not it at all", address=HERE, name="ada", **more):
    data = {"email": f"{name}@example.org", "password": password}
    client = app.test_client()
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": address}, **more)


def with_token(app, token="aigr_nothing_of_ours", address=HERE, path="/api/v1/systems"):
    sent = {"Authorization": f"Bearer {token}"}
    return app.test_client().get(path, headers=sent, environ_base={"REMOTE_ADDR": address})


def check(app, address=HERE):
    sent = {"file": (io.BytesIO(b"no card"), "card.pdf")}
    client = app.test_client()
    return client.post(
        "/verify", data=sent, content_type="multipart/form-data", environ_base={"REMOTE_ADDR": address}
    )


def give(app, address=HERE):
    return app.test_client().post("/feedback/no-such-door", environ_base={"REMOTE_ADDR": address})


def scim(app, address=HERE):
    return with_token(app, address=address, path="/scim/v2/Users")


DOORS = {
    "a password": (sign_in, 422, "text/html"),
    "a token": (with_token, 401, "application/problem+json"),
    "a token of a directory service": (scim, 401, "application/scim+json"),
    "a card": (check, 200, "text/html"),
    "feedback": (give, 404, "text/html"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_network_that_has_spent_its_budget_waits_and_others_do_not(limited, cast, door):
    ask, usual, kind = DOORS[door]
    with clock.frozen(NOW):
        assert [ask(limited).status_code for _ in range(MOST)] == [usual] * MOST
    with clock.frozen(NOW + timedelta(minutes=5)):
        refused = ask(limited)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
        assert refused.mimetype == kind
        assert kind != "text/html" or "Wait 10 minutes, then try again." in refused.text
        assert ask(limited, address=THERE).status_code == usual
    with clock.frozen(NOW + PERIOD):
        assert ask(limited).status_code == usual


def test_whoever_gets_in_is_not_counted_and_neither_is_a_token_that_holds_beside_those_that_do_not(
    limited, database, cast
):
    with database.transaction() as session:
        accounts.set_password(session, the_registry("command"), session.merge(cast.people["ada"]), PASSWORD)
        scopes = frozenset({READ_SCOPE})
        token, _ = accounts.issue_token(
            session, cast.actor(session, "adam"), session.merge(cast.people["adam"]), "x", scopes
        )
    assert {sign_in(limited, PASSWORD).status_code for _ in range(MOST + 2)} == {303}
    assert [with_token(limited).status_code for _ in range(MOST + 1)] == [401] * MOST + [429]
    assert with_token(limited, token).status_code == 200
    # A form that is not filled in tries nothing.
    assert {sign_in(limited, "").status_code for _ in range(MOST + 2)} == {422}


def test_who_is_signed_in_answers_for_their_own_guesses_and_not_for_those_of_others_at_their_address(
    limited, database, cast, client_of
):
    with database.transaction() as session:
        for name in ("ada", "adam"):
            accounts.set_password(
                session, the_registry("command"), session.merge(cast.people[name]), PASSWORD
            )
    wrong = {
        "current": "not it at all",
        "password": "another long password",
        "again": "another long password",
    }
    ada, adam = client_of("ada"), client_of("adam")
    assert [ada.post("/account/password", data=wrong).status_code for _ in range(MOST + 1)] == [422] * 3 + [
        429
    ]
    assert adam.post("/account/password", data=wrong).status_code == 422
    assert sign_in(limited, address="127.0.0.1").status_code == 422


def test_the_address_is_the_one_the_proxies_name_and_no_header_of_the_sender_makes_another(
    database, cast, tmp_path
):
    for proxies, statuses in ((0, [422, 429]), (1, [422, 422])):
        settings = Settings(
            data_dir=tmp_path,
            secret_key="k" * 8 + "abcdefghijklmnopqrstuvwxyz",
            proxies=proxies,
            limit_proof=1,
        )
        app = create_app(settings, database)
        app.config["WTF_CSRF_ENABLED"] = False
        said = [
            sign_in(app, headers={"X-Forwarded-For": f"203.0.113.9, {last}"}).status_code
            for last in (f"198.51.100.{proxies}1", f"198.51.100.{proxies}2")
        ]
        assert said == statuses


def test_of_many_at_one_moment_none_is_lost_and_what_is_over_is_forgotten(database):
    def one(_number):
        with clock.frozen(NOW), database.transaction() as session:
            return actions.count(session, Budget.CHECK, 7)

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(one, range(12))) == list(range(1, 13))
    with clock.frozen(NOW + PERIOD), database.transaction() as session:
        # Another budget, and the same cell anew.
        assert (actions.count(session, Budget.PROOF, 7), actions.count(session, Budget.CHECK, 7)) == (1, 1)
    with clock.frozen(NOW + PERIOD + timedelta(seconds=1)):
        sweep_counts(database, {})
        assert held(database) == 2
    with clock.frozen(NOW + 2 * PERIOD):
        sweep_counts(database, {})
        assert held(database) == 0
    assert SCHEDULE[sweep_counts] <= timedelta(hours=1)


def held(database):
    with database.transaction(read_only=True) as session:
        return session.exec(select(func.count()).select_from(TryCount)).one()


def test_who_is_refused_writes_nothing_more(limited, database, cast):
    for _ in range(MOST + 5):
        check(limited)
        with_token(limited)
    with database.transaction(read_only=True) as session:
        assert set(session.exec(select(TryCount.count))) == {MOST}


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_of_an_address_of_the_sixth_version_the_first_half_counts(network, one, other):
    def cell(number):
        return cell_of("secret", Budget.PROOF, person_id=None, address=str(IPv6Address(number)))

    # Above those that are addresses of the fourth version in another writing.
    first = max(network, 1) << 64
    assert 0 <= cell(first + one) == cell(first + other) < CELLS
    assert network_of(str(IPv6Address(first + one))) != network_of(
        str(IPv6Address((first + (1 << 64)) % 2**128))
    )


def test_an_address_written_in_two_ways_is_one_and_what_is_none_counts_as_it_stands():
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8::1") == network_of("2001:db8:0:0:ffff::") != network_of("2001:db8:0:1::1")
    assert network_of("") == ""
    cells = {
        cell_of("secret", budget, person_id=person, address=HERE) for budget in Budget for person in (None, 1)
    }
    assert len(cells) == 2 * len(Budget)
    assert cell_of("another", Budget.PROOF, person_id=1, address=HERE) not in cells


@given(st.integers(0, 20), st.integers(0, 10), st.integers(-2_000, 2_000))
def test_a_budget_holds_for_so_many_and_is_whole_again_after_its_time(count, most, seconds):
    waits = wait_for(Count(count, NOW), most, NOW + timedelta(seconds=seconds))
    is_current = 0 <= seconds < PERIOD.total_seconds()
    assert (waits > 0) is (most > 0 and count >= most and is_current)
    assert not waits or waits == max(1, PERIOD.total_seconds() - seconds)
    assert wait_for(None, most, NOW) == 0


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (limiting, "count", lambda *_asked: 0),
        (limiting, "wait_for", lambda *_asked: 0),
        (rules, "PERIOD", timedelta()),
    ],
    ids=["nothing is counted", "nobody waits", "no time passes"],
)
def test_a_limit_that_had_no_effect_would_be_noticed(limited, cast, monkeypatch, module, name, value):
    monkeypatch.setattr(module, name, value)
    with clock.frozen(NOW):
        assert 429 not in [check(limited).status_code for _ in range(MOST + 1)]
