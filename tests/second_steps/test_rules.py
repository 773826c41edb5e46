"""Codes of half a minute against the standard's own figures; each opens once, for its half minute and the next."""

import base64
import hashlib
import math
import re
from datetime import UTC, datetime, timedelta

import pytest

from registry.second_steps import rules

# RFC 6238, appendix B: the secret of its tables and the last six of the eight digits it gives.
SECRET = base64.b32encode(b"12345678901234567890").decode()
TABLE = {
    59: "287082",
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
    20_000_000_000: "353130",
}


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), TABLE.items())
def test_codes_are_those_of_the_standard(seconds, code):
    assert rules.code_at(SECRET, rules.step_of(at(seconds))) == code
    assert rules.step_matching(SECRET, f"{code[:3]} {code[3:]}", at(seconds), None) == seconds // 30


@pytest.mark.parametrize(("away", "fits"), [(-61, False), (-30, True), (0, True), (30, False), (61, False)])
def test_a_code_opens_for_its_half_minute_and_while_it_is_typed_and_never_before(away, fits):
    now = at(1_234_567_890)
    code = rules.code_at(SECRET, rules.step_of(now + timedelta(seconds=away)))
    assert (rules.step_matching(SECRET, code, now, None) is not None) == fits


def test_a_code_that_was_used_and_those_before_it_open_nothing():
    now = at(1_234_567_890)
    used = rules.step_of(now)
    for step, fits in ((used - 1, False), (used, False), (used + 1, True)):
        found = rules.step_matching(SECRET, rules.code_at(SECRET, step), now + timedelta(seconds=30), used)
        assert (found == step) if fits else (found is None)


@pytest.mark.parametrize("typed", ["", "000000", "28708", "2870820", "٢٨٧٠٨٢", "287082x", "\ud800"])
def test_what_is_no_code_opens_nothing(typed):
    assert rules.step_matching(SECRET, typed, at(59), None) is None


def test_recovery_codes_are_ten_different_ones_and_are_read_however_they_are_typed():
    codes = rules.new_recovery_codes()
    assert len(set(codes)) == 10
    # ASVS 6.5.2: from 112 bits on a plain hash is enough. Those of before, of sixteen letters, are read the same way.
    assert min(len(rules.tidy(each)) for each in codes) * math.log2(31) >= 112
    assert all(len(each) <= rules.LONGEST_TYPED for each in codes)
    assert rules.recovery_digest("ABCD-efgh 2345-mnpq") == hashlib.sha256(b"abcdefgh2345mnpq").hexdigest()
    typed = codes[0].upper().replace("-", " ")
    assert rules.recovery_digest(typed) == rules.recovery_digest(codes[0])
    assert rules.recovery_digest(codes[0]) != rules.recovery_digest(codes[1])


def test_the_picture_says_whose_secret_it_is_for_which_register():
    address = rules.enrolment_uri(SECRET, "ada@example.org", "Halden & Co: Mutual")
    assert address == (
        "otpauth://totp/Halden%20%26%20Co%3A%20Mutual%3Aada@example.org"
        f"?secret={SECRET}&issuer=Halden%20%26%20Co%3A%20Mutual"
    )


def test_a_secret_has_160_bits_and_is_told_from_what_is_none():
    secret = rules.new_secret()
    assert len(base64.b32decode(secret)) == 20
    assert rules.is_secret(secret)
    assert secret != rules.new_secret()
    for text in (secret[:24], secret + "A" * 8, "1" * 32, "", secret.lower(), "é"):
        assert rules.is_secret(text) is False, text


def test_what_is_typed_by_hand_comes_in_groups_of_four():
    assert rules.grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
    for code in rules.new_recovery_codes():
        assert re.fullmatch("[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){5}", code)
    # What is longer than anything of ours is not read to its end.
    assert rules.tidy("A" * 40 + "b") == "a" * 40


def test_a_picture_can_be_used_for_a_quarter_of_an_hour():
    assert timedelta(seconds=rules.ENROL_SECONDS) == timedelta(minutes=15)
