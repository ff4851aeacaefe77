"""A program on a terminal of its own, as a person has it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def all_of(screen: int) -> str:
    """Everything that is shown until the program is over; closes ``screen``."""
    shown = b""
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:  # how Linux says that the other side was closed
            piece = b""
        if not piece:
            os.close(screen)
            return shown.decode()
        shown += piece
