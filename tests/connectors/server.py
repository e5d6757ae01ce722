"""A publisher on this machine: answers as scripted, and writes down what it was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One scripted answer; `cut` bytes are announced but not sent."""

    body: bytes = b""
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    delay: float = 0.0
    length: bool = True


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    line: str


Script = Callable[[Call], Reply]


@dataclass
class Publisher:
    """The address of the server and what it was asked so far."""

    base: str
    calls: list[Call]


@contextmanager
def publisher(script: Script) -> Iterator[Publisher]:
    calls: list[Call] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            call = Call(parts.path, parse_qs(parts.query), dict(self.headers), self.path)
            calls.append(call)
            reply = script(call)
            time.sleep(reply.delay)
            with suppress(OSError):  # the client may give up first
                self._reply(reply)

        def _reply(self, reply):
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            if reply.length:
                self.send_header("Content-Length", str(len(reply.body) + reply.cut))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Publisher(f"http://127.0.0.1:{server.server_address[1]}", calls)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_turn(*replies: Reply) -> Script:
    """Answer with one reply after the other, the last one again and again."""
    waiting = list(replies)

    def script(_call: Call) -> Reply:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return script
