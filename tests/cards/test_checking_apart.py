"""A card that a stranger handed in is read in a process of its own, with the same answers and within its bounds."""

import io
from pathlib import Path

import pytest

from registry.cards.pages import verifying
from registry.cards.render import checking_apart
from registry.cards.render.checking import LARGEST, check_card
from registry.cards.render.checking_apart import check_apart
from registry.kernel.errors import Unavailable
from registry.output.pdf import Limits

EARLIER = (Path(__file__).parent / "golden" / "earlier.pdf").read_bytes()
ENDLESS = "while True: pass"
HUNGRY = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from registry.output.pdf import walls;"
    "walls.limit_resources(20, int(sys.argv[2]), 1);"
    "import os; from registry.cards.render.checking_child import OUT_OF_MEMORY\n"
    "try: bytearray(1 << 31)\nexcept MemoryError: os._exit(OUT_OF_MEMORY)"
)


def without_print(checked):
    return [each for each in checked.checks if each.name != "print"]


@pytest.mark.parametrize(
    "pdf",
    [EARLIER, EARLIER[:-200], EARLIER.replace(b"/Type", b"/Tipe", 3), b"", b"%PDF-1.7\n%%EOF\n"],
    ids=["a card", "cut short", "changed", "nothing", "no card"],
)
def test_what_is_found_apart_is_what_is_found_here(pdf):
    here, apart = (
        check_card(pdf, key="another+12345678+AAAA", renders=False),
        check_apart(pdf, key="another+12345678+AAAA"),
    )
    assert without_print(apart.checked) == without_print(here)
    assert (apart.checked.verdict, apart.checked.pdf_sha256) == (here.verdict, here.pdf_sha256)
    assert apart.is_card == (here.frozen is not None)
    assert apart.key == (here.frozen.seal.anchor.key if here.frozen and here.frozen.seal else None)


@pytest.mark.parametrize(
    ("program", "limits", "why"),
    [
        (ENDLESS, Limits(cpu_seconds=20, memory_mb=500, wall_seconds=1), "takes more than 20 seconds"),
        (HUNGRY, Limits(cpu_seconds=20, memory_mb=500, wall_seconds=20), "takes more than 500 MB of memory"),
        ("raise SystemExit(3)", Limits(), "ends without a result (exit 3)"),
        ("print('no json')", Limits(), "ends without a result (exit 0)"),
    ],
    ids=["endless", "hungry", "broken", "babbling"],
)
def test_a_file_that_takes_its_reader_down_is_no_card_and_takes_nothing_else(
    monkeypatch, program, limits, why
):
    monkeypatch.setattr(checking_apart, "_START", program)
    found = check_apart(EARLIER, limits=limits)
    assert (found.is_card, found.checked.verdict.value) == (False, "refused")
    assert why in found.checked.checks[0].says


def test_no_more_are_read_at_once_than_stated_and_none_that_is_too_large(monkeypatch):
    two = (checking_apart.AT_ONCE.one_more(), checking_apart.AT_ONCE.one_more())
    with two[0], two[1], pytest.raises(Unavailable, match="Try again") as refused:
        check_apart(EARLIER)
    assert refused.value.again_after
    monkeypatch.setattr(checking_apart, "_asked", lambda *_: pytest.fail("it was read"))
    assert "larger than any card" in check_apart(bytes(LARGEST + 1)).checked.checks[0].says


def test_whoever_comes_while_as_many_are_read_as_may_be_is_told_when_to_come_again(app, cast):
    app.config["WTF_CSRF_ENABLED"] = False
    sent = {"file": (io.BytesIO(EARLIER), "card.pdf")}
    with checking_apart.AT_ONCE.one_more(), checking_apart.AT_ONCE.one_more():
        reply = app.test_client().post("/verify", data=sent, content_type="multipart/form-data")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    assert "Many files are being checked just now." in reply.text


def test_while_a_file_is_read_others_write(app, client_of, cast, monkeypatch):
    wrote = []

    def reads_long(_pdf, *, key):
        with app.database.transaction():
            wrote.append(key)
        return check_apart(b"")

    monkeypatch.setattr(verifying, "check_apart", reads_long)
    sent = {"file": (io.BytesIO(b"x"), "card.pdf"), "key": "a key"}
    reply = client_of("ada").post("/verify", data=sent, content_type="multipart/form-data")
    assert (reply.status_code, "It is not a card as it was issued." in reply.text) == (200, True)
    assert wrote == ["a key"]
