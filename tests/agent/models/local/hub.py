"""A Hub on loopback that serves one folder as one model and refuses others as the real one does."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME, GATED = "Tiny/Model", "Tiny/Gated"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve ``folder`` as the model ``Tiny/Model``; gives the address."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.split("?")[0].lstrip("/")
            if path.startswith("api/models/"):
                self._describe(path.removeprefix("api/models/"))
                return
            name, _, file = path.partition(f"/resolve/{COMMIT}/")
            if name != NAME or not (folder / file).is_file():
                self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
                return
            data = (folder / file).read_bytes()
            etag = hashlib.sha256(data).hexdigest()
            self._send(200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})

        def _describe(self, what: str) -> None:
            if what.startswith(GATED):
                self._send(403, b"{}", {"X-Error-Code": "GatedRepo"})
            elif not what.startswith(NAME):
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif "/tree/" in what:
                files = [
                    {
                        "type": "file",
                        "path": file.name,
                        "size": file.stat().st_size,
                        "oid": "0" * 40,
                    }
                    for file in sorted(folder.iterdir())
                ]
                self._send(200, json.dumps(files).encode(), {})
            else:
                siblings = [{"rfilename": file.name} for file in sorted(folder.iterdir())]
                told = {"id": NAME, "modelId": NAME, "sha": COMMIT, "siblings": siblings}
                self._send(200, json.dumps(told).encode(), {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name there
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
