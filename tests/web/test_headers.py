"""The protective headers, the cookie and the form token, on every route with every status it can answer."""

import re
import secrets

import pytest

from registry.app import create_app
from registry.settings import Settings
from registry.web import security
from tests.web.everything import SLOW, Everything, exchange, fill_with_everything, furnished

on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Where the address itself is a secret.
STRICTER = {"Referrer-Policy": "no-referrer"}

# What is the same for everybody: files of a release, the schema of card.json, and the document of the API.
KEPT_BY_CACHES = {"static", "cards.schema", "reference_api.openapi"}


def flaws(reply, *, static=False, secure=False):
    """What a reply lacks of what every reply must have."""
    found = [
        name
        for name, value in EXPECTED.items()
        if reply.headers.get(name) not in {value, STRICTER.get(name, value)}
    ]
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in reply.headers.get("Content-Security-Policy", "").split(";")
    )
    if policy.get("default-src") != "'none'":
        found.append("no policy that begins with nothing")
    if any(each in " ".join(policy.values()) for each in ("unsafe", "*", "http:", "https:")):
        found.append("a policy with a hole")
    if "sandbox" not in policy and policy.get("frame-ancestors") != "'none'":
        found.append("may be framed")
    if not static and "no-store" not in reply.headers.get("Cache-Control", ""):
        found.append("may be kept by a cache")
    if not re.fullmatch(r"[0-9a-f]{16}", reply.headers.get("X-Request-ID", "")):
        found.append("no request id")
    if any(name.casefold().startswith("access-control-") for name, _ in reply.headers):
        found.append("lets pages of other hosts in")
    if reply.mimetype.startswith("text/") and reply.mimetype_params.get("charset") != "utf-8":
        found.append("a text in no stated letters")
    if secure and "max-age=31536000" not in reply.headers.get("Strict-Transport-Security", ""):
        found.append("no HSTS")
    if not secure and "Strict-Transport-Security" in reply.headers:
        found.append("HSTS without https")
    return found


@pytest.fixture
def secure_app(database, tmp_path):
    """The application as people reach it over https."""
    settings = Settings(
        data_dir=tmp_path, secret_key=secrets.token_urlsafe(48), base_url="https://registry.example.org"
    )
    return create_app(settings, database)


@pytest.mark.slow
@on_one_database
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "OPTIONS"])
def test_every_route_answers_with_every_protective_header(everything, method, record_property):
    wrong, statuses, answers = {}, set(), 0
    for rule in everything.rules(method):
        if rule.endpoint == SLOW:
            continue
        for reply in everything.asked(rule, method):
            statuses.add(reply.status_code)
            answers += 1
            if found := flaws(reply, static=rule.endpoint in KEPT_BY_CACHES):
                wrong[method, rule.rule, reply.status_code] = found
            reply.close()
    record_property(f"answers to {method}", answers)
    assert wrong == {}
    # The walk met what it was meant to meet: pages, redirects, refusals of each kind.
    expected = {
        "GET": {200, 303, 401, 404},
        "POST": {200, 303, 400, 401, 404, 422},
        "PATCH": {401, 404, 428},
        "OPTIONS": {200},
    }
    assert statuses >= expected[method] - ({200} if method == "POST" else set())


def fail(**_values):
    raise RuntimeError("a fault of the program")


@on_one_database
def test_errors_carry_them_too(everything, monkeypatch):
    client = everything.sign_in("adam")
    exchange(everything.app, monkeypatch, "systems.register_page", fail)
    everything.app.config["MAX_CONTENT_LENGTH"] = 1_000
    replies = {
        404: client.get("/nothing/here"),
        405: client.delete("/systems"),
        413: client.post("/systems/new", data={"name": "x" * 5_000}),
        415: everything.app.test_client().post("/api/v1/systems", data="x", headers=everything.bearer),
        500: client.get("/systems"),
    }
    assert {reply.status_code for reply in replies.values()} == replies.keys()
    assert {status: found for status, reply in replies.items() if (found := flaws(reply))} == {}
    assert "a fault of the program" not in replies[500].text
    assert replies[500].headers["X-Request-ID"] in replies[500].text


@on_one_database
@pytest.mark.slow
def test_a_download_may_neither_run_nor_load_anything(everything):
    client = everything.sign_in("adam")
    for ending, kind in (("pdf", "application/pdf"), ("json", "application/json")):
        reply = client.get(f"/systems/{everything.place['pricing']}/card.{ending}")
        assert (reply.status_code, reply.mimetype) == (200, kind)
        assert flaws(reply) == []
        assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert reply.headers["Content-Disposition"].startswith("attachment")


@on_one_database
def test_over_https_every_reply_holds_browsers_to_it_and_the_cookie_to_this_host(secure_app, cast):
    client = secure_app.test_client()
    page = client.get("/sign-in", base_url="https://registry.example.org")
    assert flaws(page, secure=True) == []
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-registry=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    for path, status in (("/", 303), ("/nothing", 404), ("/healthz", 200), ("/api/v1/systems", 401)):
        reply = client.get(path, base_url="https://registry.example.org")
        assert (reply.status_code, flaws(reply, secure=True)) == (status, [])


@on_one_database
def test_over_https_a_form_from_elsewhere_is_refused_though_it_has_the_token(secure_app, cast):
    client, base = secure_app.test_client(), "https://registry.example.org"
    page = client.get("/sign-in", base_url=base).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    form = {"csrf_token": token, "email": "a@example.org", "password": "wrong", "next": ""}
    for referrer, status in (("https://evil.example/", 400), (None, 400), (f"{base}/sign-in", 422)):
        headers = {"Referer": referrer} if referrer else {}
        assert client.post("/sign-in", data=form, base_url=base, headers=headers).status_code == status


@on_one_database
def test_on_this_machine_the_cookie_is_still_hidden_from_scripts_and_other_sites(app, cast):
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("registry=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@on_one_database
def test_every_form_is_refused_without_its_token(everything):
    unguarded = []
    for rule in everything.posts():
        client, url = everything.doer(rule), everything.address(rule)
        for header, data in (
            (None, {}),
            (None, {"csrf_token": ""}),
            (None, {"csrf_token": "wrong"}),
            ("wrong", {}),
        ):
            client.environ_base.pop("HTTP_X_CSRFTOKEN", None)
            headers = {"X-CSRFToken": header} if header else {}
            if client.post(url, data=data, headers=headers).status_code != 400:
                unguarded.append((rule.rule, header, data))
    assert len(everything.posts()) > 30
    assert unguarded == []


@on_one_database
def test_the_token_of_one_browser_is_worth_nothing_in_another(everything):
    mine, theirs = everything.sign_in("adam"), everything.sign_in("ada")
    mine.environ_base["HTTP_X_CSRFTOKEN"] = theirs.environ_base["HTTP_X_CSRFTOKEN"]
    assert mine.post("/account/browsers").status_code == 400


@on_one_database
def test_nothing_answers_to_trace(app):
    client = app.test_client()
    for path in ("/sign-in", "/healthz", "/api/v1/systems", "/static/js/app.js"):
        assert client.open(path, method="TRACE", headers={"X-Mine": "secret"}).status_code == 405, path


@on_one_database
def test_without_the_step_that_adds_them_the_headers_are_missing_and_noticed(
    database, cast, tmp_path, monkeypatch, client_of
):
    monkeypatch.setattr(security, "with_headers", lambda response, *, secure: response)
    bare = create_app(Settings(data_dir=tmp_path, secret_key=secrets.token_urlsafe(48)), database)
    with database.transaction() as session:
        fill_with_everything(session, cast)
    everything: Everything = furnished(bare, cast, lambda _name: bare.test_client())
    rule = next(each for each in everything.rules("GET") if each.endpoint == "health.alive")
    [reply, *_] = everything.asked(rule)
    assert set(EXPECTED) < set(flaws(reply))


def test_a_policy_with_a_hole_is_noticed(app):
    reply = app.test_client().get("/healthz")
    assert flaws(reply) == []
    for hole in ("script-src 'self' 'unsafe-inline'", "img-src *", "frame-ancestors 'self'"):
        name = hole.split()[0]
        kept = [part for part in security.POLICY.split("; ") if not part.startswith(name)]
        reply.headers["Content-Security-Policy"] = "; ".join([*kept, hole])
        assert flaws(reply) != []
