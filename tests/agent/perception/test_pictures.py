"""Pictures as people have them, good, odd and broken, from files, addresses and the clipboard."""

import base64
import io
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image, ImageGrab, UnidentifiedImageError

from agent.perception import pictures
from agent.perception.pictures import (
    Picture,
    PictureError,
    decode_picture,
    load_picture,
    rgb,
    save_picture,
)

RED, GREEN, WHITE = (255, 0, 0), (0, 230, 0), (255, 255, 255)


def bytes_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def halves(mode: str = "RGB") -> Image.Image:
    """40x20, red on the left, green on the right."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(GREEN, (20, 0, 40, 20))
    return image.convert(mode)


def close(picture: Picture, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = picture.image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_kinds_of_files(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.bin"
    path.write_bytes(bytes_of(halves(), kind))
    picture = load_picture(str(path))
    assert (picture.name, picture.notes) == (str(path), ())
    assert picture.image.mode == "RGB"
    assert (picture.size.width, picture.size.height) == (40, 20)
    assert close(picture, (5, 10), RED)
    assert close(picture, (35, 10), GREEN)


def test_a_file_address(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes_of(halves()))
    assert load_picture(f"file://{path}").size.width == 40


@pytest.mark.parametrize("turn", [3, 6, 8])
def test_a_photograph_is_turned_upright(turn: int) -> None:
    """6 says: turn it by 90 degrees clockwise to see it upright; the stored picture lies."""
    exif = Image.Exif()
    exif[0x0112] = turn
    picture = decode_picture(bytes_of(halves(), "JPEG", exif=exif.tobytes(), quality=95), "photo")
    size = (picture.size.width, picture.size.height)
    assert size == ((40, 20) if turn == 3 else (20, 40))
    first = {3: GREEN, 6: RED, 8: GREEN}[turn]
    assert close(picture, (5, 5), first)


def test_inks_of_print() -> None:
    picture = decode_picture(bytes_of(halves("CMYK"), "JPEG", quality=95), "print")
    assert picture.image.mode == "RGB"
    assert close(picture, (5, 10), RED)


@pytest.mark.parametrize("mode", ["L", "1", "LA", "RGBA", "P", "YCbCr", "I;16", "I", "F"])
def test_modes(mode: str) -> None:
    if mode in ("I;16", "I", "F"):
        image = Image.new(mode, (40, 20), 1000)
        image.paste(50_000, (20, 0, 40, 20))
    else:
        image = halves(mode)
    turned = rgb(image)
    assert turned.mode == "RGB"
    assert turned.getpixel((5, 5)) != turned.getpixel((35, 5))


def test_sixteen_bits_are_spread_and_not_clipped() -> None:
    image = Image.new("I;16", (40, 20), 1000)
    image.paste(30_000, (10, 0, 20, 20))
    image.paste(60_000, (20, 0, 40, 20))
    picture = decode_picture(bytes_of(image), "scan")
    dark, middle, light = (picture.image.getpixel((x, 5)) for x in (5, 15, 35))
    assert dark == (0, 0, 0)
    assert light == WHITE
    assert isinstance(middle, tuple)
    assert 100 < middle[0] < 150


def test_one_shade_of_sixteen_bits() -> None:
    assert rgb(Image.new("I;16", (4, 4), 777)).getpixel((1, 1)) == (0, 0, 0)


def test_behind_what_is_transparent_lies_white_paper() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 255))
    picture = decode_picture(bytes_of(image), "icon")
    assert picture.image.getpixel((0, 0)) == RED
    assert picture.image.getpixel((3, 3)) == WHITE


def test_a_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 1)
    picture = decode_picture(bytes_of(image, "PNG", transparency=0), "icon")
    assert picture.image.getpixel((0, 0)) == RED
    assert picture.image.getpixel((3, 3)) == WHITE


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_what_moves_the_first_frame_is_seen_and_that_is_said(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, WHITE)]
    data = bytes_of(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = decode_picture(data, "moving")
    assert close(picture, (4, 4), RED)
    assert picture.notes == ("moving: the first of 3 frames is looked at.",)


def test_fifty_megapixels() -> None:
    picture = decode_picture(bytes_of(Image.new("L", (8688, 5792), 200), "JPEG"), "camera")
    assert (picture.size.width, picture.size.height) == (8688, 5792)


def test_the_pixels_of_a_picture_are_its_own() -> None:
    image = halves()
    picture = Picture("mine", rgb(image))
    image.paste(WHITE, (0, 0, 40, 20))
    assert close(picture, (5, 5), RED)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty, 0 bytes"),
        (b"hello, I am a text", "is not a picture"),
        (b"%PDF-1.7\n1 0 obj", "is not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
        (bytes_of(halves())[:60], "damaged"),
        (bytes_of(Image.effect_noise((200, 200), 50), "JPEG")[:2000], "damaged.*truncated"),
        (bytes_of(halves(), "GIF")[:30], "damaged|not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture"),
    ],
    ids=["empty", "text", "pdf", "head only", "cut png", "cut jpeg", "cut gif", "svg"],
)
def test_what_is_no_picture_is_one_clear_line(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says) as raised:
        decode_picture(data, "it")
    assert "\n" not in str(raised.value)
    assert "it" in str(raised.value)


def test_a_picture_made_to_fill_the_memory_is_refused() -> None:
    """The header alone says it: not one pixel is decoded."""
    for size in ((17_900, 10_000), (40_000, 20_000)):
        with pytest.raises(PictureError, match="more than 178 million pixels"):
            decode_picture(bytes_of(Image.new("1", size)), "bomb")


@pytest.mark.parametrize(
    ("name", "says"), [("none.png", "No such file"), ("", "is a directory|Is a directory")]
)
def test_no_file(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=says):
        load_picture(str(tmp_path / name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(bytes_of(halves()))
    path.chmod(0)
    with pytest.raises(PictureError, match="Permission denied"):
        load_picture(str(path))


@pytest.mark.parametrize("source", ["", "a\0b", "~nobody-of-this-name/a.png"])
def test_no_path(source: str) -> None:
    with pytest.raises(PictureError):
        load_picture(source)


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(pictures.MOST_BYTES + 1)
    with pytest.raises(PictureError, match="larger than 200 MB"):
        load_picture(str(path))


def test_a_data_address() -> None:
    written = base64.b64encode(bytes_of(halves())).decode()
    picture = load_picture(f"data:image/png;base64,{written}")
    assert picture.size.width == 40
    assert len(picture.name) < 40


@pytest.mark.parametrize("source", ["data:,", "data:image/png;base64,%%%", "data:image/png,abc"])
def test_a_data_address_without_a_picture(source: str) -> None:
    with pytest.raises(PictureError, match="address holds nothing"):
        load_picture(source)


class Site(BaseHTTPRequestHandler):
    """Pictures, and what sites have in their place."""

    ended = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/a.png":
            self._send(200, bytes_of(halves()))
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("location", "/a.png")
            self.send_header("content-length", "0")
            self.end_headers()
        elif self.path == "/circle":
            self.send_response(302)
            self.send_header("location", "/circle")
            self.send_header("content-length", "0")
            self.end_headers()
        elif self.path == "/page":
            self._send(200, b"<!DOCTYPE html><title>Log in</title>")
        elif self.path == "/endless":
            self._endless()
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("content-length", "100000")
            self.end_headers()
            self.wfile.write(bytes_of(halves()))
            self.close_connection = True
        else:
            self._send(404, b"not here")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.ended.is_set():
                self.wfile.write(b"\0" * 65536)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.ended.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("path", ["/a.png", "/moved"])
def test_an_address(site: str, path: str) -> None:
    picture = load_picture(f"{site}{path}")
    assert picture.size.width == 40
    assert picture.name == f"{site}{path}"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none.png", "cannot be fetched.*404"),
        ("/page", "is not a picture"),
        ("/circle", "cannot be fetched"),
        ("/cut", "cannot be fetched"),
    ],
)
def test_an_address_without_a_picture(site: str, path: str, says: str) -> None:
    with pytest.raises(PictureError, match=says) as raised:
        load_picture(f"{site}{path}")
    assert "\n" not in str(raised.value)


def test_an_address_that_never_ends_is_left(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 3 * 1024 * 1024)
    with pytest.raises(PictureError, match="larger than 3 MB"):
        load_picture(f"{site}/endless")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.png", "http://[::bad/a.png", "HTTP://"])
def test_an_address_that_leads_nowhere(address: str) -> None:
    with pytest.raises(PictureError, match="cannot be fetched"):
        load_picture(address)


def test_the_clipboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "copied.png"
    path.write_bytes(bytes_of(halves()))
    words = UnidentifiedImageError("cannot identify image file <_io.BytesIO object at 0x7f>")
    missing = OSError("xclip is missing")
    held: list[object] = [halves("RGBA"), [str(path)], None, [], words, missing]

    def grab() -> object:
        found = held.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(ImageGrab, "grabclipboard", grab)
    assert load_picture("clipboard").image.mode == "RGB"
    assert load_picture("clipboard").name == str(path)
    for says in (*["no picture on the clipboard"] * 3, "xclip"):
        with pytest.raises(PictureError, match=says):
            load_picture("clipboard")


def test_a_damaged_picture_on_the_clipboard_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = tmp_path / "torn.jpg"
    Image.effect_noise((300, 300), 90).convert("CMYK").save(torn)
    torn.write_bytes(torn.read_bytes()[:4000])
    monkeypatch.setattr(
        ImageGrab, "grabclipboard", lambda: Image.open(io.BytesIO(torn.read_bytes()))
    )
    with pytest.raises(PictureError, match=r"on the clipboard is damaged: .*truncated"):
        load_picture("clipboard")


@pytest.mark.parametrize(
    ("name", "size"),
    [("wide.webp", (17_000, 2)), ("wide.jpg", (66_000, 2)), ("nowhere/a.png", (2, 2))],
)
def test_a_picture_that_cannot_be_written_is_one_line(
    tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    with pytest.raises(PictureError, match="cannot be written: ") as caught:
        save_picture(Image.new("RGB", size), tmp_path / name)
    assert "\n" not in str(caught.value)
