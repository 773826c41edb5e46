"""The organisation's signature behind a card: made with a key of the test's own, checked, and every tampering named."""

import asyncio
import io
import logging
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from registry.cards.render import signatures
from registry.cards.render.apart import apart
from registry.cards.render.checking import check_card
from registry.cards.render.signatures import parted, signature_checks
from registry.cards.render.signing import OwnKey, certificates_in, signed, signing_with
from registry.cards.render.verdicts import Verdict
from registry.cards.rules.facts import CardStopped
from registry.kernel import clock
from registry.output.pdf import from_html
from tests.cards.structure.opened import Opened
from tests.cards.structure.test_structure import IDENTITY, problems_of
from tests.cards.test_editions import issued

pytest.importorskip("pyhanko", reason="pyHanko, of the extra sign, is not installed")


def name_of(common):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Northern Group"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


class Keeper:
    """A key with its certificate, signed by itself or by another."""

    def __init__(self, common, by=None, *, days=(-1, 400), extended=None):
        self.secret = (
            rsa.generate_private_key(65_537, 2_048) if extended else ec.generate_private_key(ec.SECP256R1())
        )
        now = clock.now()
        made = (
            x509.CertificateBuilder()
            .subject_name(name_of(common))
            .issuer_name(by.certificate.subject if by else name_of(common))
            .public_key(self.secret.public_key())
            .serial_number(7 if by is None else 8)
            .not_valid_before(now + timedelta(days[0]))
            .not_valid_after(now + timedelta(days[1]))
            .add_extension(
                x509.BasicConstraints(ca=by is None and extended is None, path_length=None), critical=True
            )
        )
        if extended:
            made = made.add_extension(x509.ExtendedKeyUsage([extended]), critical=True)
        self.certificate = made.sign(by.secret if by else self.secret, hashes.SHA256())
        self.der = self.certificate.public_bytes(Encoding.DER)

    def pem(self, folder):
        path = folder / "key.pem"
        secret = self.secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + self.certificate.public_bytes(Encoding.PEM))
        return OwnKey(path)

    def pkcs12(self, folder, password=b"open sesame"):
        path, word = folder / "key.p12", folder / "word"
        path.write_bytes(
            serialize_key_and_certificates(
                b"cards", self.secret, self.certificate, None, BestAvailableEncryption(password)
            )
        )
        word.write_bytes(password + b"\n")
        return OwnKey(path, word)


@pytest.fixture(scope="module")
def card():
    return from_html("<h1>A card</h1><p><a href='https://example.org'>x</a></p>", identity=IDENTITY)


@pytest.fixture(scope="module")
def keeper():
    return Keeper("Cards of the group")


@pytest.fixture(scope="module")
def made(card, keeper, tmp_path_factory):
    return signed(card, keeper.pem(tmp_path_factory.mktemp("key")))


def found_in(pdf, trust=()):
    try:
        card, behind = parted(pdf)
    except ValueError as error:
        return {"file": (False, str(error))}
    return (
        {each.name: (each.passed, each.says) for each in signature_checks(pdf, card, trust)} if behind else {}
    )


def outcome(pdf, trust=()):
    return {name: passed for name, (passed, _) in found_in(pdf, trust).items()}


def test_the_unsigned_file_is_the_beginning_of_the_signed_one(card, made, keeper):
    assert made.startswith(card)
    assert parted(made)[0] == card
    assert found_in(card) == {}
    told = found_in(made)
    assert outcome(made) == {"added": True, "organisation": True}
    assert "Common Name: Cards of the group" in told["organisation"][1]
    assert keeper.certificate.fingerprint(hashes.SHA256()).hex() in told["organisation"][1]
    # What the standards ask of the unsigned file they ask of the signed one; there is no table in either.
    assert problems_of(Opened(made)) == problems_of(Opened(card)) == {}


def test_a_key_of_either_kind_signs_and_none_leaves_the_file_alone(card, keeper, tmp_path):
    assert outcome(signed(card, keeper.pkcs12(tmp_path)), [keeper.der])["certificate"] is True
    assert signing_with(None)(card) == card


def test_what_one_trusts_is_the_certificate_or_whoever_issued_it(card, made, keeper, tmp_path):
    authority, stranger = Keeper("An authority"), Keeper("A stranger")
    issued = signed(card, Keeper("Cards of the group", authority).pem(tmp_path))
    assert outcome(made, [keeper.der])["certificate"] is True
    assert outcome(issued, [authority.der])["certificate"] is True
    assert outcome(issued, [stranger.der])["certificate"] is False
    assert outcome(made, [stranger.der])["certificate"] is False
    past = Keeper("Once", days=(-20, -10))
    assert outcome(signed(card, past.pem(tmp_path)), [past.der])["certificate"] is False


def test_a_changed_byte_is_named_wherever_it_stands(card, made):
    drawn = random.Random(7)
    padding = made.index(b"/ByteRange", len(card)) - 30
    for place in (padding, len(card) // 2, *drawn.sample(range(len(card), len(made)), 60)):
        turned = bytearray(made)
        turned[place] ^= 1 << drawn.randrange(8)
        assert False in outcome(bytes(turned)).values(), place


def test_what_is_added_after_signing_or_in_the_place_of_a_signature_is_named(card, made, keeper, tmp_path):
    assert "after it was signed" in found_in(made + b"more")["file"][1]
    assert "after it was signed" in found_in(made + made[len(card) :])["file"][1]
    assert "after it was signed" in found_in(made[:-6] + b"more%%EOF\n%%EOF\n")["file"][1]
    assert "behind its end" in found_in(card + b"\n1 0 obj\n<<>>\nendobj\n%%EOF\n")["file"][1]
    # Whoever has any key can sign a file to which they have added more than a signature.
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(card)) as other:
        other.pages[0].Contents = pikepdf.Stream(other, b"")
        other.save(out)
    shadow = out.getvalue()
    tail = signed(shadow, keeper.pem(tmp_path))[len(shadow) :]
    assert outcome(card + tail) == {"added": False}


def test_a_page_drawn_anew_before_signing_is_named(card, keeper, tmp_path):
    from registry.cards.render import writing

    class Painter(writing._Writer):
        def _update_meta(self):
            from pyhanko.pdf_utils import generic

            page = self.root["/Pages"]["/Kids"][0].get_object()
            page["/Contents"] = self.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f"))
            self.update_container(page)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "_Writer", Painter)
        painted = signed(card, keeper.pem(tmp_path))
    assert painted.startswith(card)
    assert outcome(painted) == {"added": False}


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ("/AcroForm", "/XFA"),
        ("/AcroForm", "/NeedAppearances"),
        ("/Extensions", "/ADBE"),
        ("field", "/AA"),
        ("field", "/AP"),
    ],
)
def test_a_form_that_holds_more_than_the_register_writes_is_named(card, keeper, tmp_path, where, key):
    from pyhanko.pdf_utils import generic

    from registry.cards.render import writing

    class Former(writing._Writer):
        def write(self, stream):
            form = self.root["/AcroForm"].get_object()
            held = form["/Fields"][0].get_object() if where == "field" else self.root[where].get_object()
            held[generic.NameObject(key)] = self.add_object(generic.StreamObject(stream_data=b"<xdp/>"))
            self.update_container(held)
            super().write(stream)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "_Writer", Former)
        formed = signed(card, keeper.pem(tmp_path))
    assert formed.startswith(card)
    assert key.encode() in formed[len(card) :]
    assert outcome(formed) == {"added": False}


def test_another_certificate_put_in_the_place_of_the_own_is_named(made, keeper):
    other = Keeper("Cards of the group")
    while len(other.der) != len(keeper.der):  # a signature on a curve is a byte longer now and then
        other = Keeper("Cards of the group")
    own, swapped = keeper.der.hex().upper().encode(), other.der.hex().upper().encode()
    assert made.count(own) == 1
    assert outcome(made.replace(own, swapped)) == {"added": True, "organisation": False}


def test_a_time_stamp_is_added_where_there_is_a_service(card, keeper, tmp_path):
    from asn1crypto.keys import PrivateKeyInfo
    from asn1crypto.x509 import Certificate
    from pyhanko.sign.timestamps import DummyTimeStamper

    service = Keeper("The clock", extended=x509.oid.ExtendedKeyUsageOID.TIME_STAMPING)
    secret = service.secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    at = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    stamper = DummyTimeStamper(Certificate.load(service.der), PrivateKeyInfo.load(secret), fixed_dt=at)
    told = found_in(signed(card, keeper.pem(tmp_path), timestamper=stamper))
    assert told["organisation"][0] is True
    assert "by a time stamp on 22 November 2026, 10:30" in told["organisation"][1]


@pytest.mark.parametrize("kind", ["missing", "no key", "wrong password"])
def test_a_key_that_cannot_be_used_stops_the_card_in_plain_words(card, keeper, tmp_path, kind):
    key = keeper.pkcs12(tmp_path)
    if kind == "missing":
        key.file.unlink()
    elif kind == "no key":
        key.file.write_bytes(b"-----BEGIN nothing")
    else:
        key.password_file.write_bytes(b"another")
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    with pytest.raises(CardStopped, match=r"The card was not issued: .*key\.p12"):
        signed(card, key)


def test_without_the_extra_a_signature_is_seen_and_said_not_to_be_checked(made, card, monkeypatch):
    for each in ("pyhanko.sign", "registry.cards.render.writing"):
        monkeypatch.setitem(sys.modules, each, None)
    told = found_in(made)
    assert (told["added"][0], told["organisation"][0]) == (True, None)
    assert "was not checked" in told["organisation"][1]
    with pytest.raises(CardStopped, match=r"pip install ai-registry\[sign\]"):
        signed(card, OwnKey(Path("nowhere")))


@pytest.mark.long
def test_a_signed_card_is_all_that_an_unsigned_one_is_and_signed(database, cast, keeper, tmp_path):
    document = issued(database, cast, tmp_path)
    own = signed(document.pdf, keeper.pem(tmp_path))
    assert check_card(own, trust=[keeper.der]).verdict is Verdict.VERIFIED
    assert check_card(own, trust=[Keeper("A stranger").der]).verdict is Verdict.REFUSED
    assert [each.name for each in check_card(own).checks][-2:] == ["added", "organisation"]
    drawn = random.Random(7)
    for place in drawn.sample(range(len(document.pdf), len(own)), 500):
        turned = bytearray(own)
        turned[place] ^= 1 << drawn.randrange(8)
        assert check_card(bytes(turned), renders=False).verdict is Verdict.REFUSED, place


def test_certificates_are_read_in_either_form(keeper):
    assert (
        certificates_in(keeper.der)
        == certificates_in(keeper.certificate.public_bytes(Encoding.PEM))
        == [keeper.der]
    )
    with pytest.raises(ValueError):
        certificates_in(b"nothing")
    assert signatures.END == b"%%EOF"


def test_signing_and_checking_work_where_an_event_loop_runs_already():
    async def called() -> list[int]:
        return [apart(lambda: asyncio.run(asyncio.sleep(0, 7)))]

    assert apart(lambda: asyncio.run(called())) == [7]
