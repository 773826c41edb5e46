"""Where messages may go: addresses that lead inside are refused however they are written, and again when they are connected to."""

import socket
import ssl
import time
from threading import Event, Thread

import pytest

from registry.output import destinations
from registry.output.destinations import (
    Destination,
    Hostile,
    destination_of,
    is_public,
    networks_from,
    reachable,
)
from registry.output.posting import post_guarded
from registry.output.sending import NotSent
from tests.output.receivers import hook_receiver

LOOPBACK = networks_from("127.0.0.1")

HOSTILE = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0x7f.0.0.1/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.01/",
    "https://0/",
    "https://0.0.0.0/",
    "https://127.0.0.1./",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[100::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.254/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://192.0.0.8/",
    "https://192.0.2.1/",
    "https://203.0.113.9/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://ok@127.0.0.1/",
    "https://user:pass@example.org/",
    "https://example.org@127.0.0.1/",
    "https://127.0.0.1:80\\@example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "javascript:alert(1)",
    "//example.org/",
    "example.org",
    "https:///path",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org/#inside",
    "https://ex%61mple.org/",
    "https://１２７.0.0.1/",
    "https://-example.org/",
    "https://exa_mple..org/",
    "http://example.org/",
    "https://999.999.999.999/",
    "https://1.2.3.4.5/",
    "https://[::1/",
]


def resolver(**known):
    """A resolver that knows numbers as themselves, and these names."""

    def resolve(host, _port):
        name = host.rstrip(".").lower()
        return known.get(name, ["127.0.0.1"] if name == "localhost" else [host.rstrip(".")])

    return resolve


PUBLIC = resolver(**{"example.org": ["93.184.215.14"], "ok": ["127.0.0.1"]})


def refusal_of(url, allowed=(), resolve=PUBLIC):
    try:
        reachable(destination_of(url), allowed, resolve)
    except Hostile as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_leads_inside_or_is_none_is_refused_with_a_sentence(url):
    assert (refusal_of(url) or "").endswith((".", ":", "…"))


def test_the_corpus_would_notice_a_check_that_lets_everything_through(monkeypatch):
    monkeypatch.setattr(destinations, "is_public", lambda _number: True)
    let_in = [url for url in HOSTILE if refusal_of(url) is None]
    assert {
        "https://127.0.0.1/",
        "https://[fd12:3456::1]/",
        "https://169.254.169.254/latest/meta-data/",
    } <= set(let_in)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.org", Destination(True, "example.org", 443, "/")),
        ("https://EXAMPLE.org:8443/in?a=1", Destination(True, "example.org", 8443, "/in?a=1")),
        ("https://93.184.215.14/x", Destination(True, "93.184.215.14", 443, "/x")),
        ("https://[2606:2800:21f::1]/", Destination(True, "2606:2800:21f::1", 443, "/")),
    ],
)
def test_a_public_address_is_taken_apart_and_let_through(url, found):
    assert destination_of(url) == found
    assert refusal_of(url) is None


def test_what_an_administrator_of_the_machine_allows_may_be_inside_and_unencrypted():
    allowed = networks_from("10.20.0.0/16, 127.0.0.1, fd00::/8")
    for url in (
        "http://10.20.3.4/",
        "https://127.0.0.1:9/",
        "http://[::ffff:10.20.0.1]/",
        "https://[fd00::5]/",
    ):
        assert refusal_of(url, allowed) is None, url
    assert refusal_of("https://10.21.0.1/", allowed)
    # A name is refused for any number it has inside, also beside an allowed or a public one.
    mixed = resolver(**{"example.org": ["93.184.215.14", "192.168.0.1"]})
    assert refusal_of("https://example.org/", allowed, mixed)
    with pytest.raises(ValueError, match="host bits"):
        networks_from("10.20.3.4/16")


def test_what_is_public_agrees_with_what_the_world_routes():
    assert all(map(is_public, ("1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450::1")))
    assert not any(map(is_public, ("::ffff:8.8.8.8", "8.8.8", "fe80::1%eth0", "", "2002:808:808::1")))


def test_a_message_is_posted_once_to_the_checked_number_and_a_redirection_is_an_answer():
    with hook_receiver() as hook:
        hook.answers += [302, 200]
        where = destination_of(f"http://receiver.example:{hook.port}/in?a=1")
        for code in (302, 200):
            assert post_guarded(where, b"{}", {"A": "b"}, LOOPBACK, resolve=lambda *_: ["127.0.0.1"]) == code
    assert [each.path for each in hook.heard] == ["/in?a=1"] * 2
    assert hook.heard[0].headers["Host"] == f"receiver.example:{hook.port}"
    assert (hook.heard[0].headers["A"], hook.heard[0].body) == ("b", b"{}")


def test_a_name_that_means_something_else_at_each_question_is_asked_once_and_never_reaches_inside(
    monkeypatch,
):
    """Rebinding: public when the form is saved, this machine when it is used, or between the check and the connection."""
    reached = []
    monkeypatch.setattr(socket, "create_connection", lambda place, *_: reached.append(place[0]) or _refuse())
    said = iter([["93.184.215.14"], ["127.0.0.1"], ["93.184.215.14"], ["169.254.169.254"]])
    asked = []

    def resolve(host, _port):
        asked.append(host)
        return next(said)

    where = destination_of("https://rebind.example/")
    assert reachable(where, (), resolve) == ["93.184.215.14"]
    with pytest.raises(Hostile):
        post_guarded(where, b"", {}, (), resolve=resolve)
    with pytest.raises(NotSent):
        post_guarded(where, b"", {}, (), resolve=resolve)
    # What was checked is what was connected to; nobody was asked again in between.
    assert (reached, asked) == (["93.184.215.14"], ["rebind.example"] * 3)


def _refuse():
    raise ConnectionRefusedError(111, "Connection refused")


def test_whoever_answers_a_byte_at_a_time_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            peer, _ = server.accept()
            with peer:
                try:
                    for _ in range(100):
                        peer.sendall(b"H")
                        time.sleep(0.02)
                except OSError:
                    return

        slow = Thread(target=drip)
        slow.start()
        where = destination_of(f"http://127.0.0.1:{server.getsockname()[1]}/")
        began = time.monotonic()
        with pytest.raises(NotSent, match=r"no answer within 0\.2 seconds"):
            post_guarded(where, b"", {}, LOOPBACK, deadline=0.2)
        assert time.monotonic() - began < 2
        slow.join()


def test_a_receiver_nobody_vouches_for_or_that_does_not_answer_is_said_to_be_so(monkeypatch):
    def offered(*_, **__):
        raise ssl.SSLCertVerificationError(1, "self-signed certificate")

    with hook_receiver() as hook:
        monkeypatch.setattr(ssl.SSLContext, "wrap_socket", offered)
        with pytest.raises(NotSent, match="no trusted connection"):
            post_guarded(destination_of(f"https://127.0.0.1:{hook.port}/"), b"", {}, LOOPBACK)
    with pytest.raises(NotSent, match="it cannot be reached"):
        post_guarded(destination_of(f"http://127.0.0.1:{hook.port}/"), b"", {}, LOOPBACK)

    def unknown(*_):
        raise OSError

    with pytest.raises(NotSent, match="is not known"):
        post_guarded(destination_of("https://example.org/"), b"", {}, (), resolve=unknown)


def test_names_and_numbers_that_keep_us_waiting_are_left_at_the_one_deadline():
    where, began = destination_of("http://example.org/"), time.monotonic()
    answered = Event()
    with pytest.raises(NotSent, match="not found in time"):
        post_guarded(where, b"", {}, (), resolve=lambda *_: answered.wait(20), deadline=0.1)
    answered.set()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # It takes the connection and greets nobody; each number would be waited for anew.
        mute = destination_of(f"https://127.0.0.1:{silent.getsockname()[1]}/")
        with pytest.raises(NotSent):
            post_guarded(mute, b"", {}, LOOPBACK, resolve=lambda *_: ["127.0.0.1", "127.0.0.1"], deadline=0.2)
    assert time.monotonic() - began < 2
