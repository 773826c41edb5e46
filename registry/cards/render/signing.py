"""Sign the PDF of a card with the organisation's key (PAdES, ETSI EN 319 142-1); the unsigned file stays its beginning."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

from registry.cards.render.apart import apart
from registry.cards.rules.facts import CardStopped
from registry.kernel import clock

FIELD: Final = "Signature"
MISSING: Final = "needs pyHanko, which is not installed here: pip install ai-registry[sign]"
_REASON: Final = "Issued as an approved edition of this card"
_TIMESTAMP_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class OwnKey:
    """Where the organisation keeps the key it signs cards with, PKCS#12 or PEM with its certificates, and the password.

    `timestamps` is the address of a time-stamp service (RFC 3161), or empty.
    """

    file: Path
    password_file: Path | None = None
    timestamps: str = ""


def signing_with(key: OwnKey | None) -> Callable[[bytes], bytes]:
    """What makes the signed file out of a finished one; the same bytes where there is no key."""
    return (lambda pdf: signed(pdf, key)) if key is not None else bytes


def signed(pdf: bytes, key: OwnKey, timestamper: Any = None) -> bytes:
    """The file with the signature behind its end: baseline B-B, or B-T where there is a time-stamp service.

    Raises CardStopped, saying why, for a key that cannot be used, a service that does not answer, or without the extra.
    """
    try:
        from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter  # noqa: PLC0415 - an extra
        from pyhanko.sign.signers import PdfSignatureMetadata  # noqa: PLC0415 - likewise
        from pyhanko.sign.timestamps import TimestampRequestError  # noqa: PLC0415 - likewise

        from registry.cards.render.writing import quiet_writer, signer_at  # noqa: PLC0415 - likewise
    except ImportError:
        raise CardStopped(f"The card was not issued: to sign it {MISSING}.") from None
    own = _loaded(key)
    name = own.signing_cert.subject.human_friendly
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=_REASON
    )
    # Both standards at once allow a field that is not drawn only outside the page (ISO 14289-1, 7.18.4).
    field = SigFieldSpec(
        FIELD,
        on_page=0,
        readable_field_name=f"Signature of {name}",
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
    )
    stamps = timestamper or _service(key.timestamps)
    signer = signer_at(clock.now(), meta, own, timestamper=stamps, new_field_spec=field)
    try:
        return bytes(apart(lambda: signer.sign_pdf(quiet_writer(pdf)).getvalue()))
    except TimestampRequestError as error:
        raise CardStopped(
            f"The card was not issued: the time-stamp service {key.timestamps} did not answer ({error})."
        ) from error


def _service(address: str) -> Any:
    if not address:
        return None
    from pyhanko.sign.timestamps import HTTPTimeStamper  # noqa: PLC0415 - an extra

    return HTTPTimeStamper(address, timeout=_TIMESTAMP_SECONDS)


def _loaded(key: OwnKey) -> Any:
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - an extra

    try:
        password = key.password_file.read_bytes().strip() if key.password_file else None
        own = SimpleSigner.load_pkcs12_data(_as_pkcs12(key.file.read_bytes(), password), [], password)
    except OSError as error:
        raise CardStopped(
            f"The card was not issued: {error.filename} cannot be read ({error.strerror})."
        ) from error
    except (ValueError, TypeError) as error:
        raise CardStopped(
            f"The card was not issued: {key.file} holds no key with its certificate that can be opened ({error})."
        ) from error
    if own is None:
        raise CardStopped(f"The card was not issued: {key.file} cannot be opened with the password given.")
    return own


def _as_pkcs12(data: bytes, password: bytes | None) -> bytes:
    """PKCS#12 as it came; PEM with a key and its certificates, that of the key first, as PKCS#12 in memory."""
    if b"-----BEGIN" not in data:
        return data
    secret, (certificate, *others) = load_pem_private_key(data, password), load_pem_x509_certificates(data)
    kept = BestAvailableEncryption(password) if password else NoEncryption()
    return serialize_key_and_certificates(FIELD.encode(), secret, certificate, others, kept)  # type: ignore[arg-type]


def certificates_in(data: bytes) -> list[bytes]:
    """The certificates in a file, PEM or DER, each as DER. Raises ValueError where there is none."""
    pem = b"-----BEGIN" in data
    found = load_pem_x509_certificates(data) if pem else [load_der_x509_certificate(data)]
    return [each.public_bytes(Encoding.DER) for each in found]


def moment_in(said: datetime | None) -> str:
    """A time stated by a signature, in words."""
    return f"{said:%d %B %Y, %H:%M} {said.tzname() or 'UTC'}" if said else "an unknown day"
