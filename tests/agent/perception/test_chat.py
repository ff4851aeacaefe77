"""A conversation as a value, how it is asked, how it gives way, and how it is kept on disk."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from agent.dialects.choose import dialect_named
from agent.model import Message, Reply
from agent.models.scripted import ScriptedModel
from agent.perception.chat import Talk, Talker
from agent.perception.chat_file import ChatFileError, load_chat, save_chat
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from tools.errors import ContextTooLongError, ModelError, UsageError

TOO_LONG = ContextTooLongError("The request does not fit into the model's context.")


def picture(name: str, colour: str = "red") -> Picture:
    return Picture(name, Image.new("RGB", (56, 56), colour))


def talker_of(*replies: Reply | str | ModelError, family: str = "qwen2_5_vl") -> Talker:
    dialect = dialect_named(family)
    return Talker(Seer(ScriptedModel(replies), dialect, dialect.sizing))


def asked_of(talker: Talker) -> list[tuple[Message, ...]]:
    assert isinstance(talker.seer.model, ScriptedModel)
    return [request.messages for request in talker.seer.model.requests]


def long_talk() -> Talk:
    talk = Talk("Be kind.")
    for number in range(3):
        talk = talk.asked(f"q{number}", (picture(f"p{number}.png"),)).answered(f"a{number}")
    return talk.asked("now", (picture("now.png"),))


def told(messages: tuple[Message, ...]) -> list[tuple[str, str, int]]:
    return [(each.role, each.text, len(each.images)) for each in messages]


def test_a_conversation_is_asked_in_order_with_its_pictures() -> None:
    talker = talker_of("Fine.")
    answered = talker.answer(long_talk())
    (messages,) = asked_of(talker)
    assert told(messages) == [
        ("system", "Be kind.", 0),
        ("user", "q0", 1),
        ("assistant", "a0", 0),
        ("user", "q1", 1),
        ("assistant", "a1", 0),
        ("user", "q2", 1),
        ("assistant", "a2", 0),
        ("user", "now", 1),
    ]
    assert answered.talk.turns[-1].text == "Fine."
    assert answered.notes == ()


def test_a_thought_is_kept_and_not_repeated_to_the_model() -> None:
    talker = talker_of("Hm.</think>Five.", "Six.", family="qwen3_vl_thinking")
    first = talker.answer(Talk().asked("How many?"))
    assert (first.reply.text, first.reply.reasoning) == ("Five.", "Hm.")
    assert first.talk.turns[-1].reasoning == "Hm."
    talker.answer(first.talk.asked("Sure?"))
    assert told(asked_of(talker)[1]) == [
        ("user", "How many?", 0),
        ("assistant", "Five.", 0),
        ("user", "Sure?", 0),
    ]


def test_too_long_a_conversation_gives_up_its_oldest_pictures_first_and_says_so() -> None:
    talker = talker_of(TOO_LONG, TOO_LONG, "Fine.", "Fine again.")
    answered = talker.answer(long_talk())
    assert [sum(len(each.images) for each in messages) for messages in asked_of(talker)] == [
        4,
        3,
        2,
    ]
    assert "p0.png is not shown any more" in answered.notes[0]
    assert "p1.png is not shown any more" in answered.notes[1]
    assert "not shown any more" in asked_of(talker)[2][1].text
    # It stays so: the next question does not run into the same wall.
    talker.answer(answered.talk.asked("next"))
    assert sum(len(each.images) for each in asked_of(talker)[3]) == 2


def test_then_its_oldest_turns_and_at_last_it_is_an_error() -> None:
    talker = talker_of(*[TOO_LONG] * 6, "Fine.")
    answered = talker.answer(long_talk())
    assert told(asked_of(talker)[-1]) == [("system", "Be kind.", 0), ("user", "now", 1)]
    assert len(answered.notes) == 6
    assert len(answered.talk.turns) == 8  # nothing is lost for the person
    with pytest.raises(ContextTooLongError):
        talker_of(*[TOO_LONG] * 9).answer(long_talk())


def test_a_model_for_one_question_is_asked_only_that_with_the_last_pictures() -> None:
    talker = talker_of("Fine.", "Fine.", TOO_LONG, family="qvq")
    talk = long_talk()
    talker.answer(talk)
    talker.answer(talk.answered("a").asked("And left of it?"))
    assert [told(messages) for messages in asked_of(talker)] == [
        [("system", "Be kind.", 0), ("user", "now", 1)],
        [("system", "Be kind.", 0), ("user", "And left of it?", 1)],
    ]
    with pytest.raises(ContextTooLongError):
        talker.answer(talk)


def test_marks_of_the_template_are_harmless_and_an_empty_turn_is_none() -> None:
    talker = talker_of("Fine.")
    talker.answer(Talk("<|im_end|>").asked("<|vision_start|>").answered("").asked("x"))
    (messages,) = asked_of(talker)
    assert [each.text for each in messages] == ["< |im_end|>", "< |vision_start|>", "…", "x"]


def test_a_picture_is_encoded_once() -> None:
    talker, one = talker_of(), picture("a.png")
    first, second = (talker.messages(Talk().asked(text, (one,))) for text in ("x", "y"))
    assert first[0].images[0] is second[0].images[0]


def test_undo_and_the_question_again() -> None:
    talk = Talk().asked("a").answered("1").asked("b").answered("2")
    assert [turn.text for turn in talk.undone().turns] == ["a", "1"]
    assert [turn.text for turn in talk.unanswered().turns] == ["a", "1", "b"]
    assert talk.asked("c").undone() == talk
    assert [turn.text for turn in talk.unanswered().asked("c").turns] == ["a", "1", "c"]
    for act in (Talk.undone, Talk.unanswered):
        with pytest.raises(UsageError, match="Nothing was asked"):
            act(Talk())


def test_what_was_let_go_is_not_more_than_what_was_said() -> None:
    talk = long_talk()
    while shorter := talk.shorter():
        talk = shorter[0]
    assert talk.undone().undone().blind_until <= 4
    assert talk.undone().undone().undone().undone().silent_until == 0


def test_a_chat_is_kept_and_read_again_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "here" / "chat.json"
    talk = long_talk().answered("done 你好", reasoning="Hm.", stopped=True)
    shorter = talk.shorter()
    assert shorter is not None
    save_chat(shorter[0], path, model="qwen")
    read = load_chat(path)
    assert read.system == "Be kind."
    assert (read.blind_until, read.silent_until) == (1, 0)
    assert [(turn.role, turn.text, turn.reasoning, turn.stopped) for turn in read.turns] == [
        (turn.role, turn.text, turn.reasoning, turn.stopped) for turn in talk.turns
    ]
    assert [each.name for each in read.pictures] == ["p0.png", "p1.png", "p2.png", "now.png"]
    assert read.pictures[0].image.tobytes() == talk.pictures[0].image.tobytes()
    written = path.read_text(encoding="utf-8")
    assert "done 你好" in written  # a person can read it
    assert json.loads(written)["version"] == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600  # nobody else can


def test_pictures_are_written_once_and_forgotten_with_their_question(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    folder = tmp_path / "chat.json.pictures"
    talk = Talk().asked("a", (picture("1.png"),)).answered("x")
    talk = talk.asked("b", (picture("2.png"), picture("3.png", "blue"))).answered("y")
    save_chat(talk, path)
    assert len(list(folder.iterdir())) == 2  # two are the same
    (folder / "mine.txt").touch()
    save_chat(talk.undone(), path)
    assert sorted(each.suffix for each in folder.iterdir()) == [".png", ".txt"]


def _edited(**changes: object) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return edit


def _turns(*turns: dict[str, object]) -> Callable[[Path], None]:
    return _edited(turns=turns)


def _no_picture(path: Path) -> None:
    next(path.with_name("chat.json.pictures").iterdir()).unlink()


def _torn_picture(path: Path) -> None:
    os.truncate(next(path.with_name("chat.json.pictures").iterdir()), 60)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "cannot be read: No such file or directory. /save FILE"),
        (lambda path: path.write_text(path.read_text()[:-40]), "is damaged: it is no JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "is damaged: it is no JSON"),
        (lambda path: path.write_text(""), "is damaged: it is no JSON"),
        (lambda path: path.write_text("[" * 100_000), "is damaged: it is no JSON"),
        (lambda path: path.write_text("{}"), "is no saved chat"),
        (lambda path: path.write_text("[1]"), "is no saved chat"),
        (_edited(version=2), "was saved by a newer version (2)"),
        (_edited(version="1"), "is damaged: version"),
        (_edited(more=1), "is damaged: more: Extra inputs"),
        (_edited(silent_until=99), "more is forgotten than was said"),
        (_turns({"role": "assistant", "text": "x"}), "do not take turns"),
        (_turns({"role": "bot", "text": "x"}), "is damaged: turns.0.role"),
        (_turns({"role": "user"}), "is damaged: turns.0.text"),
        (
            _turns({"role": "user", "text": "", "pictures": [{"file": "../x.png", "name": "x"}]}),
            "is damaged: turns.0.pictures.0.file",
        ),
        (_no_picture, "its picture"),
        (_torn_picture, "is damaged"),
    ],
)
def test_a_damaged_chat_is_one_line(
    tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "chat.json"
    save_chat(Talk().asked("a", (picture("1.png"),)).answered("x"), path)
    damage(path)
    with pytest.raises(ChatFileError) as caught:
        load_chat(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_chat_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text('{"notes": 1}')
    with pytest.raises(ChatFileError, match="is no saved chat"):
        save_chat(Talk(), path)
    assert path.read_text() == '{"notes": 1}'


@pytest.mark.parametrize("where", ["/proc/nowhere/chat.json", "."])
def test_a_place_that_cannot_be_written_is_told(where: str) -> None:
    with pytest.raises(ChatFileError, match="cannot be"):
        save_chat(Talk(), Path(where))


def test_a_chat_that_cannot_be_written_whole_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "here" / "chat.json"
    save_chat(Talk().asked("a").answered("b"), path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ChatFileError, match="No space left on device"):
        save_chat(Talk().asked("other").answered("b"), path)
    assert load_chat(path).turns[0].text == "a"
    assert [each.name for each in path.parent.iterdir()] == ["chat.json"]
