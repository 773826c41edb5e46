"""What holds for every page: constant statements, reads that cannot write, headers, forms that cannot be forged."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from registry.settings import Settings
from registry.systems import actions as systems
from registry.systems.rules.record import Registration
from registry.web import doors

PAGES = (
    "/", "/systems", "/systems?q=a", "/systems/{key}", "/systems/{key}/edit", "/systems/{key}/ownership",
    "/systems/{key}/objectives", "/systems/{key}/data", "/systems/{key}/card", "/systems/{key}/history",
    "/data-sources", "/people", "/people/{person}", "/units", "/units/{unit}", "/teams", "/audit", "/jobs", "/account",
)  # fmt: skip
MOST_STATEMENTS = 45


@contextmanager
def counted(database) -> Iterator[list[str]]:
    """The statements a block sends to the database, without transaction talk."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT")):
            sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)


def addresses(cast):
    values = {"key": cast.triage.key, "person": cast.number("ada"), "unit": cast.units["claims"].id}
    return [page.format(**values) for page in PAGES]


def statements_by_page(database, client, cast):
    found = {}
    for address in addresses(cast):
        with counted(database) as sent:
            assert client.get(address).status_code == 200, address
        found[address] = len(sent)
    return found


def test_no_page_sends_more_statements_when_the_register_grows(database, client_of, cast):
    client = client_of("adam")
    small = statements_by_page(database, client, cast)
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        for number in range(60):
            facts = Registration(f"More {number}", "Does.", cast.units["claims"].id, cast.number("ada"))
            systems.register(session, ada, facts)
    large = statements_by_page(database, client, cast)
    assert large == small
    assert max(small.values()) <= MOST_STATEMENTS, small


def digest(database):
    with database.transaction(read_only=True) as session:
        return {
            table.name: session.connection().execute(sa.select(table)).fetchall()
            for table in SQLModel.metadata.sorted_tables
            if table.name != "card_preview"
        }


def test_looking_at_pages_changes_no_row(database, client_of, cast):
    client = client_of("adam")
    before = digest(database)
    for address in addresses(cast):
        client.get(address)
    assert digest(database) == before


def test_the_database_itself_refuses_a_write_in_a_transaction_for_reading(database, cast):
    with pytest.raises(sa.exc.DBAPIError), database.transaction(read_only=True) as session:
        session.connection().exec_driver_sql("INSERT INTO cursor (name, seq) VALUES ('x', 1)")


def every_route(app, cast):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {
                "key": cast.triage.key,
                "number": 1,
                "slug": "x",
                "seat": "deputy",
                "filename": "css/app.css",
            }
            yield rule, rule.build({name: values[name] for name in rule.arguments})[1]


def problems_with_headers(reply, *, static):
    policy = reply.headers.get("Content-Security-Policy", "")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    found = [name for name, value in wanted.items() if reply.headers.get(name) != value]
    if "default-src 'none'" not in policy or "unsafe" not in policy + "unsafe" or "unsafe-" in policy:
        found.append("Content-Security-Policy")
    if not static and reply.headers.get("Cache-Control") != "no-store":
        found.append("Cache-Control")
    if not re.fullmatch(r"[0-9a-f]{16}", reply.headers.get("X-Request-ID", "")):
        found.append("X-Request-ID")
    return found


def test_every_reply_of_every_route_carries_the_protective_headers(app, client_of, cast):
    client, bad = client_of("adam"), {}
    for rule, address in every_route(app, cast):
        if rule.endpoint in {"cards.card_pdf", "accounts.sign_out", "accounts.sign_out_everywhere"}:
            continue
        for method in ("GET", "POST", "DELETE"):
            with client.open(address, method=method) as reply:
                found = problems_with_headers(reply, static=rule.endpoint == "static")
            if found:
                bad[method, address] = found
    assert bad == {}
    app.after_request_funcs.clear()
    assert problems_with_headers(client.get("/healthz"), static=False), "the checker finds nothing missing"


def test_over_https_the_cookie_is_held_to_it(database, tmp_path):
    from registry.app import create_app

    settings = Settings(data_dir=tmp_path, secret_key="x" * 40, base_url="https://registry.example.org")
    client = create_app(settings, database).test_client()
    reply = client.get("/sign-in", base_url="https://registry.example.org")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-registry=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age" in reply.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("address", ["http://registry.example.org", "ftp://127.0.0.1", "nonsense"])
def test_an_installation_without_https_for_others_does_not_start(tmp_path, address):
    with pytest.raises(ValueError, match="REGISTRY_BASE_URL"):
        Settings(data_dir=tmp_path, base_url=address)


def test_no_form_of_any_page_is_taken_without_its_token(app, client_of, cast):
    client = client_of("adam")
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    taken = [
        address
        for rule, address in every_route(app, cast)
        if "POST" in rule.methods
        and not address.startswith("/api/")
        and client.post(address).status_code != 400
    ]
    assert taken == []


RAW = {
    "garbage": (b"\xff\xfe\x00&=%%%", "application/x-www-form-urlencoded"),
    "broken percent signs": (b"name=%ff%fe%00&summary=%", "application/x-www-form-urlencoded"),
    "six hundred parts": (b"&".join(b"a%d=1" % n for n in range(600)), "application/x-www-form-urlencoded"),
    "multipart without an end": (
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
        "multipart/form-data; boundary=x",
    ),
    "json": (b'{"name": "x"}', "application/json"),
    "two megabytes": (b"name=" + b"x" * 2_000_000, "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("raw", RAW.values(), ids=RAW.keys())
def test_nothing_a_client_posts_is_an_error_of_ours(app, client_of, cast, raw):
    client, (body, kind) = client_of("adam"), raw
    broken = []
    for rule, address in every_route(app, cast):
        if "POST" in rule.methods and rule.endpoint not in {
            "accounts.sign_out",
            "accounts.sign_out_everywhere",
        }:
            status = client.post(address, data=body, content_type=kind).status_code
            if status >= 500:
                broken.append((address, status))
    assert broken == []


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=%ff",
        "?stage=nowhere",
        "?unit=99999999999999999999",
        "?after=%00",
        "?before=zzz",
        "?on=2026-13-45",
        "?on=%00",
        "?event=x",
        "?actor=-1",
        "?page=1&page=2",
        "?next=//evil.example",
    ],
)
def test_nothing_in_an_address_is_an_error_of_ours(app, client_of, cast, query):
    client, broken = client_of("adam"), []
    for rule, address in every_route(app, cast):
        if "GET" in rule.methods and rule.endpoint not in {"cards.card_pdf", "static"}:
            status = client.get(address + query).status_code
            if status >= 500 and status != 503:
                broken.append((address + query, status))
    assert broken == []


def test_public_views_are_these_and_no_others(app):
    public = {endpoint for endpoint, view in app.view_functions.items() if doors.is_public(view)}
    assert public == {"accounts.sign_in", "accounts.enter", "health.alive", "health.ready", "static"}
