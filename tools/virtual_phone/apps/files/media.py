"""Contents for seeded files: drawn photos, a tone, small but valid documents.

The same arguments give the same bytes; they are kept, so that a phone started anew draws nothing.
"""

import random
import zipfile
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

_SIZE = (640, 480)
# Sky above and below, sun (or moon), and three hills from far to near.
_SCENES = (
    "fca660 fde2aa fff4d6 945c6e 5e3a56 34223c",
    "78b4e8 def0fa fffae0 8cb096 5c8e62 366842",
    "121a3c 464678 ececdc 282c54 1c1e3e 101228",
    "a8ceec f0f6fa fffff0 cedae8 b0c4dc eef2f8",
    "60c4d6 d4f0ee fff6c4 3c96b0 eed8a8 debe82",
    "e296b0 fad8c4 ffe6d6 a0789c 705a88 463e68",
    "96aab4 d6dee0 eef0ee 788a8c 586c68 3a4e46",
    "5496dc c4e0f6 fff8d2 d6b25c c4963c 966e2c",
)
SCENES = len(_SCENES)


@lru_cache(maxsize=32)
def photo(scene: int) -> bytes:
    """A landscape as a JPEG file; `scene` counts on round the known ones."""
    colors = [f"#{color}" for color in _SCENES[scene % SCENES].split()]
    above, below, sun, *hills = colors
    rng = random.Random(scene)  # noqa: S311 - not for secrets
    width, height = _SIZE
    ramp = Image.linear_gradient("L").resize(_SIZE)
    image = Image.composite(Image.new("RGB", _SIZE, below), Image.new("RGB", _SIZE, above), ramp)
    draw = ImageDraw.Draw(image)
    x, y, radius = rng.randint(120, 520), rng.randint(70, 190), rng.randint(26, 44)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sun)
    for number, color in enumerate(hills):
        base = height * (0.52 + 0.17 * number)
        points = [(0.0, float(height))]
        level = base
        for step in range(13):
            level = base + 0.6 * (level - base) + rng.uniform(-34, 34)
            points.append((step * width / 12, level))
        draw.polygon([*points, (float(width), float(height))], fill=color)
    return _saved(image, "JPEG")


@lru_cache(maxsize=8)
def screenshot(number: int) -> bytes:
    """A picture of some phone's screen as a PNG file."""
    rng = random.Random(number)  # noqa: S311 - not for secrets
    image = Image.new("RGB", (360, 800), (246, 247, 251))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((16, 40, 344, 84), 22, fill=(228, 231, 240))
    for row in range(9):
        top = 108 + 74 * row
        hue = rng.choice(((66, 102, 178), (178, 84, 96), (70, 140, 110), (176, 130, 60)))
        draw.ellipse((20, top, 62, top + 42), fill=hue)
        ends = rng.randint(180, 300), rng.randint(220, 336)
        draw.rounded_rectangle((80, top + 4, ends[0], top + 16), 6, fill="#464a58")
        draw.rounded_rectangle((80, top + 24, ends[1], top + 34), 5, fill="#b0b4c2")
    return _saved(image, "PNG")


@lru_cache(maxsize=8)
def tone(seconds: int, pitch_hz: int) -> bytes:
    """A WAV file with a triangle tone, 8 bits at 8 kHz."""
    rate = 8000
    period = max(2, rate // pitch_hz)
    wave = bytes(128 + round(60 * (1 - 4 * abs(i / period - 0.5))) for i in range(period))
    data = (wave * (rate * seconds // period + 1))[: rate * seconds]
    head = b"WAVEfmt " + (16).to_bytes(4, "little") + b"\x01\x00\x01\x00"
    head += rate.to_bytes(4, "little") * 2 + b"\x01\x00\x08\x00data"
    head += len(data).to_bytes(4, "little")
    return b"RIFF" + (len(head) + len(data)).to_bytes(4, "little") + head + data


@lru_cache(maxsize=8)
def video(kilobytes: int) -> bytes:
    """An MP4 container without a track: a head and free room."""
    head = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
    room = kilobytes * 1024 - len(head)
    return head + room.to_bytes(4, "big") + b"free" + bytes(room - 8)


@lru_cache(maxsize=16)
def pdf(title: str) -> bytes:
    """A PDF file of one page that says its title (Latin letters only, others as `?`)."""
    words = title.encode("latin-1", "replace").decode("latin-1")
    words = words.replace("\\", "").replace("(", "").replace(")", "")
    text = f"BT /F1 24 Tf 72 720 Td ({words}) Tj ET"
    font = "/Resources << /Font << /F1 5 0 R >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R {font} >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")


@lru_cache(maxsize=4)
def archive(text: str) -> bytes:
    """A ZIP file with one text in it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo("read me.txt", (2026, 12, 1, 12, 0, 0)), text)
    return buffer.getvalue()


def _saved(image: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **({"quality": 88} if kind == "JPEG" else {}))
    return buffer.getvalue()
