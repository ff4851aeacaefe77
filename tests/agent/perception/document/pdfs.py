"""Writes small PDFs: pages with a red square in their corner, turned, huge, or locked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_ID = b"B" * 16
_RIGHTS = -4


@dataclass(frozen=True)
class PdfPage:
    """A page in points, with a red square of 50 in its lower left corner before it is turned."""

    width: int = 300
    height: int = 400
    turned: int = 0


def pdf(pages: Sequence[PdfPage] = (PdfPage(),), *, password: str = "") -> bytes:
    """A PDF of these pages; encrypted if there is a password (RC4, 40 bits, revision 2)."""
    owner = _rc4(hashlib.md5(_padded(password)).digest()[:5], _padded(password))
    rights = _RIGHTS.to_bytes(4, "little", signed=True)
    key = hashlib.md5(_padded(password) + owner + rights + _ID).digest()[:5]
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    drawing = "1 0 0 rg 0 0 50 50 re f"
    for number, page in enumerate(pages):
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}]"
            f" /Rotate {page.turned} /Contents {4 + 2 * number} 0 R >>"
        )
        drawn = drawing
        if password:
            own = hashlib.md5(key + (4 + 2 * number).to_bytes(3, "little") + b"\0\0").digest()
            drawn = _rc4(own[:10], drawing.encode()).decode("latin-1")
        bodies.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    trailer = "/Root 1 0 R"
    if password:
        told = f"/O <{owner.hex()}> /U <{_rc4(key, _PADDING).hex()}> /P {_RIGHTS}"
        bodies.append(f"<< /Filter /Standard /V 1 /R 2 {told} >>")
        trailer += f" /Encrypt {len(bodies)} 0 R /ID [<{_ID.hex()}> <{_ID.hex()}>]"
    written = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    written += (
        f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(bodies) + 1} {trailer} >>\nstartxref\n{len(written)}\n%%EOF\n"
    )
    return written.encode("latin-1")


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + _PADDING)[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state = [*range(256)]
    at = 0
    for place in range(256):
        at = (at + state[place] + key[place % len(key)]) % 256
        state[place], state[at] = state[at], state[place]
    left = right = 0
    out = bytearray()
    for byte in data:
        left = (left + 1) % 256
        right = (right + state[left]) % 256
        state[left], state[right] = state[right], state[left]
        out.append(byte ^ state[(state[left] + state[right]) % 256])
    return bytes(out)
