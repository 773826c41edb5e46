"""What the provider answers: its places, its keys, what a code is worth, and what it says of a person."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

from registry.identity.queries.published import Published
from registry.identity.rules.flows import Attempt
from registry.identity.rules.terms import Distrusted, Places, Terms, places_in
from registry.identity.rules.tokens import Ended, KeyMissing, Said, ended_in, header_of, said_in, said_of
from registry.output.asking import Unanswered, ask

Result = TypeVar("Result")

_PLACES_SECONDS: Final = 3_600
# A key that is not known yet is asked for at once, but nobody makes us ask without end by naming keys that are not there.
_KEYS_AGAIN_SECONDS: Final = 10
_MOST_KEYS: Final = 50


class Provider:
    """One provider on its terms. What it publishes is kept in this process for a while; its answers about people are not."""

    def __init__(self, terms: Terms, secret: Callable[[], str] = str) -> None:
        self.terms = terms
        self._secret = secret
        self._places = Published(self._asked_places, _PLACES_SECONDS)
        self._keys = Published(self._asked_keys, _PLACES_SECONDS)

    def places(self) -> Places:
        """Where the provider does what. Raises Unanswered, Distrusted."""
        return self._places.get()

    @property
    def known_places(self) -> Places | None:
        """Its places as far as they are known already: for whoever holds a transaction open and cannot wait for an answer."""
        return self._places.known

    def who(self, code: str, attempt: Attempt, at: Callable[[], datetime]) -> tuple[Said, str]:
        """Who has come with this code, and the ID token that says so. Raises Unanswered, Distrusted."""
        places = self.places()
        given = self._exchanged(places, code, attempt.verifier)
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            raise Distrusted("the provider gave no tokens")
        told = {"nonce": attempt.nonce, "access_token": access}
        said, claims = self._with_keys(lambda keys: said_in(token, keys, self.terms, at=at(), **told))
        return self._completed(places, access, said, claims), token

    def ended(self, token: object, at: datetime) -> Ended:
        """Whose sessions a logout token ends. Raises Unanswered, Distrusted."""
        # A text in no shape of a token is not worth a question over the network.
        header_of(token)
        return self._with_keys(lambda keys: ended_in(token, keys, self.terms, at))

    def _exchanged(self, places: Places, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.terms.callback,
            "client_id": self.terms.client_id,
            "code_verifier": verifier,
        }
        try:
            secret, headers = self._secret(), {}
        except OSError as broken:
            raise Unanswered("the file with the client's secret cannot be read") from broken
        if secret and places.takes_basic:
            # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
            pair = f"{quote(self.terms.client_id, safe='')}:{quote(secret, safe='')}"
            headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        elif secret:
            form["client_secret"] = secret
        try:
            return ask(places.token, form, headers)
        except Unanswered as refused:
            if refused.is_refusal:
                raise Distrusted("the provider does not take the code") from refused
            raise

    def _completed(self, places: Places, access: str, said: Said, claims: Mapping[str, Any]) -> Said:
        """What the ID token leaves out is asked for: some providers keep it short. What it says stands."""
        wanted = {"email", "name"} | ({self.terms.groups_claim} if self.terms.roles else set())
        if not places.userinfo or wanted <= claims.keys():
            return said
        more = ask(places.userinfo, headers={"Authorization": f"Bearer {access}"})
        if more.get("sub") != said.subject:
            raise Distrusted("the provider speaks of two people")
        # An address and whether it is verified are one word: half of it from elsewhere would verify another address.
        # Nothing else is taken: when somebody proved who they are, or in which session, only what is signed says.
        taken = {"name", self.terms.groups_claim, "_claim_names"}
        if "email" not in claims:
            taken |= {"email", "email_verified"}
        told = {name: value for name, value in more.items() if name in taken}
        own = {name: value for name, value in claims.items() if name != "email_verified" or "email" in claims}
        return said_of(told | own, self.terms)

    def _with_keys(self, act: Callable[[Sequence[Mapping[str, Any]]], Result]) -> Result:
        """Do it with the keys that are known; where none fits, with those that the provider has now."""
        try:
            return act(self._keys.get())
        except KeyMissing:
            return act(self._keys.newer(_KEYS_AGAIN_SECONDS))

    def _asked_places(self) -> Places:
        issuer = self.terms.issuer
        return places_in(ask(f"{issuer.rstrip('/')}/.well-known/openid-configuration"), issuer)

    def _asked_keys(self) -> list[dict[str, Any]]:
        listed = ask(self.places().keys).get("keys")
        found = listed[:_MOST_KEYS] if isinstance(listed, list) else []
        return [each for each in found if isinstance(each, dict)]
