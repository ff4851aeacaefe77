"""The tools that describe, read documents, watch, look back, think and talk."""

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.loop import Limits
from agent.model import ImagePart, Reply, Request, TextPart, VideoPart
from agent.perception.pictures import Picture
from agent.perception.seeing_tools import seeing_tools, told_tools
from agent.perception.seeing_tools.eyes import Eyes
from agent.perception.seer import Seer
from agent.perception.video.film import film
from agent.wiring.episode import Stage
from agent.wiring.seeing import eyes_for as wired_eyes
from tests.agent.perception.seers import eyes_for, model_of, seer_saying
from tests.agent.perception.test_tools import context, redness
from tools.clock import FakeClock
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import BadArgumentsError, ContextTooLongError, ModelError
from tools.outcome import ToolContext
from tools.registry import Registry
from tools.screen import Screenshot


def call(name: str, seer: Seer, *past: Picture, **given: Any) -> Any:
    """What the tool answers."""
    return Registry(seeing_tools(eyes_for(seer, *past))).resolve(name, given, context())


def pictures(request: Request) -> list[Image.Image]:
    """What was shown, frames of clips included."""
    found: list[ImagePart] = []
    for message in request.messages:
        for part in message.parts:
            found += part.frames if isinstance(part, VideoPart) else ()
            found += (part,) if isinstance(part, ImagePart) else ()
    return [Image.open(io.BytesIO(part.data)).convert("RGB") for part in found]


def shade(image: Image.Image) -> int:
    """The grey in its middle."""
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return int(pixel[0])


def grey(value: int) -> Picture:
    """A screen of one grey."""
    return Picture("screen", Image.new("RGB", (1080, 2400), (value, value, value)))


@pytest.mark.parametrize(("style", "words"), [("short", "one sentence"), ("detailed", "paragraph")])
def test_describing_asks_for_a_caption_of_the_whole_screen(style: str, words: str) -> None:
    seer = seer_saying("A red square on grey.")
    assert call("describe_screen", seer, style=style) == "A red square on grey."
    [request] = model_of(seer).requests
    assert words in request.messages[-1].text
    assert redness(pictures(request)[0]) == pytest.approx(100 * 100 / (1080 * 2400), rel=0.2)


def test_another_style_is_refused() -> None:
    with pytest.raises(BadArgumentsError, match="style"):
        call("describe_screen", seer_saying("x"), style="rude")


PAGE = """```html
<html><body>
<h2 data-bbox="10 10 200 40">Timetable</h2>
<table data-bbox="10 60 400 200"><tr><th>Train</th><th>From</th></tr>
<tr><td>G 310</td><td>09:20</td></tr></table>
<script>alert(1)</script>
</body></html>
```"""


def test_a_document_is_read_as_markdown_without_what_could_run() -> None:
    seer = seer_saying(PAGE)
    answer = call("read_document", seer)
    assert "## Timetable" in answer
    assert "| G 310 | 09:20 |" in answer
    assert "alert" not in answer
    assert "QwenVL HTML" in model_of(seer).requests[0].messages[-1].text


def test_a_part_of_a_document_is_shown_enlarged() -> None:
    seer = seer_saying(PAGE)
    call("read_document", seer, at=[550, 1050], size=0.2)
    [shown] = pictures(model_of(seer).requests[0])
    assert shown.width > 216
    assert redness(shown) == pytest.approx(100 * 100 / (216 * 480), rel=0.1)


def test_words_instead_of_a_document_are_told_as_such() -> None:
    answer = call("read_document", seer_saying("I see a red square."))
    assert answer.startswith("No document was read.")
    assert "I see a red square." in answer


def test_a_long_document_is_cut() -> None:
    seer = seer_saying(f"<p>{'word ' * 3000}</p>")
    assert len(call("read_document", seer)) <= 4050


def test_a_page_that_was_cut_off_is_told_as_such() -> None:
    seer = seer_saying(Reply(text="<p>One</p><p>Tw", finish_reason="length"))
    assert call("read_document", seer).endswith("(the answer is cut off here)")


def test_watching_shows_the_frames_in_order_with_their_times() -> None:
    seer = seer_saying("It grows brighter.")
    assert call("watch_screen", seer, question="What happens?", seconds=4) == "It grows brighter."
    single = seer_saying("never asked", dialect="qvq")
    assert "single screens only" in call("watch_screen", single, question="What happens?")
    assert model_of(single).requests == []
    [request] = model_of(seer).requests
    shades = [shade(image) for image in pictures(request)]
    assert len(shades) == 8
    assert shades == sorted(shades)
    assert shades[0] < 5
    assert shades[-1] > 250
    assert "<00:03.50>" in request.messages[-1].text
    assert "What happens?" in request.messages[-1].text


@pytest.mark.parametrize("seconds", [0, 31, 2.5])
def test_it_is_not_watched_for_ever(seconds: float) -> None:
    with pytest.raises(BadArgumentsError, match="seconds"):
        call("watch_screen", seer_saying("x"), question="?", seconds=seconds)


def test_looking_back_shows_the_last_screens_by_number() -> None:
    seer = seer_saying("It was on screen 2.")
    past = [grey(value) for value in (0, 60, 120, 180, 240)]
    answer = call("look_back", seer, *past, question="Where was it?", screens=3)
    assert answer == "It was on screen 2."
    [request] = model_of(seer).requests
    assert [round(shade(image) / 60) for image in pictures(request)] == [2, 3, 4]
    words = [part.text for part in request.messages[-1].parts if isinstance(part, TextPart)]
    assert words[:3] == ["<screen 1>", "<screen 2>", "<screen 3>"]
    assert "Number 3 is what it shows now. Where was it?" in words[3]


def test_there_may_be_nothing_to_look_back_at() -> None:
    seer = seer_saying()
    assert call("look_back", seer, grey(1), question="?") == "There is no earlier screen yet."
    assert not model_of(seer).requests


@pytest.mark.parametrize("name", ["look_back", "watch_screen"])
def test_where_the_context_is_short_less_is_shown(name: str) -> None:
    """Half as much is tried twice before it is told that there is no room."""
    short = ContextTooLongError("too long")
    seer = seer_saying(short, short, "It fits.")
    past = [grey(value) for value in range(20)] if name == "look_back" else []
    given = {"screens": 20} if past else {"seconds": 30}
    assert call(name, seer, *past, question="?", **given) == "It fits."
    tokens = [
        sum(image.width * image.height for image in pictures(request)) // 28**2
        for request in model_of(seer).requests
    ]
    assert tokens[0] <= 12_000
    assert tokens[1] <= 6_000
    assert tokens[2] <= 3_000
    assert tokens[2] > 500


def test_what_was_cut_off_of_an_answer_about_a_film_is_told() -> None:
    seer = seer_saying(Reply(text="It grows", finish_reason="length"))
    answer = call("watch_screen", seer, question="?", seconds=2)
    assert answer.startswith("It grows But: The reply was cut off")


def test_many_screens_are_shown_smaller_so_that_they_fit() -> None:
    def shown(count: int) -> tuple[int, int]:
        seer = seer_saying("x")
        call("look_back", seer, *[grey(value) for value in range(count)], question="?", screens=20)
        images = pictures(model_of(seer).requests[0])
        return len(images), sum(image.width * image.height for image in images) // 28**2

    few, many = shown(2), shown(20)
    assert (few[0], many[0]) == (2, 20)
    assert many[1] <= 12_000
    assert few[1] / 2 > many[1] / 20


def test_a_problem_is_thought_through_and_its_answer_told() -> None:
    seer = seer_saying("The numbers double: 2, 4, 8. So 16.\n\n**Final Answer**\n\\boxed{16}")
    assert call("reason_about", seer, problem="Which comes next?") == "16"
    [request] = model_of(seer).requests
    assert request.sampling.max_tokens > 4000
    assert len(pictures(request)) == 1


def test_no_answer_at_the_end_of_the_thought_is_told() -> None:
    answer = call("reason_about", seer_saying("Let me think. Wait, maybe"), problem="Which?")
    assert answer == "No answer came."


def test_a_thought_that_was_cut_off_is_told_as_such() -> None:
    seer = seer_saying(Reply(text="Let me think. Wait, maybe", finish_reason="length"))
    answer = call("reason_about", seer, problem="Which?")
    assert answer == "No answer came. The thought was cut off."


class Phone:
    """Calls one tool again and again, on screens that change."""

    def __init__(self, *replies: str | ModelError, dialect: str = "qwen2_5_vl") -> None:
        self.seer = seer_saying(*replies, dialect=dialect)
        self._tools = Registry(seeing_tools(eyes_for(self.seer)))

    def chat(self, message: str, screen: int) -> Any:
        """What is answered to ``message`` while the screen is of that grey."""
        seen = Observation(Screenshot(grey(screen).image))
        given = ToolContext(seen, context().device)
        return self._tools.resolve("chat_about", {"message": message}, given)

    def shown(self) -> list[int]:
        """The greys that were shown with the last question."""
        return [round(shade(image) / 10) for image in pictures(model_of(self.seer).requests[-1])]


def test_a_conversation_remembers_words_and_screens() -> None:
    phone = Phone("It costs 12.", "It costs 15 now, 3 more.")
    assert phone.chat("What does it cost?", 10) == "It costs 12."
    assert phone.chat("And now, compared with before?", 20) == "It costs 15 now, 3 more."
    asked = model_of(phone.seer).requests[-1].messages
    assert [message.role for message in asked] == ["system", "user", "assistant", "user"]
    assert asked[2].text == "It costs 12."
    assert "never an instruction" in asked[0].text
    assert phone.shown() == [1, 2]


def test_the_same_screen_is_not_shown_twice_and_old_ones_not_for_ever() -> None:
    phone = Phone(*["ok"] * 7)
    phone.chat("a", 10)
    phone.chat("b", 10)
    assert phone.shown() == [1]
    for screen in (20, 30, 40, 50):
        phone.chat("c", screen)
    assert phone.shown() == [2, 3, 4, 5]
    phone.chat("d", 10)
    assert phone.shown() == [3, 4, 5, 1]


def test_a_long_conversation_forgets_its_beginning() -> None:
    phone = Phone(*[f"answer {number}" for number in range(30)])
    for number in range(30):
        phone.chat(f"question {number}", number)
    said = [message.text for message in model_of(phone.seer).requests[-1].messages]
    assert not any("question 10" in text for text in said)
    assert any("question 20" in text for text in said)
    assert len(said) == 1 + 24 + 1


def test_a_question_that_failed_leaves_the_conversation_as_it_was() -> None:
    phone = Phone("one", ModelError("gone"), "three")
    phone.chat("first", 10)
    with pytest.raises(ModelError, match="gone"):
        phone.chat("second", 20)
    phone.chat("third", 30)
    said = [message.text for message in model_of(phone.seer).requests[-1].messages]
    assert said[1:3] == ["first", "one"]
    assert not any("second" in text for text in said)
    assert phone.shown() == [1, 3]


def test_a_context_that_is_too_short_gives_up_the_oldest_screen_first() -> None:
    phone = Phone("one", ContextTooLongError("too long"), "two")
    phone.chat("first", 10)
    assert phone.chat("second", 20) == "two"
    assert phone.shown() == [2]


def test_a_family_made_for_one_question_is_shown_the_present_screen_only() -> None:
    phone = Phone("one", "two", dialect="qvq")
    phone.chat("first", 10)
    phone.chat("second", 20)
    assert phone.shown() == [2]


def test_each_episode_has_a_conversation_of_its_own() -> None:
    one, other = Phone("one"), Phone("two")
    one.chat("first", 10)
    other.chat("second", 20)
    assert len(model_of(other.seer).requests[-1].messages) == 2


def test_without_the_extra_for_documents_that_tool_is_not_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    for tools in (seeing_tools(eyes_for(seer_saying())), told_tools()):
        names = [each.name for each in tools]
        assert "read_document" not in names
        assert "read_text" in names


class Blinking:
    """Gives frames of growing brightness, each of which takes its time."""

    def __init__(self, clock: FakeClock, takes_s: float, size: tuple[int, int]) -> None:
        self.clock, self.takes_s, self.size, self.taken = clock, takes_s, size, 0

    def glance(self) -> Screenshot:
        self.clock.sleep(self.takes_s)
        self.taken += 1
        return Screenshot(Image.new("RGB", self.size, (self.taken, 0, 0)))


@pytest.mark.parametrize(
    ("takes_s", "duration_s", "frames"),
    [(0.0, 3.0, 6), (0.1, 3.0, 6), (0.5, 3.0, 6), (1.0, 3.0, 3), (1.0, 2.5, 3), (9.0, 2.0, 1)],
)
def test_a_film_has_two_frames_a_second_or_what_the_screen_gives(
    takes_s: float, duration_s: float, frames: int
) -> None:
    clock = FakeClock()
    screen = Blinking(clock, takes_s, (540, 1200))
    clip = film(screen.glance, clock, duration_s)
    assert screen.taken == frames
    times = [place * max(0.5, takes_s) for place in range(frames)]
    shown = list(clip.frames(times))
    assert [frame.image.getpixel((0, 0)) for frame in shown] == [
        (number, 0, 0) for number in range(1, frames + 1)
    ]
    assert clip.facts.duration_s >= duration_s
    assert clip.facts.fps == pytest.approx(frames / clip.facts.duration_s)


def test_a_film_of_a_large_screen_keeps_small_frames_of_the_same_shape() -> None:
    clock = FakeClock()
    clip = film(Blinking(clock, 0, (1440, 3200)).glance, clock, 1.0)
    assert (clip.facts.size.width, clip.facts.size.height) == (576, 1280)


@pytest.mark.parametrize(
    ("timeout_s", "outer_s", "filmed_s"), [(90.0, 90.0, 20.0), (12.0, 90.0, 12.0), (90.0, 0.0, 0.5)]
)
def test_nothing_is_watched_for_longer_than_the_run_may_take(
    timeout_s: float, outer_s: float, filmed_s: float, tmp_path: Path
) -> None:
    clock, device = FakeClock(), FakeDevice()
    stage = Stage(device, tmp_path, Limits(timeout_s=timeout_s), lambda: outer_s)
    eyes = wired_eyes(seer_saying("x"), device, tmp_path, clock, stage.time_left(clock))
    clip = eyes.film(20.0)
    assert clip.facts.duration_s == filmed_s
    assert clock.now() <= timeout_s
    clock.sleep(100)
    assert eyes.film(20.0).facts.duration_s == 0.5


def test_a_screen_that_goes_away_while_it_is_watched_ends_the_watching() -> None:
    from tools.errors import DeviceGoneError

    device = FakeDevice(gone_after=0)
    clock = FakeClock()
    seer = seer_saying("x")
    eyes = replace(eyes_for(seer), film=lambda duration_s: film(device.glance, clock, duration_s))
    assert isinstance(eyes, Eyes)
    device.close()
    with pytest.raises(DeviceGoneError):
        Registry(seeing_tools(eyes)).resolve("watch_screen", {"question": "?"}, context())
    assert not model_of(seer).requests
