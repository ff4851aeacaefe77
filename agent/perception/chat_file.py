"""Conversations on disk: a JSON file that can be read, and what was shown in a folder beside it."""

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Final, Literal

from PIL import Image
from pydantic import Field, ValidationError

from agent.perception.chat import Talk, Turn
from agent.perception.pictures import Picture, decode_picture
from tools.errors import UsageError
from tools.geometry import Frozen

FORMAT: Final = "tapwright-chat"
VERSION: Final = 1
_PICTURE: Final = r"^[0-9a-f]{32}\.png$"
_CLIP: Final = r"^[0-9a-f]{32}\.[0-9a-z]{1,8}$"
_MOST_BYTES: Final = 50 * 1024 * 1024


class ChatFileError(UsageError):
    """A saved conversation cannot be read or written."""


class _SavedPicture(Frozen):
    file: Annotated[str, Field(pattern=_PICTURE)]
    name: str


class _SavedClip(Frozen):
    file: Annotated[str, Field(pattern=_CLIP)]


class _SavedTurn(Frozen):
    role: Literal["user", "assistant"]
    text: str
    pictures: tuple[_SavedPicture, ...] = ()
    reasoning: str = ""
    stopped: bool = False
    clips: tuple[_SavedClip, ...] = ()


class _SavedTalk(Frozen):
    format: Literal["tapwright-chat"]
    version: Literal[1]
    model: str = ""
    system: str = ""
    blind_until: Annotated[int, Field(ge=0)] = 0
    silent_until: Annotated[int, Field(ge=0)] = 0
    turns: tuple[_SavedTurn, ...]


def save_chat(talk: Talk, path: Path, *, model: str = "") -> None:
    """Write ``talk`` to ``path``, all of it or nothing; its pictures go beside it as PNG.

    The folder is called as the file, with ``.pictures``; copies of clips are in it, too. What is
    not in the conversation any more is deleted from it.

    Raises:
        ChatFileError: It cannot be written, or another kind of file is there.
    """
    if path.exists():
        _head(path)
    try:
        turns = tuple(_saved(turn, path) for turn in talk.turns)
        saved = _SavedTalk(
            format="tapwright-chat",
            version=VERSION,
            model=model,
            system=talk.system,
            blind_until=talk.blind_until,
            silent_until=talk.silent_until,
            turns=turns,
        )
        text = saved.model_dump_json(indent=2) + "\n"
        _write(path, text.encode("utf-8"))
        kept = {picture.file for turn in turns for picture in turn.pictures}
        kept |= {clip.file for turn in turns for clip in turn.clips}
        _forget_others(pictures_folder(path), kept)
    except OSError as error:
        raise ChatFileError(
            f"The chat cannot be written to {str(path)!r}: {error.strerror or error}."
        ) from None


def load_chat(path: Path) -> Talk:
    """The conversation in ``path``.

    Raises:
        ChatFileError: It is missing, damaged, of a newer version, or a picture of it is gone.
    """
    value = _head(path)
    try:
        saved = _SavedTalk.model_validate_json(json.dumps(value))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise _damaged(path, f"{where}: {first['msg']}") from None
    turns: list[Turn] = []
    for place, turn in enumerate(saved.turns):
        if turn.role != ("user", "assistant")[place % 2]:
            raise _damaged(path, f"turns.{place}: question and answer do not take turns")
        pictures = tuple(_loaded(picture, path) for picture in turn.pictures)
        clips = tuple(_found(clip, path) for clip in turn.clips)
        turns.append(Turn(turn.role, turn.text, pictures, turn.reasoning, turn.stopped, clips))
    if max(saved.blind_until, saved.silent_until) > len(turns) or saved.silent_until % 2:
        raise _damaged(path, "more is forgotten than was said")
    return Talk(saved.system, tuple(turns), saved.blind_until, saved.silent_until)


def _head(path: Path) -> dict[str, object]:
    """What is in ``path``, a chat of this version as far as its head says."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _damaged(path, "it is far too large")
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ChatFileError(
            f"The chat {str(path)!r} cannot be read: {error.strerror or error}.",
            hint="/save FILE writes one.",
        ) from None
    except (ValueError, RecursionError):
        raise _damaged(path, "it is no JSON") from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise ChatFileError(f"{str(path)!r} is no saved chat.", hint="Name another file.")
    version = value.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ChatFileError(
            f"The chat {str(path)!r} was saved by a newer version ({version}).",
            hint="Update Tapwright to go on with it.",
        )
    return value


def _damaged(path: Path, why: str) -> ChatFileError:
    return ChatFileError(f"The chat {str(path)!r} is damaged: {why}.")


def pictures_folder(path: Path) -> Path:
    """Where the pictures and clips of the conversation in ``path`` are."""
    return path.with_name(f"{path.name}.pictures")


def _saved(turn: Turn, path: Path) -> _SavedTurn:
    pictures = tuple(
        _SavedPicture(file=_keep(picture.image, pictures_folder(path)), name=picture.name)
        for picture in turn.pictures
    )
    return _SavedTurn(
        role=turn.role,
        text=turn.text,
        pictures=pictures,
        reasoning=turn.reasoning,
        stopped=turn.stopped,
        clips=tuple(_SavedClip(file=_copy(clip, pictures_folder(path))) for clip in turn.clips),
    )


def _copy(clip: Path, folder: Path) -> str:
    """Copy a clip into ``folder`` unless it is there; named by its bytes."""
    with clip.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    suffix = clip.suffix.lower() if re.match(_CLIP, f"{digest}{clip.suffix.lower()}") else ".mp4"
    path = folder / f"{digest}{suffix}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        shutil.copyfile(clip, part)
        part.replace(path)
    return path.name


def _keep(image: Image.Image, folder: Path) -> str:
    """Write ``image`` into ``folder`` unless it is there; named by its pixels."""
    digest = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()[:32]
    path = folder / f"{digest}.png"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        _write(path, buffer.getvalue())
    return path.name


def _loaded(saved: _SavedPicture, path: Path) -> Picture:
    source = pictures_folder(path) / saved.file
    try:
        image = decode_picture(source.read_bytes(), str(source)).image
    except OSError as error:
        raise _damaged(
            path, f"its picture {str(source)!r} cannot be read: {error.strerror or error}"
        ) from None
    except UsageError as error:
        raise _damaged(path, error.message.rstrip(".")) from None
    return Picture(saved.name, image)


def _found(saved: _SavedClip, path: Path) -> Path:
    source = pictures_folder(path) / saved.file
    if not source.is_file():
        raise _damaged(path, f"its clip {str(source)!r} is gone")
    return source


def _write(path: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _forget_others(folder: Path, kept: set[str]) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            if re.match(_CLIP, path.name) and path.name not in kept:
                path.unlink(missing_ok=True)
