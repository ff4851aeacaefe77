"""Short films that get brighter, and a web server for files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image


def make_film(path: Path, *, seconds: int, size: tuple[int, int], fps: int = 10) -> Path:
    """An MP4 that goes from black to white."""
    av = pytest.importorskip("av", reason="PyAV (pip install -e '.[video]')")
    count = seconds * fps
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(count):
            shade = number * 255 // count
            frame = av.VideoFrame.from_image(Image.new("RGB", size, (shade,) * 3))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    """The address of ``folder`` on a web server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
