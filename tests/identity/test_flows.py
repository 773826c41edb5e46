"""Signing in by a provider: flows that are not what they seem, each refused for its reason; and those that are, taken."""

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import RSAKey
from sqlmodel import select

from registry.accounts import actions as accounts
from registry.accounts.models import UserSession
from registry.accounts.queries import actor_for_session, confirmed_at, open_roles, session_by_secret
from registry.audit.queries import entries
from registry.identity.actions import linking
from registry.identity.models import ProviderIdentity
from registry.identity.queries import known, provider
from registry.identity.queries.provider import Provider
from registry.identity.rules import flows, tokens
from registry.kernel import clock
from registry.kernel.actor import Permission, Role, may, the_registry
from registry.kernel.errors import Forbidden
from registry.kernel.events import Event
from registry.limits.rules import Budget
from registry.people import actions as people
from registry.reviews.rules.separation import Involved, require_separation
from tests.cast import PASSWORD
from tests.oidc_provider import part
from tests.web.test_requests import BODIES, PIECES, TOO_LARGE

on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

MIA = {"sub": "mia", "email": "mia@example.org", "email_verified": True, "name": "Mia Colleague"}
OTHER = RSAKey.generate_key(2048, {"kid": "first", "alg": "RS256"})


class Flow:
    """One browser on its way to the provider and back."""

    def __init__(self, app, there):
        self.app, self.there, self.client, self.good = app, there, app.test_client(), 0

    def set_out(self, where="/sign-in/provider"):
        asked = self.client.get(where)
        assert asked.status_code == 303, asked.text
        return self.there.agree(asked.location)

    def come_back(self, address=None):
        return self.client.get(address or self.set_out())

    def succeed(self, address=None):
        reply = self.come_back(address)
        assert reply.status_code == 303, newest(self.app.database)
        self.good += 1
        return reply


def changed(address, **said):
    """The address with some of its parameters exchanged, or left out where they are None."""
    parts = urlsplit(address)
    query = {**dict(parse_qsl(parts.query)), **said}
    return f"{parts.path}?{urlencode({name: value for name, value in query.items() if value is not None})}"


def answering(**said):
    """The answer with parameters exchanged."""
    return lambda flow: flow.come_back(changed(flow.set_out(), **said))


def claiming(**said):
    """A token with claims exchanged, or left out where they are None."""

    def bad(flow):
        flow.there.claims = lambda claims: {
            name: value for name, value in {**claims, **said}.items() if value is not None
        }
        return flow.come_back()

    return bad


def written(by):
    """A token that is written otherwise."""

    def bad(flow):
        flow.there.written = lambda claims: by(flow.there, claims)
        return flow.come_back()

    return bad


def being(**who):
    def bad(flow):
        flow.there.who = {**MIA, **who}
        return flow.come_back()

    return bad


def publishing(**metadata):
    def bad(flow):
        address = flow.set_out()
        flow.there.metadata = metadata
        known = flow.app.extensions["provider"]
        # As a process knows it that has just been started.
        flow.app.extensions["provider"] = Provider(known.terms, known._secret)
        return flow.come_back(address)

    return bad


def by_hand(key, header, payload):
    """A signature that no library would make."""
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{part(key.private_key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def unsigned(_there, claims):
    return f"{part({'alg': 'none'})}.{part(claims)}."


def by_public_key(there, claims):
    """The public key, which everybody knows, as the secret of an HMAC."""
    text = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    secret = there.key.as_pem(private=False)
    return f"{text}.{part(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def with_other_claims(there, claims):
    head, _, signature = there.signed(claims).split(".")
    return f"{head}.{part({**claims, 'sub': 'the-administrator'})}.{signature}"


def with_one_claim_twice(there, claims):
    text = json.dumps(claims)[:-1] + ', "sub": "the-administrator"}'
    return by_hand(there.key, {"alg": "RS256", "kid": "first"}, text.encode())


def critical(there, claims):
    return by_hand(there.key, {"alg": "RS256", "kid": "first", "crit": ["exp"], "exp": 1}, claims)


def other_browser(flow):
    return flow.app.test_client().get(flow.set_out())


def too_late(flow):
    address = flow.set_out()
    with flow.client.session_transaction() as cookie:
        cookie["attempt"] = {**cookie["attempt"], "began": time.time() - 601}
    return flow.come_back(address)


def twice(flow):
    address = flow.set_out()
    flow.succeed(address)
    return flow.come_back(address)


def used_code(flow):
    address = flow.set_out()
    flow.succeed(address)
    return with_code_of(flow, address)


def with_code_of(flow, address):
    """The code of another answer, in an answer to a browser that has just set out."""
    flow.client = flow.app.test_client()
    code = dict(parse_qsl(urlsplit(address).query))["code"]
    return flow.come_back(changed(flow.set_out(), code=code))


def code_of_another(flow):
    """A code that somebody else's browser was given is worth nothing in this one (PKCE)."""
    return with_code_of(flow, flow.set_out())


def speaking_of_two(flow):
    flow.there.userinfo = {"sub": "somebody-else", "email": "adam@example.org", "email_verified": True}
    return claiming(email=None)(flow)


def half_an_address(flow):
    """An address in the token is not verified by what stands elsewhere of another."""
    flow.there.who = dict(MIA)
    flow.there.userinfo = {"email": "x@example.org", "email_verified": True, "groups": []}
    return claiming(email_verified=None, name=None)(flow)


FLOWS = {
    "another state": (answering(state="x" * 43), 400, "state is not that of this browser"),
    "no state": (answering(state=None), 400, "state is not that of this browser"),
    "two states": (lambda f: f.come_back(f.set_out() + "&state=x"), 400, "one thing twice"),
    "an answer after eleven minutes": (too_late, 400, "too long ago"),
    "an answer of another issuer": (answering(iss="https://evil.example"), 400, "another issuer"),
    "an answer that names no issuer": (answering(iss=None), 400, "another issuer"),
    "a refusal of the provider": (answering(error="access_denied", code=None), 400, "refused: access_denied"),
    "no code": (answering(code=None), 400, "no code"),
    "a code of two thousand letters": (answering(code="x" * 2_049), 400, "no code"),
    "a code that was used": (used_code, 400, "does not take the code"),
    "a code of another browser": (code_of_another, 400, "does not take the code"),
    "no nonce": (claiming(nonce=None), 400, "another sign-in"),
    "another nonce": (claiming(nonce="x"), 400, "another sign-in"),
    "no signature": (written(unsigned), 400, "not signed in a way"),
    "HS256 by the public key": (written(by_public_key), 400, "not signed in a way"),
    "the signature of another key": (
        written(lambda t, c: t.signed(c, OTHER)),
        400,
        "signature does not hold",
    ),
    "a key nobody publishes": (written(lambda t, c: t.signed(c, kid="third")), 400, "no key of the provider"),
    "a key that comes with the token": (
        written(lambda t, c: t.signed(c, OTHER, jwk=OTHER.as_dict(private=False))),
        400,
        "token cannot be read",
    ),
    "an extension that is critical": (written(critical), 400, "extension that is not understood"),
    "claims changed after signing": (written(with_other_claims), 400, "signature does not hold"),
    "one claim twice": (written(with_one_claim_twice), 400, "signature does not hold"),
    "no token at all": (written(lambda t, c: ""), 400, "there is no token"),
    "a text that is no token": (written(lambda t, c: "a.b.c"), 400, "cannot be read"),
    "a token of another issuer": (claiming(iss="https://evil.example"), 400, "of another issuer"),
    "a token for another client": (claiming(aud="payroll"), 400, "meant for somebody else"),
    "a token for others as well": (claiming(aud=["registry", "payroll"]), 400, "meant for somebody else"),
    "a token made for another client": (claiming(azp="payroll"), 400, "made for another client"),
    "a token that has expired": (claiming(exp=int(time.time()) - 120), 400, "has expired"),
    "a token that never expires": (claiming(exp=None), 400, "names no time"),
    "a token of tomorrow": (claiming(iat=int(time.time()) + 86_400), 400, "not issued just now"),
    "a token of an hour ago": (claiming(iat=int(time.time()) - 3_600), 400, "not issued just now"),
    "a token that holds tomorrow": (claiming(nbf=int(time.time()) + 86_400), 400, "does not hold yet"),
    "a time that is true": (claiming(exp=True), 400, "names no time"),
    "nobody": (claiming(sub=None), 400, "names nobody"),
    "a number for somebody": (claiming(sub=7), 400, "names nobody"),
    "the hash of another access token": (claiming(at_hash="x"), 400, "another access token"),
    "groups that are elsewhere": (
        claiming(_claim_names={"groups": "src1"}),
        400,
        "does not say all groups",
    ),
    "a provider that speaks of two people": (speaking_of_two, 400, "speaks of two people"),
    "metadata of another provider": (publishing(issuer="https://evil.example"), 400, "another issuer"),
    "metadata that leads off the machine": (
        publishing(token_endpoint="http://198.51.100.7/token"),
        400,
        "not https",
    ),
    "an address that is not verified": (being(email_verified=False), 401, "nobody is known"),
    "an address that is verified in words": (being(email_verified="true"), 401, "nobody is known"),
    "an address verified elsewhere": (half_an_address, 401, "nobody is known"),
    "an address of another domain": (being(email="mia@evil.example"), 401, "nobody is known"),
    "the address of somebody with an account": (
        being(sub="new", email="ben@example.org"),
        401,
        "nobody is known",
    ),
    "somebody who has left": (being(sub="olga", email="olga@example.org"), 401, "not here"),
    "the address of an administrator": (being(sub="x", email="adam@example.org"), 401, "opens no role"),
}


def sessions(database):
    with database.transaction(read_only=True) as session:
        return len(session.exec(select(UserSession)).all())


def newest(database, count=1):
    with database.transaction(read_only=True) as session:
        return [(each.event, each.said) for each in entries(session, limit=count)]


@pytest.fixture
def prepared(database, cast, there, on_terms):
    """Olga has left; Ben is known by another account."""
    with database.transaction() as session:
        door = the_registry("command")
        olga, ben = session.merge(cast.people["olga"]), session.merge(cast.people["ben"])
        people.mark_as_left(session, door, olga, clock.today() - timedelta(days=1))
        linking.link(session, door, ben, there.issuer, "ben")
    return on_terms()


@on_one_database
def test_every_bad_flow_is_refused_for_its_reason_and_nobody_is_signed_in(
    database, prepared, on_terms, there, record_property
):
    wrong = {}
    record_property("bad flows", len(FLOWS))
    assert len(FLOWS) >= 24
    for said, (bad, status, reason) in FLOWS.items():
        there.reset()
        flow = Flow(on_terms(), there)
        before = sessions(database)
        reply = bad(flow)
        (event, note), *_ = newest(database)
        inside = flow.client.get("/account").status_code == 200 and not flow.good
        found = (
            reply.status_code,
            event,
            reason in note.get("reason", ""),
            sessions(database) - before - flow.good,
            inside,
        )
        if found != (status, Event.SIGN_IN_REFUSED, True, 0, False):
            wrong[said] = (*found, note)
    assert not wrong, "\n".join(f"{said}: {found}" for said, found in wrong.items())
    # What is refused leaves no account behind that would open something on another day.
    with database.transaction(read_only=True) as session:
        assert {each.subject for each in session.exec(select(ProviderIdentity))} == {"ben", "a1b2"}


@on_one_database
def test_what_anybody_can_send_without_end_is_refused_and_fills_no_ledger(database, cast, on_terms, there):
    for bad in (other_browser, twice):
        flow = Flow(on_terms(), there)
        assert bad(flow).status_code == 400
        assert Event.SIGN_IN_REFUSED not in {event for event, _ in newest(database, 9)}
    assert (
        flow.app.test_client().post("/sign-in/provider/logout", data=logout(there, aud="x")).status_code
        == 400
    )
    assert Event.SIGN_IN_REFUSED not in {event for event, _ in newest(database, 9)}


@on_one_database
def test_a_secret_that_cannot_be_read_is_said_as_no_answer(cast, on_terms, there, tmp_path):
    app = on_terms()
    app.extensions["provider"]._secret = (tmp_path / "missing").read_text
    assert Flow(app, there).come_back().status_code == 503


@on_one_database
def test_a_logout_of_a_person_ends_also_what_the_provider_had_given_no_name(cast, on_terms, there):
    flow = Flow(on_terms(), there)
    there.claims = lambda claims: {
        name: value for name, value in claims.items() if name not in {"sid", "name"}
    }
    # What is not signed names no session.
    there.userinfo = {"sid": "elsewhere"}
    flow.succeed()
    gone = flow.app.test_client().post("/sign-in/provider/logout", data=logout(there, sub="a1b2"))
    assert (gone.status_code, flow.client.get("/account").status_code) == (200, 303)


def test_a_first_sign_in_makes_somebody_known_and_the_next_finds_them_whatever_their_address(
    database, cast, on_terms, there
):
    there.who["groups"] = ["ai-reviewers", "unknown here"]
    first = Flow(on_terms(), there)
    assert first.succeed(first.set_out("/sign-in/provider?next=/systems")).location == "/systems"
    assert "Ada Owner" in first.client.get("/account").text
    assert {event for event, _ in newest(database, 3)} == {
        Event.IDENTITY_LINKED,
        Event.ROLE_GRANTED,
        Event.SIGN_IN_SUCCEEDED,
    }
    there.who |= {"email": "adam@example.org", "groups": ["ai-executives"]}
    again = Flow(first.app, there)
    again.succeed()
    assert "Ada Owner" in again.client.get("/account").text
    with database.transaction(read_only=True) as session:
        held = {grant.role for grant in open_roles(session, cast.number("ada"))}
        assert len(known.identities_of(session, cast.number("ada"))) == 1
    assert held == {Role.EXECUTIVE}


@on_one_database
def test_roles_the_file_does_not_speak_of_stay_and_nobody_is_added_unless_the_terms_say_so(
    database, cast, on_terms, there
):
    there.who = {"sub": "x", "email": "new@example.org", "email_verified": True, "name": "N. New"}
    assert Flow(on_terms(), there).come_back().status_code == 401
    Flow(on_terms(adds_people=True), there).succeed()
    there.who = {"sub": "y", "email": "aud@example.org", "email_verified": True, "name": "Aud"}
    with database.transaction() as session:
        linking.link(session, the_registry("command"), session.merge(cast.people["aud"]), there.issuer, "y")
    Flow(on_terms(), there).succeed()
    with database.transaction(read_only=True) as session:
        assert {grant.role for grant in open_roles(session, cast.number("aud"))} == {Role.AUDITOR}
        assert known.identity(session, there.issuer, "x") is not None


@on_one_database
def test_a_new_key_is_taken_when_a_token_names_it_and_then_not_asked_for_over_and_over(
    cast, on_terms, there, monkeypatch
):
    app = on_terms()
    Flow(app, there).succeed()
    fresh = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    monkeypatch.setattr(there, "published", [*there.published, fresh.as_dict(private=False)])
    there.written = lambda claims: there.signed(claims, fresh)
    # Within ten seconds of the last question nobody makes us ask again.
    assert Flow(app, there).come_back().status_code == 400
    monkeypatch.setattr(provider, "_KEYS_AGAIN_SECONDS", -1)
    Flow(app, there).succeed()


@on_one_database
def test_the_same_person_through_two_doors_is_one_person(database, cast, on_terms, there):
    """What somebody has asked for by password they do not decide by the provider, whatever roles it brings them."""
    with database.transaction() as session:
        door, ada = the_registry("command"), session.merge(cast.people["ada"])
        accounts.set_password(session, door, ada, PASSWORD)
        by_password, _ = accounts.sign_in(session, ada.email, PASSWORD, device="", request_id="")
    there.who["groups"] = ["ai-reviewers"]
    flow = Flow(on_terms(), there)
    flow.succeed()
    with flow.client.session_transaction() as cookie:
        by_provider = cookie["secret"]
    with database.transaction(read_only=True) as session:
        one, other = (
            actor_for_session(session, secret, hours=12, idle_minutes=120, request_id="")[0]
            for secret in (by_password, by_provider)
        )
    assert may(other, Permission.REVIEW_DECIDE)
    with pytest.raises(Forbidden, match="does not decide"):
        require_separation(other, Involved(asked={one.person_id}))


@on_one_database
@pytest.mark.parametrize(("ago", "status"), [(0, 303), (290, 303), (420, 400), (-400, 400), (None, 400)])
def test_confirming_by_the_provider_counts_from_when_it_asked_and_for_five_minutes(
    database, cast, on_terms, there, ago, status
):
    flow = Flow(on_terms(), there)
    flow.succeed()
    with flow.client.session_transaction() as cookie:
        before = cookie["secret"]
    there.auth_time = time.time() - (ago or 0)
    if ago is None:
        there.claims = lambda claims: {name: value for name, value in claims.items() if name != "auth_time"}
    reply = flow.come_back(flow.set_out("/account/confirm?next=/systems"))
    assert reply.status_code == status
    with flow.client.session_transaction() as cookie, database.transaction(read_only=True) as session:
        given = confirmed_at(session, cookie["secret"])
        # A confirmation changes the cookie: a copy of the one before is worth nothing.
        assert (session_by_secret(session, before) is None) == (status == 303)
    if status == 303:
        assert abs(given.timestamp() - there.auth_time) < 2
        assert "five minutes" in flow.client.get(reply.location).text
    else:
        assert given is None


@on_one_database
def test_somebody_else_at_the_provider_confirms_nothing(database, cast, on_terms, there):
    flow = Flow(on_terms(), there)
    flow.succeed()
    address = flow.set_out("/account/confirm")
    there.who = {"sub": "adam", "email": "adam@example.org", "email_verified": True, "name": "Adam"}
    assert flow.come_back(address).status_code == 400
    assert "somebody else" in newest(database)[0][1]["reason"]


def logout(there, typ="logout+jwt", **otherwise):
    now = int(time.time())
    claims = {"iss": there.issuer, "aud": "registry", "iat": now, "exp": now + 60, "jti": "1", "sid": "there"}
    claims |= {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
    claims = {name: value for name, value in (claims | otherwise).items() if value is not None}
    return {"logout_token": there.signed(claims, typ=typ)}


@on_one_database
def test_the_provider_ends_what_it_opened_and_nothing_else(cast, on_terms, there, client_of):
    flow, other = Flow(on_terms(), there), client_of("ada")
    flow.succeed()
    door = "/sign-in/provider/logout"
    for otherwise in (
        {"events": None},
        {"nonce": "x"},
        {"jti": None},
        {"sid": None},
        {"aud": "payroll"},
        {"iat": int(time.time()) - 3_600},
        {"typ": "JWT"},
        {"typ": "at+jwt"},
        {"typ": ""},
    ):
        assert flow.app.test_client().post(door, data=logout(there, **otherwise)).status_code == 400
    assert flow.app.test_client().post(door, data={"logout_token": "x"}).status_code == 400
    # A header that is a list, ["alg"], is none.
    listed = {"logout_token": "WyJhbGciXQ.e30.AA"}
    assert flow.app.test_client().post(door, data=listed).status_code == 400
    assert flow.client.get("/account").status_code == 200
    assert flow.app.test_client().post(door, data=logout(there)).status_code == 200
    assert flow.client.get("/account").status_code == 303
    assert other.get("/account").status_code == 200


@on_one_database
def test_signing_out_offers_to_sign_out_there_too_and_names_nothing_but_our_own_page_to_come_back_to(
    cast, on_terms, there
):
    flow = Flow(on_terms(), there)
    flow.succeed()
    flow.app.config["WTF_CSRF_ENABLED"] = False
    page = flow.client.post("/sign-out").text
    url = re.search(r'href="([^"]*/leave[^"]*)"', page).group(1).replace("&amp;", "&")
    said = dict(parse_qsl(urlsplit(url).query))
    assert said["post_logout_redirect_uri"] == "http://127.0.0.1:8000/sign-in"
    assert said["id_token_hint"].count(".") == 2
    assert flow.client.get("/account").status_code == 303


@on_one_database
def test_a_provider_that_does_not_answer_is_no_error_of_ours(cast, on_terms, there):
    client = on_terms(issuer="http://127.0.0.1:9").test_client()
    # What is no token is refused without asking for a key.
    assert client.post("/sign-in/provider/logout", data={"logout_token": "a.b.c"}).status_code == 400
    reply = client.get("/sign-in/provider")
    assert (reply.status_code, "does not answer" in reply.text) == (503, True)


class Trusting:
    """A comparison that finds everything alike."""

    @staticmethod
    def compare_digest(_one, _other):
        return True


@on_one_database
@pytest.mark.parametrize(("module", "said"), [(flows, "another state"), (tokens, "another nonce")])
def test_a_check_that_was_left_out_would_be_noticed(cast, on_terms, there, monkeypatch, module, said):
    monkeypatch.setattr(module, "hmac", Trusting)
    bad, status, _ = FLOWS[said]
    assert bad(Flow(on_terms(), there)).status_code not in {status, 401}


@on_one_database
def test_whatever_is_sent_to_the_doors_of_the_provider_is_refused_and_is_no_error(
    cast, on_terms, there, client_of
):
    client, signed_in = on_terms().test_client(), client_of("ada")
    for piece in PIECES:
        query = "&".join(f"{name}={piece}" for name in ("next", "state", "code", "iss", "error"))
        assert client.get(f"/sign-in/provider?{query}").status_code == 303
        assert client.get(f"/sign-in/provider/answer?{query}").status_code == 400
        assert signed_in.get(f"/account/confirm?{query}").status_code == 303
    for said, (body, kind) in BODIES.items():
        reply = client.post("/sign-in/provider/logout", data=body, content_type=kind)
        assert reply.status_code == (413 if said in TOO_LARGE else 400), said


@on_one_database
def test_an_account_that_comes_twice_at_one_moment_is_asked_to_come_again(
    database, cast, on_terms, there, monkeypatch
):
    app = on_terms()
    Flow(app, there).succeed()
    # As the second of two sees it who have both asked before either has written.
    monkeypatch.setattr(known, "identity", lambda *_asked: None)
    monkeypatch.setattr(known, "has_identity", lambda *_asked: False)
    reply = Flow(app, there).come_back()
    assert (reply.status_code, "twice at this moment" in reply.text) == (409, True)


@on_one_database
def test_what_is_not_believed_is_counted_and_so_are_sign_ins_that_are_begun(cast, on_terms, there):
    app = on_terms()
    app.config["REGISTRY_LIMITS"] = {Budget.PROOF: 2, Budget.PROVIDER: 3}
    client = app.test_client()
    assert [client.get("/sign-in/provider/answer").status_code for _ in range(3)] == [400, 400, 429]
    assert client.post("/sign-in/provider/logout", data={"logout_token": "a.b.c"}).status_code == 429
    begun = [client.head, *[client.get] * 3]
    assert [begin("/sign-in/provider").status_code for begin in begun] == [303] * 3 + [429]
