"""Whatever is sent to whichever address, the answer is a refusal or a page: never an error, never a field nobody offered."""

import json
import logging

import pytest

from registry.web import formkit
from registry.web.jsonkit import PROGRAM_DOORS
from tests.contract import ASKS_ANYTHING
from tests.web.everything import DEPTHS, SLOW, exchange, pairs

FORM = "application/x-www-form-urlencoded"
LONE_SURROGATE = "%ED%A0%80"
# More digits than Python makes a number of: in half of the fields at once, so that the form is no larger than one may be.
LONG = "9" * 4_400
PIECES = (
    "%00",
    LONE_SURROGATE,
    "%FF%FE",
    "%E2%80%AE",
    "%F0%9F%A4%96",
    LONG,
    "-1",
    "%0D%0AX:y",
    "..%2F..",
    "'\"<",
)


def field_names():
    """Every field of every form there is."""
    kinds, found = [formkit.Form], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found |= {name for name in dir(kind) if hasattr(getattr(kind, name), "field_class")}
    return sorted(found)


def in_every_field(value, begin=0, step=1):
    """The same in every field there is, or in every second one, as raw bytes."""
    return "&".join(f"{name}={value}" for name in field_names()[begin::step]).encode()


def multipart(parts):
    text = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
    )
    return f"{text}--x--\r\n".encode()


# said: body and content type
BODIES = {
    "nothing": (b"", FORM),
    "noise": (bytes(range(256)) * 20, FORM),
    "ampersands": (b"&&&===&%&%zz=%&=;" * 50, FORM),
    "json": (b'{"name": "x"}', "application/json"),
    "broken json": (b'{"name": ', "application/json"),
    "a list in json": (b"[1, 2]", "application/json"),
    "numbers in json": (json.dumps(dict.fromkeys(field_names(), 5)).encode(), "application/json"),
    "text": (b"hello", "text/plain"),
    "no type at all": (b"name=x", ""),
    "an unknown type": (b"name=x", "\xff/\x00"),
    "an unknown charset": (b"name=x", f"{FORM}; charset=klingon"),
    "six hundred parts": (multipart([(f"n{n}", "x") for n in range(600)]), "multipart/form-data; boundary=x"),
    "a part that never ends": (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx',
        "multipart/form-data; boundary=x",
    ),
    "no boundary": (multipart([("name", "x")]), "multipart/form-data"),
    "a file where a text belongs": (
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="a\x00b"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "two megabytes": (b"name=" + b"x" * 2_000_000, FORM),
    **{f"every field {piece[:12]}": (in_every_field(piece), FORM) for piece in PIECES if piece != LONG},
    **{f"half of the fields {begin} {LONG[:12]}": (in_every_field(LONG, begin, 2), FORM) for begin in (0, 1)},
    **{
        f"every field {value[:12]}": (in_every_field(value), FORM)
        for value in ("NaN", "1e999", "2147483648", "9223372036854775808", "0000-00-00", "99999-12-31")
    },
    "every field twice": (in_every_field("1") + b"&" + in_every_field("2"), FORM),
    "every field empty and then not": (in_every_field("") + b"&" + in_every_field("x"), FORM),
}
TOO_LARGE = {"two megabytes", "six hundred parts"}
# What answers with a page or a file and changes nothing: a preview of what was sent, the list its address asks for.
SHOWS_FIRST = {
    *("ownership.on_day_csv", "incidents.export", "audit.export"),
    *("people.unit_edit", "ownership.transfer_preview"),
}
# A secret that is shown this once, on the page that answers.
SHOWS_ONCE = {"notices.replace_secret", "accounts.make_feed"}
# What a script asks, which is answered with what it is to do.
ASKED_BY_SCRIPT = {"passkeys.ask", "passkeys.ask_again"}
TAKES_SO_MANY_A_DAY = {"feedback.send"}
ENDS_THE_SESSION = {"accounts.sign_out"}


@pytest.fixture
def errors(caplog):
    """What the application logs as its own fault."""
    caplog.set_level(logging.ERROR)
    return lambda: [f"{each.name}: {each.getMessage()}" for each in caplog.records]


@pytest.mark.slow
@pytest.mark.parametrize("each", DEPTHS)
def test_no_body_makes_an_error_of_any_form(everything, errors, each, record_property):
    found, asked, before = {}, 0, None
    for rule, said in everything.share(everything.posts(), BODIES, each):
        body, kind = BODIES[said]
        if rule is not before or rule.endpoint in ENDS_THE_SESSION:
            client, before = everything.doer(rule), rule
        status = client.post(everything.address(rule), data=body, content_type=kind).status_code
        asked += 1
        fair = {413} if said in TOO_LARGE else {303, 400, 403, 404, 409, 422}
        fair |= {429} if rule.endpoint in TAKES_SO_MANY_A_DAY else set()
        if status not in fair | (
            {200} if rule.endpoint in SHOWS_FIRST | SHOWS_ONCE | ASKED_BY_SCRIPT else set()
        ):
            found[rule.rule, said] = status
    record_property("bodies sent", asked)
    assert asked > 1_500 / each / 2
    assert sorted(found.items()) == []
    assert errors() == []


CURSORS = ("AAAA", "W10", "WyJhIiwxXQ", "bnVsbA")
NUMBERS = ("2147483648", "9223372036854775808", "NaN", "1e999")
ARGUMENTS = (
    "q",
    "after",
    "before",
    "limit",
    "cursor",
    "stage",
    "unit",
    "owner",
    "on",
    "event",
    "actor",
    "next",
    "retired",
)


@pytest.mark.slow
@pytest.mark.parametrize("each", DEPTHS)
def test_no_query_makes_an_error_of_any_page(everything, errors, each, record_property, monkeypatch):
    queries = ["&".join(f"{name}={piece}" for name in ARGUMENTS) for piece in (*PIECES, *CURSORS, *NUMBERS)]
    queries += ["&&==&%", f"{LONE_SURROGATE}={LONE_SURROGATE}", "q=" + "x" * 6_000]
    found, client, asked = {}, everything.sign_in("adam"), 0
    monkeypatch.setitem(everything.app.config, ASKS_ANYTHING, True)
    pages = [rule for rule in everything.rules("GET") if rule.endpoint not in {SLOW, "static"}]
    for rule, query in everything.share(pages, queries, each):
        url = everything.address(rule)
        headers = everything.bearer if url.startswith(PROGRAM_DOORS) else {}
        status = client.get(f"{url}?{query}", headers=headers).status_code
        asked += 1
        if status not in {200, 303, 403, 422}:
            found[rule.rule, query[:40]] = status
    record_property("queries sent", asked)
    assert sorted(found.items()) == []
    assert errors() == []


# Where any word may stand: of an attribute nobody has bounded yet, the bound is told as empty.
TAKES_ANY_WORD = {"/api/v1/systems/<key>/fairness/bounds/<path:attribute>"}


@pytest.mark.parametrize("each", DEPTHS)
def test_no_path_makes_an_error(everything, errors, each, record_property):
    client, found, asked = everything.sign_in("adam"), {}, 0
    pieces = (*PIECES, "AI-" + "9" * 40, "%2e%2e", "%EF%BC%A1%EF%BC%A9-1", "7" * 9, "7" * 10)
    for method in ("GET", "POST", "PATCH"):
        variables = [(rule, name) for rule in everything.rules(method) for name in sorted(rule.arguments)]
        for (rule, name), piece in everything.share(variables, pieces, each):
            mark = 7654321 if name == "number" else "marked"
            url = everything.address(rule, **{name: mark}).replace(str(mark), piece)
            headers = everything.bearer if url.startswith(PROGRAM_DOORS) else {}
            status = client.open(url, method=method, headers=headers).status_code
            asked += 1
            is_any_word = method == "GET" and rule.rule in TAKES_ANY_WORD
            if status not in {303, 308, 403, 404, 405, 415, 422, *((200,) if is_any_word else ())}:
                found[method, rule.rule, piece[:20]] = status
    record_property("paths asked for", asked)
    assert sorted(found.items()) == []
    assert errors() == []


def test_a_share_of_the_pairs_leaves_no_row_and_no_column_out():
    rows, columns = range(70), "abcdefghijklmnopqrst"
    fifth = list(pairs(rows, columns, 5))
    assert len(fifth) == 70 * 20 / 5
    assert {row for row, _ in fifth} == set(rows)
    assert {column for _, column in fifth} == set(columns)
    assert set(fifth) < set(pairs(rows, columns, 1))
    halves = [*pairs(rows, columns, 10), *pairs(rows, columns, 10, 5)]
    assert sorted(halves) == sorted(fifth)
    assert len(list(pairs(rows, columns, 1))) == 70 * 20


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "registry=\xff\xfe"},
        {"Cookie": "registry=eyJzZWNyZXQiOlsxXX0.aaaa.bbbb"},
        {"Cookie": "=;" * 500},
        {"Authorization": "Bearer \xff"},
        {"Authorization": "Bearer " + "x" * 5_000},
        {"Authorization": "Bearer aigr_%00_x"},
        {"Authorization": "Basic !!!"},
        {"If-Match": '"' + "9" * 5_000 + '"'},
        {"If-Match": "nonsense, \xff"},
        {"If-None-Match": "\xff"},
        {"Accept": "\xff/*;q=\xff"},
        {"User-Agent": "\xff\x01" * 200},
        {"Content-Length": "0"},
        {"Host": "evil.example:99999"},
        {"X-Forwarded-For": "\xff" * 300, "X-Forwarded-Host": "evil.example"},
        {"X-Request-ID": "\xff forged"},
    ],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_header_makes_an_error(everything, errors, headers):
    key = everything.place["triage"]
    for client in (everything.sign_in("adam"), everything.app.test_client()):
        for method, url in (
            ("GET", "/"),
            ("GET", "/sign-in"),
            ("POST", "/sign-in"),
            ("GET", "/api/v1/systems"),
            ("PATCH", f"/api/v1/systems/{key}"),
        ):
            bearer = everything.bearer if url.startswith(PROGRAM_DOORS) else {}
            reply = client.open(url, method=method, headers=bearer | headers)
            assert reply.status_code < 500, (method, url)
            assert "evil.example" not in reply.headers.get("Location", "")
    assert errors() == []


def test_a_fault_behind_the_door_would_be_noticed(everything, errors, monkeypatch):
    def fail(**_values):
        raise ValueError("embedded null character")

    exchange(everything.app, monkeypatch, "people.unit_add", fail)
    client = everything.sign_in("adam")
    assert client.post("/units/new", data=in_every_field("%00"), content_type=FORM).status_code == 500
    assert len(errors()) == 1
