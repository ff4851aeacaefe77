"""A real HTTP server on loopback that answers as told, well or badly."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


@dataclass
class Answer:
    """What to send: bytes in pieces, with a pause before each but the first."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    pause_s: float = 0.0
    chunked: bool = False
    cut: bool = False  # promise more than is sent, then hang up


Answerer = Callable[[Json], Answer]


def say(body: object, status: int = 200, **headers: str) -> Answer:
    """One JSON answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        status, {"content-type": "application/json", **named}, (json.dumps(body).encode(),)
    )


def refuse(status: int, message: str, **headers: str) -> Answer:
    """An error as OpenAI words it."""
    return say({"error": {"message": message, "type": "error"}}, status, **headers)


def page(status: int = 200) -> Answer:
    """A page for people."""
    text = "<!DOCTYPE html><html><head><title>Please log in</title></head><body>…</body></html>"
    return Answer(status, {"content-type": "text/html"}, (text.encode(),))


def completion(text: str, **message: Any) -> Json:
    """A whole reply, not streamed."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3},
    }


def chunk(*, finish: str | None = None, **delta: Any) -> Json:
    """One piece of a streamed reply."""
    return {
        "id": "chatcmpl-2",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


USAGE: Json = {
    "id": "chatcmpl-2",
    "choices": [],
    "usage": {
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 60},
    },
}


def stream(*chunks: Json | str, done: bool = True, pause_s: float = 0.0) -> Answer:
    """A streamed reply; a string is sent as it is."""
    pieces = [
        piece.encode() if isinstance(piece, str) else f"data: {json.dumps(piece)}\n\n".encode()
        for piece in chunks
    ]
    if done:
        pieces.append(b"data: [DONE]\n\n")
    return Answer(
        200, {"content-type": "text/event-stream"}, tuple(pieces), pause_s=pause_s, chunked=True
    )


def words(*pieces: str) -> Answer:
    """A good streamed reply."""
    return stream(*(chunk(content=piece) for piece in pieces), chunk(finish="stop"), USAGE)


class FaultServer:
    """Answers each request with the next of ``answers``, and the last of them from then on.

    An answer may be a function of the request's body.
    """

    def __init__(self, *answers: Answer | Answerer, models: Answer | None = None) -> None:
        self.requests: list[Json] = []
        self.headers: list[dict[str, str]] = []
        self._answers = list(answers)
        self._models = models or say(
            {"object": "list", "data": [{"id": "tiny-vl", "object": "model", "owned_by": "vllm"}]}
        )
        self._lock = threading.Lock()
        self._closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                known = self.path == "/v1/models"
                server.send(self, server._models if known else refuse(404, "Not Found"))

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                server.send(self, server.next_answer(self, json.loads(self.rfile.read(length))))

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                if not isinstance(sys.exception(), ConnectionError):  # the client hung up
                    super().handle_error(request, client_address)  # type: ignore[arg-type]

        self._httpd = Server(("127.0.0.1", 0), Handler)
        self._httpd.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._httpd.server_port}/v1"
        self._thread = threading.Thread(target=self._httpd.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def next_answer(self, handler: BaseHTTPRequestHandler, body: Json) -> Answer:
        with self._lock:
            if handler.path != "/v1/chat/completions":
                return refuse(404, "Not Found")
            number = len(self.requests)
            self.requests.append(body)
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            answer = self._answers[min(number, len(self._answers) - 1)]
        return answer if isinstance(answer, Answer) else answer(body)

    def send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        handler.send_response_only(answer.status)
        handler.send_header("server", "fault/1")
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if answer.chunked:
            handler.send_header("transfer-encoding", "chunked")
        else:
            length = sum(map(len, answer.pieces)) + (1000 if answer.cut else 0)
            handler.send_header("content-length", str(length))
        handler.end_headers()
        try:
            for number, piece in enumerate(answer.pieces):
                if number and answer.pause_s and self._closing.wait(answer.pause_s):
                    return
                handler.wfile.write(
                    b"%x\r\n%s\r\n" % (len(piece), piece) if answer.chunked else piece
                )
                handler.wfile.flush()
            if answer.cut:
                handler.close_connection = True
            elif answer.chunked:
                handler.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def hang(self, _: Json) -> Answer:
        """Say nothing for as long as the server lives, but no longer than any test waits."""
        self._closing.wait(60)
        return say({})

    def close(self) -> None:
        self._closing.set()
        self._httpd.shutdown()
        self._httpd.server_close()
        self._thread.join(5)


@contextmanager
def serving(*answers: Answer | Answerer, models: Answer | None = None) -> Iterator[FaultServer]:
    """A fault server for the length of a block."""
    server = FaultServer(*answers, models=models)
    try:
        yield server
    finally:
        server.close()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return int(server.server_port)


def now() -> float:
    """Real seconds, for asserting that nothing was waited for."""
    return time.monotonic()
