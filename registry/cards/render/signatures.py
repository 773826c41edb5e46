"""Check the organisation's signature behind a card: what it adds, who signed, whether it is whole, whether it is trusted."""

import io
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pikepdf

from registry.cards.render.apart import apart
from registry.cards.render.signing import MISSING, moment_in
from registry.cards.render.verdicts import Check
from registry.kernel.canonical import sha256_hex

END: Final = b"%%EOF"
_FORM: Final = {"/Fields", "/SigFlags"}
_OF_A_FIELD: Final = {"/FT", "/T", "/TU", "/V", "/Type", "/Subtype", "/F", "/P", "/Rect"}
_SIGNED: Final = {"/Type", "/Filter", "/SubFilter", "/ByteRange", "/Contents", "/M", "/Reason"}
_ADDED_TO_CATALOGUE: Final = {"/AcroForm", "/Extensions"}
# The developer's extension by which PAdES is announced in a PDF 1.7 (ETSI EN 319 142-1, 5.6).
_ANNOUNCED: Final = {"/Type": "/DeveloperExtensions", "/BaseVersion": "/1.7", "/ExtensionLevel": 1}


def parted(pdf: bytes) -> tuple[bytes, bytes]:
    """The card, up to its first end, and what stands behind it: nothing, or a signature and no more than that.

    Raises ValueError, saying what is wrong.
    """
    at = pdf.find(END) + len(END)
    card, behind = pdf[: at + 1], pdf[at + 1 :]
    if at < len(END) or not pdf.startswith(b"%PDF-"):
        raise ValueError("it does not begin and end as a PDF that the register writes")
    if not behind.strip(b"\r\n"):
        return pdf, b""
    if b"/ByteRange" not in behind:
        raise ValueError("something was added behind its end")
    if behind.count(END) != 1 or not behind.rstrip(b"\r\n").endswith(END):
        raise ValueError("something was added after it was signed")
    return card, behind


def signature_checks(pdf: bytes, card: bytes, trust: Sequence[bytes]) -> Iterator[Check]:
    """What the signature behind the end of a card proves; `trust`: certificates in DER that are believed in."""
    if _adds_a_signature_alone(pdf, card):
        says = "Behind the end of the card stands a signature and nothing else; what is printed and attached is untouched."
        yield Check("added", True, says)
    else:
        says = (
            "What was added behind the end of the card is more than a signature: it can change what is shown."
        )
        yield Check("added", False, says)
        return
    try:
        import pyhanko.sign  # noqa: F401, PLC0415 - an extra
    except ImportError:
        says = f"There is a signature of the file. It was not checked: that {MISSING}."
        yield Check("organisation", None, says)
        return
    yield from _checked(pdf, trust)


def _adds_a_signature_alone(pdf: bytes, card: bytes) -> bool:
    """Whether every object of the card is as it was, but for the form in the catalogue and the field on the first page."""
    try:
        with pikepdf.open(io.BytesIO(card)) as before, pikepdf.open(io.BytesIO(pdf)) as after:
            return _same_but_for_the_field(before, after)
    except (pikepdf.PdfError, KeyError, IndexError, TypeError, ValueError, AttributeError):
        return False


def _same_but_for_the_field(before: pikepdf.Pdf, after: pikepdf.Pdf) -> bool:
    first, root = before.pages[0].objgen, before.Root.objgen
    if after.Root.objgen != root or after.trailer.get("/Info", 0) != before.trailer.get("/Info", 0):
        return False
    (field,) = after.Root.AcroForm.Fields
    if not _is_our_form(after.Root, field):
        return False
    kept = {root: _ADDED_TO_CATALOGUE, first: {"/Annots"}}
    for each in before.objects:
        if each.objgen == (0, 0) or (
            isinstance(each, pikepdf.Stream) and each.get("/Type") in ("/XRef", "/ObjStm")
        ):
            continue
        if not _is_same(each, after.get_object(each.objgen), kept.get(each.objgen, set())):
            return False
    links = [each.objgen for each in before.pages[0].get("/Annots", pikepdf.Array())]
    now = [each.objgen for each in after.pages[0].get("/Annots", pikepdf.Array())]
    return now == [*links, field.objgen] and _is_unseen(field, after.pages[0].MediaBox)


def _is_our_form(root: Any, field: Any) -> bool:
    """Whether form, field and signature hold what the register writes: a viewer would show an XFA form and not the pages."""
    # The card itself has neither: what the catalogue holds of them was added.
    extensions = root.get("/Extensions", pikepdf.Dictionary())
    announced = all(dict(each.items()) == _ANNOUNCED for each in extensions.values())
    return (
        set(root.AcroForm.keys()) == _FORM
        and set(field.keys()) == _OF_A_FIELD
        and set(field.V.keys()) <= _SIGNED
        and set(extensions.keys()) <= {"/ESIC"}
        and announced
    )


def _is_same(one: Any, other: Any, besides: set[str]) -> bool:
    if isinstance(one, pikepdf.Stream):
        alike = isinstance(other, pikepdf.Stream) and one.read_raw_bytes() == other.read_raw_bytes()
        return alike and _written(one, besides) == _written(other, besides)
    if isinstance(one, pikepdf.Dictionary):
        return isinstance(other, pikepdf.Dictionary) and _written(one, besides) == _written(other, besides)
    return bool(one.unparse() == other.unparse())


def _written(holder: Any, besides: set[str]) -> dict[str, bytes]:
    return {
        key: value.unparse() if isinstance(value, pikepdf.Object) else repr(value).encode()
        for key, value in holder.items()
        if key not in besides
    }


def _is_unseen(field: Any, page: Any) -> bool:
    left, bottom, right, top = (float(each) for each in field.Rect)
    outside = right < float(page[0]) or top < float(page[1])
    return field.FT == "/Sig" and field.Subtype == "/Widget" and outside and (left, bottom) == (right, top)


def _checked(pdf: bytes, trust: Sequence[bytes]) -> Iterator[Check]:
    # The library tells its log of every certificate it does not know; what it finds is told here.
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield from list(_found(pdf, trust))
    except Exception as error:  # noqa: BLE001 - whatever a hostile signature provokes is a refusal, not a crash
        yield Check("organisation", False, f"Its signature cannot be read ({type(error).__name__}).")


def _found(pdf: bytes, trust: Sequence[bytes]) -> Iterator[Check]:
    found, status = _status(pdf, trust)
    certificate = found.signer_cert
    who, said = certificate.subject.human_friendly, status.signer_reported_dt or found.self_reported_timestamp
    stamp = status.timestamp_validity
    sound = status.intact and status.valid and (stamp is None or (stamp.intact and stamp.valid))
    if not (sound and _is_written_as_here(pdf, found)):
        says = f"The signature that names {who} is not one of this file: the file was changed since, or the certificate exchanged."
        yield Check("organisation", False, says)
        return
    if status.coverage.name != "ENTIRE_FILE":
        yield Check("organisation", False, f"Something was added after {who} had signed.")
        return
    stamped = f", and by a time stamp on {moment_in(stamp.timestamp)}" if stamp else ""
    says = f"Signed by {who}, the whole file and nothing changed since; by its own clock on {moment_in(said)}{stamped}."
    yield Check(
        "organisation", True, f"{says} The certificate has the SHA-256 {sha256_hex(certificate.dump())}."
    )
    if trust:
        yield _trusted(certificate, status, trust, said)


def _status(pdf: bytes, trust: Sequence[bytes]) -> tuple[Any, Any]:
    from asn1crypto.x509 import Certificate  # noqa: PLC0415 - with the extra
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - an extra
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415 - likewise
    from pyhanko.sign.validation.settings import KeyUsageConstraints  # noqa: PLC0415 - likewise
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [Certificate.load(each) for each in trust]
    # A card is checked years after it was signed: the certificate has to have held then.
    moment = found.self_reported_timestamp
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=moment, best_signature_time=moment
    )
    uses = KeyUsageConstraints(key_usage=set())
    return found, apart(lambda: validate_pdf_signature(found, context, key_usage_settings=uses))


def _is_written_as_here(pdf: bytes, found: Any) -> bool:
    """Whether the signature is the one spelling of itself: its head and the room it leaves free are signed by nothing."""
    from asn1crypto.cms import ContentInfo, IssuerAndSerialNumber, SignedData, SignerIdentifier, SignerInfo  # noqa: PLC0415
    from asn1crypto.core import Void  # noqa: PLC0415 - likewise

    data, info = found.signed_data, found.signer_info
    certificate = found.signer_cert
    named = IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    sid = SignerIdentifier({"issuer_and_serial_number": named})
    parts = ("digest_algorithm", "signed_attrs", "signature_algorithm", "signature", "unsigned_attrs")
    signer = SignerInfo(
        {
            "version": "v1",
            "sid": sid,
            **{part: info[part] for part in parts if not isinstance(info[part], Void)},
        }
    )
    again = SignedData(
        {
            "version": "v1",
            "digest_algorithms": [info["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": data["certificates"],
            "signer_infos": [signer],
        }
    )
    written = ContentInfo({"content_type": "signed_data", "content": again}).dump().hex().upper().encode()
    first, length, second, _ = (int(each) for each in found.byte_range)
    return bool(
        pdf[first + length : second] == b"<" + written.ljust(second - first - length - 2, b"0") + b">"
    )


def _trusted(certificate: Any, status: Any, trust: Sequence[bytes], said: datetime | None) -> Check:
    given = certificate.dump() in trust
    held = said is None or (
        certificate.not_valid_before <= said.astimezone(UTC) <= certificate.not_valid_after
    )
    if held and (given or status.trusted):
        how = "one you gave" if given else "issued by one you gave"
        return Check("certificate", True, f"The certificate is {how}, and held when it was signed.")
    why = (
        "did not hold when it was signed"
        if given
        else "is none of those you gave, and none of them issued it"
    )
    return Check("certificate", False, f"The certificate {why}.")
