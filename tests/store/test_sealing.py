"""Seals: each purpose has its own, and what was sealed before there were several is still read."""

from datetime import UTC, datetime
from itertools import product

import pytest

from registry.store.sealing import Purpose, Seal, seals_from

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECRET = "one secret of an installation, forty letters"


@pytest.mark.parametrize(("sealed_for", "opened_for"), [*product(Purpose, repeat=2)])
def test_what_was_sealed_for_one_purpose_is_nothing_to_any_other(sealed_for, opened_for):
    seals = seals_from(SECRET)
    text = seals[sealed_for].sealed("7:a secret", NOW)
    expected = "7:a secret" if sealed_for is opened_for else None
    assert seals[opened_for].opened(text) == expected
    assert seals[opened_for].opened(text, at=NOW, seconds=60) == expected
    assert Seal(SECRET[::-1], sealed_for).opened(text) is None


def test_secrets_of_second_steps_that_were_kept_before_are_read_again():
    """Sealed by the release before, under the one purpose that there was for all that is kept of people."""
    kept = (
        "gAAAAABq6FgYnFpqj9wzB87uGpneWj5xAInkHVzLf5v6fn4fv9RuYggv8D1X"
        "6C1PzD4ZAUlesIFb3Mf2M38l7magOGZ6Gh6nEQdapUFmQ0YVYdWAdEqo-1Y="
    )
    assert seals_from(SECRET)[Purpose.SECOND_STEP].opened(kept) == "JBSWY3DPEHPK3PXP"
