"""Conversations as files to take along and to go on with, as ``agent chat`` keeps them.

One without pictures is a JSON file. One with pictures is an archive of that file and the folder
beside it; unpacked, ``agent chat --resume`` goes on with it.
"""

import re
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from secrets import token_urlsafe
from typing import Final

from agent.perception.chat import Talk
from agent.perception.chat_file import ChatFileError, load_chat, pictures_folder, save_chat
from tools.errors import UsageError

_NAME: Final = "conversation.json"
_SHOWN: Final = re.compile(r"[0-9a-f]{32}\.[0-9a-z]{1,8}")
_MOST_BYTES: Final = 4 * 1024**3


def pack_chat(talk: Talk, folder: Path, *, model: str = "") -> Path:
    """Write ``talk`` into a new folder below ``folder``, as one file.

    Raises:
        UsageError: Nothing was said yet, or it cannot be written.
    """
    if not talk.turns:
        raise UsageError("There is nothing to save yet.", hint="Say something first.")
    target = folder / token_urlsafe(9)
    target.mkdir()
    path = target / _NAME
    save_chat(talk, path, model=model)
    shown = pictures_folder(path)
    if not shown.is_dir():
        return path
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w") as archive:  # pictures and clips are small already
        for each in (path, *sorted(shown.iterdir())):
            archive.write(each, each.relative_to(target))
    shutil.rmtree(shown)
    path.unlink()
    return packed


def unpack_chat(path: Path, folder: Path) -> Talk:
    """The conversation in ``path``: a saved one, or an archive of one.

    Args:
        path: The file.
        folder: What is in an archive goes into a new folder below it.

    Raises:
        ChatFileError: It cannot be read, or is something else.
    """
    if not zipfile.is_zipfile(path):
        return load_chat(path)
    target = folder / token_urlsafe(9)
    target.mkdir()
    try:
        with zipfile.ZipFile(path) as archive:
            return load_chat(_unpacked(archive, path, target))
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise ChatFileError(f"The archive {path.name!r} cannot be read: {why}.") from None


def _unpacked(archive: zipfile.ZipFile, path: Path, target: Path) -> Path:
    """Write the conversation and what was shown in it below ``target``, whatever else is there."""
    written = [each for each in archive.infolist() if each.filename.endswith(".json")]
    if len(written) != 1:
        raise ChatFileError(f"In the archive {path.name!r} is no saved chat.")
    if sum(each.file_size for each in archive.infolist()) > _MOST_BYTES:
        raise ChatFileError(f"What is in the archive {path.name!r} is far too large.")
    saved = target / _NAME
    shown = pictures_folder(saved)
    shown.mkdir()
    beside = PurePosixPath(written[0].filename)
    beside = beside.with_name(f"{beside.name}.pictures")
    for each in archive.infolist():
        inside = PurePosixPath(each.filename)
        if each is written[0]:
            to = saved
        elif inside.parent == beside and _SHOWN.fullmatch(inside.name):
            to = shown / inside.name  # never where the archive says
        else:
            continue
        with archive.open(each) as source, to.open("wb") as file:
            shutil.copyfileobj(source, file)
    return saved
