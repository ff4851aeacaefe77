"""The page as it is built, and what its fields come to, without a browser."""

import gc
from pathlib import Path
from threading import Event

import pytest
from PIL import Image

from agent.config import Config
from agent.dialects.choose import DIALECTS
from agent.model import Reply, Thought
from agent.models.scripted import ScriptedModel
from agent.perception.chat import Talk
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.studio.asking import Clients
from agent.studio.hearing import heard_seer, hearing
from agent.studio.reports import Reports
from agent.studio.runs import Runs
from agent.studio.studio import Studio
from agent.studio.tabs.chat import bubbles, no_tags, question_of
from agent.studio.tabs.recordings import step_of
from agent.studio.tabs.run import MODEL, RULES, form_of
from agent.studio.tabs.sources import one_file, one_picture, pictures_of
from tests.agent.studio.pages import TABS
from tools.errors import ModelError, UsageError

KEPT: list[object] = []
"""Gradio leaves event loops open; as long as its page is kept, nobody finds them and complains."""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    config = Config(model="m", server="vllm", device="a-phone", max_steps=7)
    return Studio(config, Runs(), Reports(tmp_path), Clients(), tmp_path)


@pytest.mark.studio
@pytest.mark.filterwarnings("ignore")  # what Gradio and those below it leave behind
def test_the_page_has_all_tabs_and_begins_with_what_is_configured(studio: Studio) -> None:
    from agent.studio.page import build_page, theme

    page = build_page(studio)
    KEPT.append(page)
    parts = page.get_config_file()["components"]
    labels = [part["props"].get("label") for part in parts if part["type"] == "tabitem"]
    assert tuple(label for label in labels if label in TABS) == TABS
    values = {part["props"].get("label"): part["props"].get("value") for part in parts}
    assert (values["Server"], values["Device"]) == ("vllm", "a-phone")
    assert (values["Who decides"], values["Most steps"]) == (RULES, 7)
    assert page.analytics_enabled is False
    for each in page.fns.values():  # nothing can be called but by the page itself
        assert each.api_visibility == "private"
    fonts = [theme()._stylesheets, theme()._font_css]
    assert fonts == [[], []]
    gc.collect()  # here, where nobody complains of loops that were left open


def test_words_are_heard_while_they_come_and_then_the_result() -> None:
    heard_first = Event()

    def work(hear: object) -> int:
        assert callable(hear)
        hear("one ")
        assert heard_first.wait(60)
        hear("two")
        return 7

    seen = []
    for heard in hearing(work):
        seen.append(heard)
        heard_first.set()
    assert seen[0].text == "one "
    assert seen[0].result is None
    assert (seen[-1].text, seen[-1].result) == ("one two", 7)


def test_a_thought_is_told_apart_from_words() -> None:
    def work(hear: object) -> int:
        assert callable(hear)
        hear(Thought("hm"))
        hear("yes")
        return 1

    heard = list(hearing(work))
    pieces = [piece for each in heard for piece in each.pieces]
    assert [isinstance(each, Thought) for each in pieces] == [True, False]
    assert heard[-1].text == "hmyes"


def test_what_goes_wrong_in_the_work_is_raised_here() -> None:
    def work(_: object) -> int:
        raise ModelError("gone")

    with pytest.raises(ModelError, match="gone"):
        list(hearing(work))


def test_who_stops_listening_stops_the_work_at_the_next_word() -> None:
    left, ended = Event(), Event()
    went_on: list[int] = []

    def work(hear: object) -> int:
        assert callable(hear)
        try:
            hear("word ")
            assert left.wait(60)
            hear("another")
            went_on.append(1)
        finally:
            ended.set()
        return 0

    words = hearing(work)
    assert next(words).text == "word "
    words.close()  # type: ignore[attr-defined]
    left.set()
    assert ended.wait(60)
    assert went_on == []


def test_in_silence_it_is_told_so_that_a_wish_to_stop_is_heard() -> None:
    may_end = Event()
    words = hearing(lambda _: may_end.wait(60))
    assert [next(words).text for _ in range(2)] == ["", ""]
    may_end.set()
    assert list(words)[-1].result is True


def test_work_that_tells_no_words_ends_at_the_next_one_as_well() -> None:
    model = ScriptedModel([Reply(text="one"), Reply(text="two")])
    dialect = DIALECTS["qwen2_5_vl"]()
    seer = Seer(model, dialect, dialect.sizing)
    heard: list[str] = []

    def hear(piece: str) -> None:
        if heard:
            raise ModelError("nobody listens")
        heard.append(piece)

    with pytest.raises(ModelError, match="nobody"):
        heard_seer(seer, hear).ask("What?")
    assert heard == [""]
    assert heard_seer(seer, heard.append).model.name == model.name


def test_pictures_come_from_uploads_and_from_elsewhere(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a.png", "b.png")]
    for path in paths:
        Image.new("RGB", (40, 30)).save(path)
    assert [each.size.width for each in pictures_of(paths[:1], paths[1])] == [40, 40]
    assert pictures_of(None, " ") == []
    assert one_picture(None, paths[0]).size.height == 30
    with pytest.raises(UsageError, match="No picture"):
        one_picture([], "")
    with pytest.raises(UsageError, match="Several"):
        one_picture(paths, "")
    with pytest.raises(UsageError):
        pictures_of(None, str(tmp_path / "none.png"))


def test_the_screen_of_a_device_is_a_picture() -> None:
    picture = one_picture(None, "screen:virtual")
    assert (picture.size.width, picture.size.height) == (1080, 2400)


def test_one_file_is_one() -> None:
    assert one_file("a", "", "clip") == "a"
    assert one_file(None, " b ", "clip") == "b"
    with pytest.raises(UsageError, match="No clip"):
        one_file(None, "", "clip")
    with pytest.raises(UsageError, match="Two are chosen"):
        one_file("a", "b", "clip")


def test_a_message_is_words_pictures_and_clips(tmp_path: Path) -> None:
    assert question_of({"text": " Hi ", "files": []}) == ("Hi", (), ())
    picture, clip = tmp_path / "a.PNG", tmp_path / "b.MP4"
    Image.new("RGB", (40, 30)).save(picture)
    clip.touch()
    text, pictures, clips = question_of({"text": "", "files": [str(picture), str(clip)]})
    assert (text, [each.name for each in pictures], clips) == ("?", ["a.PNG"], (clip,))
    with pytest.raises(UsageError, match="empty"):
        question_of({"text": "  ", "files": None})


def test_html_in_a_message_is_text() -> None:
    hostile = "**Go** to <a href='x'>here</a>\n```html\n<b>kept</b>\n```\nand `<i>` <img src=x>"
    shown = no_tags(hostile)
    assert "&lt;a href='x'>here&lt;/a>" in shown
    assert "<b>kept</b>" in shown
    assert "`<i>` &lt;img" in shown
    assert "**Go**" in shown
    assert no_tags("```\n<b> not closed") == "```\n<b> not closed"


def test_a_picture_in_a_conversation_is_shown_from_a_file_that_stays(tmp_path: Path) -> None:
    picture = Picture("p", Image.new("RGB", (40, 30), "red"))
    talk = Talk().asked("What?", (picture,)).answered("A red one")
    shown, words, answer = bubbles(talk, tmp_path)
    with Image.open(shown["content"]["path"]) as image:
        assert image.size == (40, 30)
    assert (words["content"], answer["role"]) == ("What?", "assistant")
    assert bubbles(talk, tmp_path)[0] == shown


def test_a_step_is_a_number_or_nothing() -> None:
    assert (step_of(" "), step_of(" 3 ")) == (None, 3)
    with pytest.raises(UsageError, match="no step"):
        step_of("last")


def test_who_decides_is_a_setting() -> None:
    assert form_of(RULES, "m", "s", "d") == {"policy": "rules"}
    fields = {"policy": "vlm", "model": "m", "server": "", "dialect": ""}
    assert form_of(MODEL, "m", "", "") == fields
