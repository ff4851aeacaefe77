"""Conversations taken along from the studio, and gone on with."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from agent.perception.chat import Talk
from agent.perception.chat_file import ChatFileError, load_chat
from agent.perception.pictures import Picture
from agent.studio.chats import pack_chat, unpack_chat
from tools.errors import UsageError

RED = Picture("red.png", Image.new("RGB", (56, 56), "red"))
WORDS = Talk("Be kind.").asked("Hello").answered("Hi")
SHOWN = Talk().asked("What?", (RED,)).answered("A red one")


def test_words_alone_are_a_file_that_agent_chat_goes_on_with(tmp_path: Path) -> None:
    path = pack_chat(WORDS, tmp_path, model="m")
    assert path.name == "conversation.json"
    assert load_chat(path) == WORDS == unpack_chat(path, tmp_path)


def test_pictures_make_it_an_archive(tmp_path: Path) -> None:
    path = pack_chat(SHOWN, tmp_path)
    assert [each.name for each in path.parent.iterdir()] == ["conversation.zip"]
    found = unpack_chat(path, tmp_path)
    assert [turn.text for turn in found.turns] == ["What?", "A red one"]
    assert found.pictures[0].image.getpixel((0, 0)) == (255, 0, 0)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    assert load_chat(tmp_path / "out" / "conversation.json").turns[1].text == "A red one"


def test_nothing_is_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to save"):
        pack_chat(Talk(), tmp_path)


def test_an_archive_writes_nowhere_else(tmp_path: Path) -> None:
    good = pack_chat(SHOWN, tmp_path)
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(evil, "w") as archive:
        for each in source.infolist():
            archive.writestr(each, source.read(each))
        for name in ("../../out.png", "/tmp/out.png", f"{'a' * 32}.png"):
            archive.writestr(name, b"x")
        archive.writestr(f"conversation.json.pictures/../{'b' * 32}.png", b"x")
    inside = tmp_path / "below" / "deeper"
    inside.mkdir(parents=True)
    assert unpack_chat(evil, inside).turns[1].text == "A red one"
    written = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in written if each.read_bytes() == b"x"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ((), "no saved chat"),
        (("a.json", "b.json"), "no saved chat"),
        (("a.json",), "damaged: it is no JSON"),
    ],
)
def test_another_archive_is_one_line(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme", "x")
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(ChatFileError, match=said):
        unpack_chat(path, tmp_path)


def test_a_torn_archive_is_one_line(tmp_path: Path) -> None:
    path = pack_chat(SHOWN, tmp_path)
    data = bytearray(path.read_bytes())
    at = data.index(b"tapwright-chat")
    data[at : at + 4] = b"XXXX"
    path.write_bytes(bytes(data))
    with pytest.raises(ChatFileError, match=r"conversation\.zip.* cannot be read"):
        unpack_chat(path, tmp_path)
    with pytest.raises(ChatFileError):
        unpack_chat(tmp_path / "none.zip", tmp_path)
