"""Which modules are held to it, and the tests that are theirs: who may, who decides and signs, who comes in, what a ledger
is made of, and which readings are taken."""

from typing import Final

_SIGNING = ("tests/reviews/test_rules.py", "tests/reviews/test_who_signs.py")
_REVIEWS = ("tests/reviews/test_rules.py", "tests/reviews/test_judging.py")
_ACCOUNTS = ("tests/accounts/test_rules.py",)
_RECEIVING = ("tests/monitoring/test_decoding.py", "tests/monitoring/test_batch_rules.py")

TESTS_OF: Final[dict[str, tuple[str, ...]]] = {
    "registry.kernel.actor": ("tests/kernel/test_actor.py", "tests/kernel/test_may.py"),
    "registry.audit.rules.entries": ("tests/audit/test_entries.py",),
    "registry.audit.rules.notes": ("tests/audit/test_notes.py",),
    "registry.audit.rules.chain": ("tests/audit/test_chain.py", "tests/audit/test_promises.py"),
    "registry.audit.rules.merkle": ("tests/audit/test_merkle.py", "tests/audit/test_proofs.py"),
    "registry.audit.rules.states": ("tests/audit/test_states.py",),
    "registry.reviews.rules.cadence": _REVIEWS,
    "registry.reviews.rules.content": _REVIEWS,
    "registry.reviews.rules.decisions": _REVIEWS,
    "registry.reviews.rules.findings": _REVIEWS,
    "registry.reviews.rules.waivers": _REVIEWS,
    "registry.reviews.rules.separation": _SIGNING,
    "registry.reviews.rules.signing": _SIGNING,
    "registry.accounts.rules.passwords": _ACCOUNTS,
    "registry.accounts.rules.signing_in": _ACCOUNTS,
    "registry.monitoring.rules.batches": (*_RECEIVING, "tests/monitoring/test_rails.py"),
    "registry.monitoring.rules.bodies": _RECEIVING,
    "registry.monitoring.rules.decoding": _RECEIVING,
    "registry.monitoring.rules.points": _RECEIVING,
    "registry.second_steps.rules": ("tests/second_steps/test_rules.py",),
}
