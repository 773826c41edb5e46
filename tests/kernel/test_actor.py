"""A refusal names who could do it: roles of the organisation first, then the seats on the system."""

import pytest

from registry.kernel.actor import Permission, says_why_not


@pytest.mark.parametrize(
    ("permission", "says"),
    [
        (Permission.STOP_LIFT, "This is for a reviewer."),
        (
            Permission.RISK_ACCEPT,
            "This is for a reviewer or an executive, or for whoever is accountable owner or deputy of the system.",
        ),
    ],
)
def test_a_refusal_names_who_could_do_it(permission, says):
    assert says_why_not(permission) == says


def test_every_permission_has_words_for_who_holds_it():
    for permission in Permission:
        assert says_why_not(permission).startswith(("This is for a", "This is for whoever"))
