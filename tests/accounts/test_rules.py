"""Passwords, lock-out, sessions and scopes."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.accounts import rules
from registry.accounts.rules import Tries
from registry.kernel.actor import SCOPES

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "password1234", "Ada.Owner@Example.org", "x" * 257],
)
def test_a_password_that_is_short_long_or_quickly_guessed_is_refused(password):
    assert rules.problems_with_password(password, name="Ada Owner", email="ada.owner@example.org")


@pytest.mark.parametrize("password", ["correct horse battery", "日本語のながいことばです", "aB3$x" * 4])
def test_length_is_enough_no_composition_is_asked_for(password):
    assert not rules.problems_with_password(password, name="Ada Owner", email="ada.owner@example.org")


def test_the_fifth_failure_in_a_row_locks_for_a_quarter_of_an_hour():
    tries = Tries(0, None)
    for _ in range(4):
        tries = rules.after_failure(tries, AT)
        assert not rules.is_locked(tries, AT)
    tries = rules.after_failure(tries, AT)
    assert rules.is_locked(tries, AT + timedelta(minutes=14, seconds=59))
    assert not rules.is_locked(tries, AT + timedelta(minutes=15))


def test_after_a_lock_the_count_begins_anew():
    locked = Tries(0, AT)
    assert not rules.is_locked(rules.after_failure(locked, AT), AT)


@pytest.mark.parametrize(
    ("age", "idle", "over"),
    [(1, 1, False), (719, 119, False), (720, 1, True), (5, 120, True)],
)
def test_a_session_ends_by_age_or_by_idleness(age, idle, over):
    created, seen = AT - timedelta(minutes=age), AT - timedelta(minutes=idle)
    assert over == rules.session_is_over(created, seen, AT, hours=12, idle_minutes=120)


def test_a_token_needs_a_label_and_scopes_that_exist():
    assert not rules.problems_with_token("nightly", frozenset(SCOPES))
    assert {each.field for each in rules.problems_with_token("", frozenset())} == {"label", "scopes"}
    assert rules.problems_with_token("nightly", frozenset({"everything"}))


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36 Edg/149.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 CriOS/149.0 Mobile Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15.7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0", "Firefox on Android"),
        ("curl/8.20", "curl/8.20"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_say_it_and_anything_else_as_it_names_itself(agent, said):
    assert rules.browser_named(agent) == said
