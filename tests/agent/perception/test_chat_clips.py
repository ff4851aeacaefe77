"""Clips in a conversation: shown, let go when it gets long, and kept on disk."""

from pathlib import Path

import pytest
from PIL import Image

from agent.dialects.choose import dialect_named
from agent.model import Reply, VideoPart
from agent.models.scripted import ScriptedModel
from agent.perception.chat import Talk, Talker
from agent.perception.chat_file import ChatFileError, load_chat, save_chat
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from tests.agent.perception.films import make_film
from tools.errors import ContextTooLongError, ModelError, UsageError

TOO_LONG = ContextTooLongError("The request does not fit into the model's context.")
RED = Picture("red.png", Image.new("RGB", (56, 56), "red"))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_film(tmp_path / "f.mp4", seconds=2, size=(112, 84))


def talker_of(*replies: Reply | str | ModelError, family: str = "qwen2_5_vl") -> Talker:
    dialect = dialect_named(family)
    return Talker(Seer(ScriptedModel(replies), dialect, dialect.sizing))


def films_in(talker: Talker) -> list[list[int]]:
    """How many clips each message of each request has."""
    assert isinstance(talker.seer.model, ScriptedModel)
    return [
        [sum(isinstance(part, VideoPart) for part in each.parts) for each in request.messages]
        for request in talker.seer.model.requests
    ]


def test_a_clip_is_shown_with_its_question_and_it_is_told_how(film: Path) -> None:
    talker = talker_of("A box.", "Still a box.")
    first = talker.answer(Talk().asked("What?", (RED,), (film,)))
    assert films_in(talker) == [[1]]
    (note,) = first.notes
    assert note.startswith("f.mp4: ")
    second = talker.answer(first.talk.asked("And now?"))
    assert films_in(talker)[1] == [1, 0, 0]
    assert second.notes == ()  # it was told already


def test_too_long_a_conversation_gives_up_its_oldest_clip_and_says_so(film: Path) -> None:
    talker = talker_of(TOO_LONG, "Fine.")
    talk = Talk().asked("q", (), (film,)).answered("a").asked("now")
    answered = talker.answer(talk)
    assert films_in(talker) == [[1, 0, 0], [0, 0, 0]]
    assert any("f.mp4 is not shown any more" in note for note in answered.notes)


def test_a_model_that_looks_at_no_clips_says_so(film: Path) -> None:
    with pytest.raises(UsageError, match="looks at no videos"):
        talker_of("Fine.", family="qvq").answer(Talk().asked("q", (), (film,)))
    talk = Talk().asked("q", (RED,)).answered("a").asked("what was it?")
    (message,) = talker_of(family="qvq").messages(talk)
    assert len(message.images) == 1  # asked alone, with what was shown last


def test_what_is_no_clip_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "b.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(UsageError, match=r"b\.mp4"):
        talker_of("x").answer(Talk().asked("q", (), (broken,)))


def test_a_clip_is_kept_beside_the_conversation_and_found_again(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    save_chat(Talk().asked("q", (RED,), (film,)).answered("a"), path)
    film.unlink()
    loaded = load_chat(path)
    (clip,) = loaded.turns[0].clips
    assert clip.parent == tmp_path / "chat.json.pictures"
    assert clip.read_bytes()[4:8] == b"ftyp"
    save_chat(loaded, path)  # over itself
    assert load_chat(path).turns[0].clips == (clip,)
    save_chat(Talk().asked("q").answered("a"), path)
    assert list(clip.parent.iterdir()) == []


def test_a_clip_that_is_gone_is_one_line(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    save_chat(Talk().asked("q", (), (film,)).answered("a"), path)
    for each in (tmp_path / "chat.json.pictures").iterdir():
        each.unlink()
    with pytest.raises(ChatFileError, match=r"its clip .* is gone"):
        load_chat(path)
