"""Which modules are held to it, and the tests that are theirs: who may, who decides and signs, who comes in, what a ledger is made of."""

from typing import Final

_SIGNING = ("tests/reviews/test_rules.py", "tests/reviews/test_who_signs.py")
_ACCOUNTS = ("tests/accounts/test_rules.py",)

TESTS_OF: Final[dict[str, tuple[str, ...]]] = {
    "registry.kernel.actor": ("tests/kernel/test_actor.py", "tests/kernel/test_may.py"),
    "registry.audit.rules.entries": ("tests/audit/test_entries.py",),
    "registry.audit.rules.notes": ("tests/audit/test_notes.py",),
    "registry.reviews.rules.separation": _SIGNING,
    "registry.reviews.rules.signing": _SIGNING,
    "registry.accounts.rules.passwords": _ACCOUNTS,
    "registry.accounts.rules.signing_in": _ACCOUNTS,
    "registry.second_steps.rules": ("tests/second_steps/test_rules.py",),
}
