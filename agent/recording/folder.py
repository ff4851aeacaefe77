"""Names and makes the folders of recordings."""

import os
import re
import secrets
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from agent.recording.format import FRAMES_FOLDER
from tools.errors import RecordingError


def new_folder(parent: Path, goal: str) -> Path:
    """Make the folder of a new recording.

    Raises:
        RecordingError: It cannot be made or written to.
    """
    return make_folder(parent / new_name(datetime.now(UTC), goal))


def make_folder(folder: Path) -> Path:
    """Make ``folder`` as that of a new recording; return it.

    Raises:
        RecordingError: It cannot be made or written to, or is there.
    """
    parent = folder.parent
    try:
        (folder / FRAMES_FOLDER).mkdir(parents=True)
    except OSError as error:
        reason = error.strerror or error
        if isinstance(error, FileExistsError) and parent.is_symlink():
            reason = "it is a link that leads nowhere"
        raise RecordingError(
            f"Recordings cannot be written to {str(parent)!r}: {reason}.",
            hint="Name another folder with --record-dir.",
        ) from None
    return folder


def new_name(started: datetime, goal: str) -> str:
    """A name that no other recording has: when, what for, and six random digits."""
    return f"{started:%Y%m%dT%H%M%SZ}-{slug(goal)}-{secrets.token_hex(3)}"


def slug(goal: str) -> str:
    """``goal`` as a part of a file name, at most 40 characters; ``goal`` if nothing is left."""
    plain = unicodedata.normalize("NFKC", goal).lower()
    words = re.sub(r"[^\w]+", "-", plain).strip("-_")
    try:
        os.fsencode(words)
    except UnicodeEncodeError:  # an old locale: its file names know no such letters
        words = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
    # 40 letters of Chinese are 120 bytes: still far from the 255 of a file name.
    return words[:40].rstrip("-_") or "goal"
