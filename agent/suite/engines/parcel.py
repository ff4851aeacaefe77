"""Packs the folder of a recording for its way from one machine to another."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

from agent.suite.runner.status import CaseRun

MAX_BYTES = 64 * 1024 * 1024
"""A recording is sent in one piece, through the memory of both machines. One of 14 steps is 1 MB;
one of 1,000 steps still fits."""


def packed(folder: Path) -> bytes | None:
    """All of ``folder`` as an archive; ``None`` if its files are more than ``MAX_BYTES``."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    if sum(each.stat().st_size for each in files) > MAX_BYTES:
        return None
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:  # frames are PNGs: small already
        archive.add(folder, arcname=".")
    return buffer.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Put what was packed into ``folder``, which is made; nothing can land beside it.

    Raises:
        OSError: It cannot be written.
        tarfile.TarError: It is no such archive, or holds what does not belong there.
    """
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(parcel), mode="r") as archive:
        archive.extractall(folder, filter="data")


def moved(run: CaseRun, start: Path, end: Path) -> CaseRun:
    """The run with paths below ``start`` told as below ``end``."""
    paths = [
        end / each.relative_to(start) if each.is_relative_to(start) else each
        for each in run.attachments
    ]
    recording = end if run.recording is not None else None
    return replace(run, recording=recording, attachments=tuple(paths))
