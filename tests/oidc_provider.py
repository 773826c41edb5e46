"""An OpenID provider on this machine, with keys of its own, that can be told to misbehave in one point at a time."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "registry", "between us & the provider"
ADA = {"sub": "a1b2", "email": "ada@example.org", "email_verified": True, "name": "Ada Owner"}


def half_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


class Provider:
    """What stands behind the addresses. `who` is signed in there; what is in `wrong` is done otherwise than it should be."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
        self.published = [self.key.as_dict(private=False)]
        self.reset()

    def reset(self) -> None:
        self.who: dict[str, Any] = dict(ADA)
        self.codes: dict[str, dict[str, str]] = {}
        self.metadata: dict[str, Any] = {}
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.written: Callable[[dict[str, Any]], str] = self.signed
        self.userinfo: dict[str, Any] = {}
        self.auth_time: float | None = None

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None, **header: Any) -> str:
        key = key or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)

    def agree(self, address: str) -> str:
        """What the person's browser is sent back to after they have agreed; the address it was sent to is the question."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(said)}"

    def answer(self, path: str, form: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        """One answer over HTTP."""
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/keys":
            return 200, {"keys": self.published}
        if path == "/userinfo":
            return 200, {"sub": self.who["sub"], **self.userinfo}
        pair = base64.b64encode(f"{CLIENT}:{secret_as_sent()}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or headers.get("Authorization") != f"Basic {pair}":
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if not hmac.compare_digest(challenge.rstrip(b"=").decode(), asked["code_challenge"]):
            return 400, {"error": "invalid_grant"}
        return 200, self._tokens(asked)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/leave",
            "authorization_response_iss_parameter_supported": True,
            # What the provider would sign with is not what is accepted.
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            **self.metadata,
        }

    def _tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        now, access = int(time.time()), secrets.token_urlsafe(16)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": half_hash(access),
            "sid": "there",
            "auth_time": self.auth_time or now,
            **self.who,
        }
        if "max_age" not in asked:
            del claims["auth_time"]
        return {"access_token": access, "token_type": "Bearer", "id_token": self.written(self.claims(claims))}


def secret_as_sent() -> str:
    """The secret as RFC 6749 has it sent: form-encoded first."""
    return SECRET.replace(" ", "%20").replace("&", "%26")


@contextmanager
def provider_running() -> Iterator[Provider]:
    """The provider, listening on this machine alone."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(self.path.partition("?")[0], {})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(self.path, {name: values[0] for name, values in parse_qs(text).items()})

        def _say(self, path: str, form: dict[str, str]) -> None:
            status, value = provider.answer(path, form, self.headers)
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """A test needs no log of what it asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
