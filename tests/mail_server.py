"""A mail server of our own on localhost, which can be told to keep the sender waiting."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP (RFC 5321, what a client needs of it) and keeps it.

    `accepting` is set as long as a message is taken at once; cleared, its sender waits. `reached`
    is set when a message has been sent whole and its sender waits for the answer.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailSession)
        self.messages: list[str] = []
        self.accepting = threading.Event()
        self.accepting.set()
        self.reached = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.say("220 localhost")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            if verb == "DATA":
                self.say("354 go on")
                self.take()
            else:
                self.say("250 ok")

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.decode())
        self.server.reached.set()
        self.server.accepting.wait(60)
        # A sender that was killed meanwhile has taken its message along.
        self.connection.settimeout(0.2)
        try:
            if self.connection.recv(1) == b"":
                return
        except TimeoutError:
            pass
        self.connection.settimeout(None)
        self.server.messages.append("".join(lines))
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """Run a mail server; its `port` goes into EMAIL_PORT or EMAIL_URL."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.accepting.set()
            server.shutdown()
