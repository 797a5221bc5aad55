"""A small e-mail server for tests: takes letters, and answers or drops a command as a test wants it."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(kw_only=True)
class Smtp:
    """`answers` maps a command to what it is answered once each (`DROP` closes the line); `letters` are those that were taken."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    answers: dict[str, list[str]] = field(default_factory=dict)
    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    connections: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            if await self._say(writer, "CONNECT", "220 ready"):
                while (line := await reader.readline()) and await self._command(line.decode().strip(), reader, writer):
                    pass
        except ConnectionError:
            pass
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, command: str, usual: str) -> bool:
        planned = self.answers.get(command)
        answer = planned.pop(0) if planned else usual
        if answer == "DROP":
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True

    async def _command(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb == "EHLO":
            return await self._say(writer, verb, "250-lotse.test\r\n250-STARTTLS\r\n250 AUTH PLAIN" if self.tls else "250 AUTH PLAIN")
        if verb == "STARTTLS" and self.tls:
            await self._say(writer, verb, "220 go on")
            await writer.start_tls(self.tls)
            return True
        if verb == "AUTH":
            self.logins.append(base64.b64decode(rest.partition(" ")[2]).decode().replace("\0", " ").strip())
            return await self._say(writer, verb, "235 welcome")
        if verb == "DATA":
            return await self._data(reader, writer)
        if verb == "QUIT":
            await self._say(writer, verb, "221 bye")
            return False
        if verb == "RCPT":
            self.recipients.append(rest.partition("<")[2].partition(">")[0])
        return await self._say(writer, verb, "250 fine")

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if not await self._say(writer, "DATA", "354 go on"):
            return False
        body = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if not self.answers.get("TAKEN"):
            self.raw.append(body)
            self.letters.append(message_from_bytes(body, policy=policy.default))
        return await self._say(writer, "TAKEN", "250 taken")


@asynccontextmanager
async def running(tls: ssl.SSLContext | None = None) -> AsyncIterator[Smtp]:
    """A server on a free port of 127.0.0.1 until the block ends."""
    smtp = Smtp(tls=tls)
    server = await asyncio.start_server(smtp.talk, "127.0.0.1", 0)
    smtp.port = server.sockets[0].getsockname()[1]
    async with server:
        yield smtp
