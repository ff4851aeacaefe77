"""Writes small PDFs: pages with a red square in their corner, turned, huge, or locked."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PdfPage:
    """A page in points, with a red square of 50 in its lower left corner before it is turned."""

    width: int = 300
    height: int = 400
    turned: int = 0


def pdf(pages: Sequence[PdfPage] = (PdfPage(),), *, locked: bool = False) -> bytes:
    """A PDF of these pages; ``locked`` with a password that is not the empty one."""
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
        bodies.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
    trailer = "/Root 1 0 R"
    if locked:
        key = "41" * 32
        bodies.append(f"<< /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >>")
        trailer += f" /Encrypt {len(bodies)} 0 R /ID [<{'42' * 16}> <{'42' * 16}>]"
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
    return written.encode("ascii")
