"""An authenticator in software: it makes passkeys and signs with them as WebAuthn Level 3 says, or as badly as a test has it."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ES256, EDDSA, ES384, RS256 = -7, -8, -35, -257
PRESENT, VERIFIED, MAY_SYNC, SYNCED, ATTESTED = 1, 4, 8, 16, 64


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


class Key:
    """A key pair of one algorithm, with its public half as COSE has it (RFC 9053, RFC 8230)."""

    def __init__(self, alg: int, bits: int = 2048) -> None:
        self.alg = alg
        if alg == EDDSA:
            self.private: Any = ed25519.Ed25519PrivateKey.generate()
            raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            self.cose: dict[int, Any] = {1: 1, 3: alg, -1: 6, -2: raw}
        elif alg == RS256:
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
            told = self.private.public_key().public_numbers()
            self.cose = {1: 3, 3: alg, -1: number(told.n, bits // 8), -2: number(told.e, 3)}
        else:
            curve, name, size = (ec.SECP256R1(), 1, 32) if alg == ES256 else (ec.SECP384R1(), 2, 48)
            self.private = ec.generate_private_key(curve)
            at = self.private.public_key().public_numbers()
            self.cose = {1: 2, 3: alg, -1: name, -2: number(at.x, size), -3: number(at.y, size)}

    def sign(self, data: bytes) -> bytes:
        if self.alg == EDDSA:
            return self.private.sign(data)
        if self.alg == RS256:
            return self.private.sign(data, padding.PKCS1v15(), SHA256())
        return self.private.sign(data, ec.ECDSA(SHA256()))


@dataclass
class Authenticator:
    """One device with one passkey. What its answers say can be changed for one answer, by name."""

    origin: str
    rp_id: str
    key: Key = field(default_factory=lambda: Key(ES256))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    flags: int = PRESENT | VERIFIED
    count: int = 0
    handle: str = ""

    def make(self, options: dict[str, Any], **odd: Any) -> str:
        """The answer to a question for a new passkey."""
        self.handle = options["user"]["id"]
        cose = odd.get("cose", self.key.cose)
        kept = odd.get("attested_id", self.credential_id)
        attested = bytes(16) + struct.pack(">H", len(kept)) + kept + cbor2.dumps(cose)
        data = self._data(odd, ATTESTED) + attested
        client = self._client("webauthn.create", options, odd)
        statement = odd.get("statement", {})
        if odd.get("fmt") == "packed" and not statement:
            signed = self.key.sign(data + hashlib.sha256(client).digest())
            statement = {"alg": self.key.alg, "sig": signed}
        whole = {"fmt": odd.get("fmt", "none"), "attStmt": statement, "authData": data}
        return self._answer(
            {"clientDataJSON": b64(client), "attestationObject": b64(cbor2.dumps(whole))}, odd
        )

    def use(self, options: dict[str, Any], **odd: Any) -> str:
        """The answer to a question for this one."""
        data, client = self._data(odd), self._client("webauthn.get", options, odd)
        signature = self.key.sign(data + hashlib.sha256(client).digest())
        client = client.replace(*odd["altered"]) if "altered" in odd else client
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(odd.get("signature", signature)),
            "userHandle": odd.get("handle", self.handle),
        }
        return self._answer(response, odd)

    def _data(self, odd: dict[str, Any], more: int = 0) -> bytes:
        if self.count or "count" in odd:
            self.count = odd.get("count", self.count + 1)
        rp = hashlib.sha256(odd.get("rp_id", self.rp_id).encode()).digest()
        return rp + struct.pack(">BI", odd.get("flags", self.flags) | more, self.count)

    def _client(self, kind: str, options: dict[str, Any], odd: dict[str, Any]) -> bytes:
        told = {
            "type": odd.get("type", kind),
            "challenge": options["challenge"],
            "origin": odd.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(told | odd.get("client", {})).encode()

    def _answer(self, response: dict[str, str], odd: dict[str, Any]) -> str:
        name = b64(odd.get("credential_id", self.credential_id))
        told = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(told | odd.get("answer", {}))
