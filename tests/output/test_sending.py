"""Letters: handed over with headers nobody can add to, and a refusal for good told from one for now."""

import email
import socket
import time
from email import policy
from threading import Thread

import pytest

from registry.output import sending
from registry.output.sending import Letter, MailServer, NeverSent, NotSent, Unreached, send_letter
from tests.output.receivers import mail_receiver

LETTER = Letter("ada@example.org", "Grüße von AI-0001", "Text", "<p>Text</p>", "f6b1-7")


@pytest.fixture
def box():
    with mail_receiver() as opened:
        yield opened


def test_a_letter_arrives_as_text_and_html_under_one_number_on_each_try(box):
    server = MailServer(box.url, "Registry <registry@house.example>")
    for _ in range(2):
        send_letter(server, LETTER)
    first, second = (email.message_from_bytes(each, policy=policy.default) for each in box.taken)
    assert first["Message-ID"] == second["Message-ID"] == "<f6b1-7@house.example>"
    assert (first["To"], first["Subject"], first["Auto-Submitted"]) == (
        "ada@example.org",
        "Grüße von AI-0001",
        "auto-generated",
    )
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "changed",
    [
        {"to": "ada@example.org\r\nBcc: all@example.org"},
        {"to": "ada@example.org, all@example.org"},
        {"to": "nobody"},
        {"to": ""},
        {"subject": "Hello\nBcc: all@example.org"},
        {"number": "1\r\nBcc: all@example.org"},
    ],
)
def test_nothing_adds_a_header_or_a_recipient(box, changed):
    stated = {"to": LETTER.to, "subject": LETTER.subject, "text": "", "html": "", "number": "1"}
    with pytest.raises(NeverSent):
        send_letter(MailServer(box.url, "r@house.example"), Letter(**(stated | changed)))
    assert box.taken == []


def test_an_address_that_is_refused_for_good_is_told_from_one_that_is_refused_for_now(box):
    server = MailServer(box.url, "r@house.example")
    box.replies += ["550 no such person", "451 come again"]
    with pytest.raises(NeverSent, match="550"):
        send_letter(server, LETTER)
    with pytest.raises(NotSent, match="451") as later:
        send_letter(server, LETTER)
    assert not isinstance(later.value, NeverSent | Unreached)


def test_a_server_that_says_a_word_now_and_then_is_left_and_said_not_to_be_reached(monkeypatch):
    monkeypatch.setattr(sending, "HAND_OVER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            peer, _ = server.accept()
            with peer:
                try:
                    for _ in range(200):
                        peer.sendall(b"2")
                        time.sleep(0.02)
                except OSError:
                    return

        slow = Thread(target=drip)
        slow.start()
        began = time.monotonic()
        with pytest.raises(Unreached):
            send_letter(MailServer(f"smtp://127.0.0.1:{server.getsockname()[1]}", "r@house.example"), LETTER)
        assert time.monotonic() - began < 2
        slow.join()
