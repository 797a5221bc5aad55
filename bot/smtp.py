"""Hands one finished e-mail to the operator's server, and says what kind of failure it was. What is in it is written in `mail`."""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Literal
from urllib.parse import unquote, urlsplit

from store.errors import LotseError

SECONDS = 10
_PORTS = {"smtp": 587, "smtps": 465}
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})
_PERMANENT = 500
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, kw_only=True)
class Server:
    """An e-mail server; `user` is empty where nobody has to sign in."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


class MailError(LotseError):
    """Base: the e-mail was not taken. Its message holds nothing of what the server said, which may quote addresses."""

    code = "mail"


class RefusedError(MailError):
    """The server will never take this e-mail."""

    code = "mail_refused"


class LaterError(MailError):
    """The server does not take this e-mail at the moment, others perhaps."""

    code = "mail_later"


class DownError(LaterError):
    """The server does not answer or does not let us in: no e-mail can be sent at the moment."""

    code = "mail_down"


def parse(url: str) -> Server:
    """The server of `smtp://user:password@host:587` or `smtps://…:465`; raises ValueError.

    With smtp:// the server must offer STARTTLS, unless it is this machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        message = "must look like smtp://user:password@host:587 or smtps://user:password@host:465"
        raise ValueError(message)
    security: Security = "tls" if parts.scheme == "smtps" else "none" if parts.hostname in _OWN else "starttls"
    return Server(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        security=security,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def parse_sender(text: str) -> tuple[str, str]:
    """Name and address of `name@host` or `Name <name@host>`; raises ValueError."""
    name, email = parseaddr(text)
    try:
        mailbox(name, email if text.isprintable() else "")
    except ValueError:
        message = "must look like lotse@example.org or Lotse <lotse@example.org>"
        raise ValueError(message) from None
    return name, email


def mailbox(name: str, email: str) -> Address:
    """An address for a header, on one line whatever the name holds; raises ValueError for an address that not every server takes."""
    if not _MAIL.fullmatch(email):
        message = "not an e-mail address"
        raise ValueError(message)
    try:
        return Address(display_name=" ".join(name.split()), addr_spec=email)
    except (HeaderParseError, IndexError):
        message = "not an e-mail address"
        raise ValueError(message) from None


def send(server: Server, message: EmailMessage, *, sender: str, recipient: str) -> None:
    """Send to one recipient, in the caller's thread, for at most ten seconds a step. Raises RefusedError, LaterError or DownError.

    When the connection breaks after the text was sent, nobody knows whether it was taken: DownError then, so it may arrive twice.
    """
    try:
        connection = _connect(server, name=sender.partition("@")[2])
        try:
            connection.send_message(message, from_addr=sender, to_addrs=[recipient])
            # It is taken: what goes wrong in saying goodbye does not matter.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()
    except smtplib.SMTPRecipientsRefused as error:
        raise _failure(max(code for code, _ in error.recipients.values())) from None
    except smtplib.SMTPDataError as error:
        raise _failure(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        # Also a sender or a password that is not accepted: the operator can mend that, so nothing is given up for it.
        message_ = "no e-mail can be sent: {problem}"
        raise DownError(message_, problem=_kind(error)) from None


def _failure(code: int) -> MailError:
    message = "the e-mail server answers {status}"
    return RefusedError(message, status=code) if code >= _PERMANENT else LaterError(message, status=code)


def _kind(error: Exception) -> str:
    status = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {status}" if status else type(error).__name__


def _connect(server: Server, *, name: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, local_hostname=name, timeout=SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=SECONDS)
    try:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection
