"""Recordings on their way from one machine to another."""

import io
import tarfile
from pathlib import Path

import pytest

from agent.suite.engines import parcel
from agent.suite.runner.status import CaseRun, Status


def made(folder: Path) -> Path:
    (folder / "frames").mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (folder / "frames" / "0001.png").write_bytes(bytes(range(256)))
    return folder


def test_a_folder_arrives_as_it_was(tmp_path: Path) -> None:
    sent = parcel.packed(made(tmp_path / "there"))
    assert sent is not None
    parcel.unpack(sent, tmp_path / "here" / "rec")
    assert (tmp_path / "here/rec/run.json").read_text() == "{}"
    assert (tmp_path / "here/rec/frames/0001.png").read_bytes() == bytes(range(256))


def test_what_is_too_large_is_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "there")
    monkeypatch.setattr(parcel, "MAX_BYTES", 258)
    assert parcel.packed(folder) is not None
    monkeypatch.setattr(parcel, "MAX_BYTES", 257)
    assert parcel.packed(folder) is None


def test_nothing_lands_beside_the_folder(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("../escaped")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(tarfile.TarError):
        parcel.unpack(buffer.getvalue(), tmp_path / "rec")
    assert not (tmp_path / "escaped").exists()


def test_paths_are_told_as_of_this_machine() -> None:
    there, here = Path("/tmp/x/rec"), Path("recordings/rec")
    run = CaseRun(Status.PASSED, recording=there, attachments=(there / "a.png", Path("/etc/b")))
    moved = parcel.moved(run, there, here)
    assert moved.recording == here
    assert moved.attachments == (here / "a.png", Path("/etc/b"))
    assert parcel.moved(CaseRun(Status.PASSED), there, here).recording is None
