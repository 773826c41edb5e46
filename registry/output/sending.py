"""What leaves the house by itself: a text posted to an address or mailed to people."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

_TIMEOUT_SECONDS: Final = 20
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class NotSent(RuntimeError):
    """It did not arrive, and why; whoever sends tries again later."""


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


def mail(server: MailServer, to: str, subject: str, text: str) -> None:
    """Hand a plain mail to a server, over TLS wherever it is not this machine. Raises NotSent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message.set_content(text)
    parts = urlsplit(server.url)
    host, context = parts.hostname or "", ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=_TIMEOUT_SECONDS, context=context)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, parts.port or 25, timeout=_TIMEOUT_SECONDS)
        ) as session:
            if parts.scheme == "smtp" and host not in _LOOPBACK:
                session.starttls(context=context)
            if server.user and server.password_file:
                session.login(server.user, server.password_file.read_text(encoding="utf-8").strip())
            session.send_message(message)
    except (OSError, smtplib.SMTPException) as broken:
        raise NotSent(f"{host} did not take the mail: {broken}") from broken


class StayHere(HTTPRedirectHandler):
    """What is sent goes where it was told to and nowhere else."""

    def redirect_request(self, *_asked: object) -> None:
        return None
