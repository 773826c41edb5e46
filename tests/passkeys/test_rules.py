"""For which sites there are passkeys, and which of their answers are believed."""

import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from registry.passkeys import rules
from registry.passkeys.rules import Site, Terms, ceremonies, options, site_at
from registry.passkeys.rules.ceremonies import Unproven
from tests.passkeys.authenticator import (
    EDDSA,
    ES256,
    ES384,
    MAY_SYNC,
    PRESENT,
    RS256,
    SYNCED,
    VERIFIED,
    Authenticator,
    Key,
    b64,
    number,
)
from tests.passkeys.conftest import SITE

TO_USE = options.to_use(b"q" * 32, SITE)
TO_MAKE = options.to_make(b"q" * 32, SITE, options.Holder("aGFuZGxl", "ada@example.org", "Ada"), ["b2xk"])


def device(alg=ES256, **more):
    return Authenticator(SITE.origin, SITE.domain, Key(alg), **more)


def made(answer):
    return ceremonies.made_by(ceremonies.read(answer), SITE)


def shown(answer, key):
    return ceremonies.shown_by(ceremonies.read(answer), key, SITE)


@pytest.mark.parametrize(
    ("address", "domain", "origin"),
    [
        ("https://ai.example.org", "ai.example.org", "https://ai.example.org"),
        ("https://AI.example.org:443/register/", "ai.example.org", "https://ai.example.org"),
        ("https://ai.example.org:8443", "ai.example.org", "https://ai.example.org:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:80", "localhost", "http://localhost"),
        ("https://xn--bcher-kva.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_site_is_the_domain_and_the_origin_of_the_base_url_and_nothing_of_its_path(address, domain, origin):
    assert site_at(address, "Halden") == Site(domain, origin, "Halden")


@pytest.mark.parametrize(
    "address",
    [
        *("http://ai.example.org", "http://127.0.0.1:8000", "https://10.0.0.7", "https://[::1]:8443"),
        *(
            "https://bücher.example",
            "https://ai.example.org.",
            "https://ai.example.org:99999",
            "ftp://localhost",
        ),
        "https://",
    ],
)
def test_without_tls_or_without_a_name_there_is_no_site_for_passkeys(address):
    assert site_at(address, "Halden") is None


def test_where_named_accounts_alone_come_in_past_the_provider_passkeys_open_those():
    assert Terms(SITE).takes("ada@example.org")
    named = Terms(SITE, frozenset({"adam@example.org"}))
    assert (named.takes("adam@example.org"), named.takes("ada@example.org")) == (True, False)


def test_one_is_asked_to_verify_who_is_there_and_to_be_found_by_itself_and_to_attest_nothing():
    chosen = TO_MAKE["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"], TO_MAKE["attestation"]) == (
        "required",
        "required",
        "none",
    )
    assert [each["alg"] for each in TO_MAKE["pubKeyCredParams"]] == [ES256, EDDSA, RS256]
    assert TO_MAKE["excludeCredentials"] == [{"type": "public-key", "id": "b2xk"}]
    assert (TO_USE["userVerification"], TO_USE["allowCredentials"], TO_USE["rpId"]) == (
        "required",
        [],
        "ai.example.org",
    )


@pytest.mark.parametrize("alg", [ES256, EDDSA, RS256])
def test_a_passkey_of_each_algorithm_is_made_and_what_it_signs_is_believed(alg):
    holder = device(alg, flags=PRESENT | VERIFIED | MAY_SYNC | SYNCED)
    new = made(holder.make(TO_MAKE))
    assert (new.credential_id, new.may_sync, new.is_synced) == (b64(holder.credential_id), True, True)
    known = shown(holder.use(TO_USE, count=7, flags=PRESENT | VERIFIED | MAY_SYNC), new.public_key)
    assert (known.sign_count, known.may_sync, known.is_synced) == (7, True, False)


def test_a_key_that_vouches_for_itself_is_taken_and_no_certificate_of_a_maker():
    assert made(device().make(TO_MAKE, fmt="packed")).sign_count == 0
    with pytest.raises(Unproven, match="attestation"):
        made(device().make(TO_MAKE, fmt="packed", statement={"alg": -7, "sig": b"x", "x5c": [b"y"]}))


def off_the_curve():
    return Key(ES256).cose | {-3: number(5, 32)}


def of_another_curve():
    key = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    return {1: 2, 3: ES256, -1: 2, -2: number(key.x, 48), -3: number(key.y, 48)}


NOT_MADE = {
    "the origin of another site": {"origin": "https://ai.example.org.evil.example"},
    "another port": {"origin": "https://ai.example.org:8443"},
    "another site's domain": {"rp_id": "example.org"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": VERIFIED},
    "the answer to another ceremony": {"type": "webauthn.get"},
    "a page inside another": {"client": {"crossOrigin": True}},
    "a page on top of it": {"client": {"topOrigin": "https://evil.example"}},
    "ES384": {"cose": Key(ES384).cose},
    "the name of ES256 and another curve": {"cose": of_another_curve()},
    "a point on no curve": {"cose": off_the_curve()},
    "RSA of 1024 bits": {"cose": Key(RS256, 1024).cose},
    "RSA of a huge exponent": {"cose": Key(RS256).cose | {-2: b"\x01" * 64}},
    "a key with parts missing": {"cose": {1: 2, 3: ES256}},
    "a key of before COSE": {"cose": 4},
    "an attestation of U2F": {"fmt": "fido-u2f", "statement": {"sig": b"x", "x5c": [b"y"]}},
    "an attestation of nothing, with something": {"statement": {"sig": b"x"}},
    "two names": {"attested_id": b"another"},
    "backed up and not to be": {"flags": PRESENT | VERIFIED | SYNCED},
    "another type": {"answer": {"type": "password"}},
    "no type": {"answer": {"type": None}},
    "no response": {"answer": {"response": []}},
    "an empty response": {"answer": {"response": {}}},
    "a name too long": {"credential_id": b"x" * 1200, "attested_id": b"x" * 1200},
}


@pytest.mark.parametrize("odd", NOT_MADE.values(), ids=NOT_MADE)
def test_no_passkey_is_taken_that(odd):
    with pytest.raises(Unproven):
        made(device().make(TO_MAKE, **odd))


@pytest.fixture(scope="module")
def known():
    holder = device()
    return holder, made(holder.make(TO_MAKE)).public_key


NOT_SHOWN = {
    "the origin of another site": {"origin": "https://evil.example"},
    "another site's domain": {"rp_id": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": VERIFIED},
    "the answer to another ceremony": {"type": "webauthn.create"},
    "a page inside another": {"client": {"crossOrigin": True}},
    "altered after it was signed": {"altered": (b'"crossOrigin": false', b'"crossOrigin":false ')},
    "another signature": {"signature": Key(ES256).sign(b"something else")},
    "no signature": {"signature": b""},
}


@pytest.mark.parametrize("odd", NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_no_answer_is_believed_that(known, odd):
    holder, key = known
    assert shown(holder.use(TO_USE), key)
    with pytest.raises(Unproven):
        shown(holder.use(TO_USE, **odd), key)


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{", "{}", '{"response": 1}', '{"response": {"clientDataJSON": 5}}'),
        '{"response": {"clientDataJSON": "!!!"}}',
        '{"response": {"clientDataJSON": "bnVsbA"}}',
        "[" * 5_000,
        json.dumps({"id": "x", "response": {}, "more": "x" * ceremonies.LONGEST_ANSWER}),
        '{"id": "\\ud800"}',
    ],
)
def test_what_is_no_answer_at_all_is_refused_before_anything_is_looked_up(text):
    with pytest.raises(Unproven):
        ceremonies.read(text)


def test_whatever_noise_stands_in_the_parts_is_refused_and_nothing_breaks(known):
    holder, key = known
    for part in ("authenticatorData", "signature"):
        for noise in (b"", b"\x00", secrets.token_bytes(37), secrets.token_bytes(200)):
            sent = json.loads(holder.use(TO_USE))
            sent["response"][part] = b64(noise)
            with pytest.raises(Unproven):
                shown(json.dumps(sent), key)
    for noise in (b"", b"\xff", b"\xa1", secrets.token_bytes(300)):
        sent = json.loads(holder.make(TO_MAKE))
        sent["response"]["attestationObject"] = b64(noise)
        with pytest.raises(Unproven):
            made(json.dumps(sent))


@pytest.mark.parametrize(
    ("kept", "told", "back"),
    [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 4, True), (5, 0, True)],
)
def test_a_counter_that_does_not_go_forward_is_doubted_but_for_one_that_counts_nothing(kept, told, back):
    assert rules.went_back(kept, told) is back


def test_a_passkey_has_a_name_of_its_own_and_nobody_has_more_than_twenty():
    assert rules.problems_with_name("Laptop", frozenset({"Phone"})) == []
    assert rules.problems_with_name("LAPTOP", frozenset({"laptop"}))
    assert rules.problems_with_name("", frozenset())
    assert rules.problems_with_name("x" * 101, frozenset())
    assert (rules.problems_with_another(19), len(rules.problems_with_another(20))) == ([], 1)


@pytest.mark.parametrize(
    ("passkeys", "password", "elsewhere", "last"),
    [(1, False, False, True), (2, False, False, False), (1, True, False, False), (1, False, True, False)],
)
def test_the_last_way_in_is_the_only_passkey_of_who_has_neither_password_nor_account_elsewhere(
    passkeys, password, elsewhere, last
):
    found = rules.is_last_way_in(passkeys=passkeys, has_password=password, has_account_elsewhere=elsewhere)
    assert found is last
