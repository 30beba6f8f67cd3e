"""A small mail server for tests: takes mails, or refuses them as it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default


@dataclass(slots=True)
class MailServer:
    """What came. `answers` to RCPT TO, one after the other, then 250; `silent`: it does not even greet."""

    port: int = 0
    mails: list[tuple[str, Message]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    silent: bool = False
    connections: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        if self.silent:
            await reader.read()
            return
        await say("220 mail.test ESMTP")
        recipient = ""
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == "RCPT":
                answer = self.answers.pop(0) if self.answers else "250 fine"
                recipient = line.partition("<")[2].partition(">")[0]
                await say(answer)
            elif verb == "DATA":
                await say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append((recipient, message_from_bytes(raw[:-3], policy=default)))
                await say("250 taken")
            elif verb == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 mail.test")


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Run one on a port of its own."""
    made = MailServer()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
