"""What leaves the house by itself: a text posted to an address or mailed to people."""

import smtplib
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

_TIMEOUT_SECONDS: Final = 20
HAND_OVER_SECONDS: Final = 60.0
"""How long handing a mail over may take in all: a server that says a word now and then is not listened to for longer."""
_LOOKS_EVERY_SECONDS: Final = 0.1
# From here on a mail server means it: what follows is refused the next time as well (RFC 5321, 4.2.1).
_FOR_GOOD: Final = 500
# What a server answers to one letter; all else it would answer to any.
_OF_THIS_MAIL: Final = (smtplib.SMTPDataError, smtplib.SMTPSenderRefused)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class NotSent(RuntimeError):
    """It did not arrive, and why; whoever sends tries again later."""


class Unreached(NotSent):
    """The server itself does not answer, or takes nothing from us: whatever else is to go there would fare the same."""


class NeverSent(NotSent):
    """It will not arrive however often it is tried: the address is none, or is not known where it leads."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes our mail, and as whom we hand it over; the file holds the password, where one is needed."""

    url: str
    sender: str
    user: str = ""
    password_file: Path | None = None


def post(url: str, text: str) -> None:
    """Post a plain text. Raises NotSent for any answer but 2xx; a redirection is followed nowhere."""
    request = Request(  # noqa: S310 - whoever runs the registry names the address; its scheme was checked
        url, text.encode(), {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "ai-registry"}
    )
    try:
        with build_opener(StayHere).open(request, timeout=_TIMEOUT_SECONDS):
            return
    except HTTPError as answer:
        answer.close()
        raise NotSent(f"{urlsplit(url).hostname} answered {answer.code}") from answer
    except (URLError, OSError) as broken:
        raise NotSent(f"{urlsplit(url).hostname} cannot be reached: {broken}") from broken


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person, as text and as HTML that says the same. `number` is its Message-ID, the same on each try."""

    to: str
    subject: str
    text: str
    html: str
    number: str


def mail(server: MailServer, to: str, subject: str, text: str) -> None:
    """Hand a plain mail to a server, over TLS wherever it is not this machine. Raises NotSent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message.set_content(text)
    _hand_over(server, message)


def send_letter(server: MailServer, letter: Letter) -> None:
    """Hand a letter over. Raises NeverSent for an address that is none or is refused for good, NotSent where a later try may do, and of
    those Unreached where the server takes no letter at all.

    It says of itself that a machine wrote it, so that no absence note answers (RFC 3834).
    """
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=letter.to)
        message["From"], message["Subject"] = server.sender, letter.subject
        message["Message-ID"] = f"<{letter.number}@{_domain_of(server.sender)}>"
    except (ValueError, HeaderParseError, IndexError) as wrong:
        # Line ends in a header are refused here too: nobody adds a header by way of a name or an address.
        raise NeverSent(f"{letter.to!r} is no mail address, or a heading holds a line end") from wrong
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    _hand_over(server, message)


def _hand_over(server: MailServer, message: EmailMessage) -> None:
    parts = urlsplit(server.url)
    host, context = parts.hostname or "", ssl.create_default_context()
    # Left to itself the library asks a resolver what this machine is called, which may take as long as the rest.
    called, over = _domain_of(server.sender), threading.Event()
    try:
        with (
            _BoundedOverTls(over, host, parts.port or 465, called, timeout=_TIMEOUT_SECONDS, context=context)
            if parts.scheme == "smtps"
            else _Bounded(over, host, parts.port or 25, called, timeout=_TIMEOUT_SECONDS)
        ) as session:
            if parts.scheme == "smtp" and host not in _LOOPBACK:
                session.starttls(context=context)
            if server.user and server.password_file:
                session.login(server.user, server.password_file.read_text(encoding="utf-8").strip())
            session.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _said in refused.recipients.values()]
        kind = NeverSent if codes and min(codes) >= _FOR_GOOD else NotSent
        raise kind(f"{host} refused the address: {', '.join(map(str, codes))}") from refused
    except smtplib.SMTPNotSupportedError as refused:
        raise NeverSent(f"{host} takes no such address: {refused}") from refused
    except _OF_THIS_MAIL as refused:
        raise NotSent(f"{host} did not take the mail: {refused}") from refused
    except (OSError, smtplib.SMTPException) as broken:
        raise Unreached(f"{host} did not take the mail: {broken}") from broken
    finally:
        over.set()


class _Bounded(smtplib.SMTP):
    """A hand-over that ends after HAND_OVER_SECONDS, however it stands; `over` is set where it has ended before."""

    def __init__(self, over: threading.Event, *given: Any, **named: Any) -> None:
        self._over, self._until = over, time.monotonic() + HAND_OVER_SECONDS
        threading.Thread(target=self._watch, daemon=True).start()
        super().__init__(*given, **named)

    def send(self, s: Any) -> None:
        """Send, while there is time."""
        if time.monotonic() >= self._until:
            raise TimeoutError(f"it was not taken within {HAND_OVER_SECONDS:g} seconds")
        super().send(s)

    def _watch(self) -> None:
        """A timeout of the socket begins anew with each byte. And the socket may be another by the next look: TLS was begun."""
        self._over.wait(max(0.0, self._until - time.monotonic()))
        while not self._over.is_set():
            if self.sock is not None:
                with suppress(OSError):
                    self.sock.shutdown(socket.SHUT_RDWR)
            self._over.wait(_LOOKS_EVERY_SECONDS)


class _BoundedOverTls(_Bounded, smtplib.SMTP_SSL):
    """The same where all of it is encrypted."""


def _domain_of(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip("> ") or "localhost"


class StayHere(HTTPRedirectHandler):
    """What is sent goes where it was told to and nowhere else."""

    def redirect_request(self, *_asked: object) -> None:
        return None
