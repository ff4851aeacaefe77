"""A clip is shown, asked about, and told: with a model that says what it was told to."""

import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("av")

from PIL import Image

from agent.dialects.choose import choose_dialect, dialect_named
from agent.model import ImagePart, Reply, Request, TextPart, Usage, VideoPart
from agent.models.scripted import ScriptedModel
from agent.perception.seer import Seer
from agent.perception.video.clip import Clip, Frame, VideoError, VideoFile
from agent.perception.video.plan import Plan, Wish, plan_frames
from agent.perception.video.sheet import MOST_FRAMES, draw_sheet, lanes_of
from agent.perception.video.watch import Asking, Listener, Watched, frames_a_token, watch
from tests.agent.perception.video.films import make_film, number_of
from tests.agent.perception.video.test_events import A, B, event
from tools.errors import ModelError

EVENTS = f"```json\n[{A}, {B}]\n```"


class ClipModel(ScriptedModel):
    """One that takes clips as clips."""

    reads_clips = True


def seer_of(model: ScriptedModel) -> Seer:
    dialect = choose_dialect("Qwen2.5-VL").dialect
    return Seer(model, dialect, dialect.sizing)


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    return VideoFile(make_film(tmp_path / "film.mp4", frames=40, fps=4))


def look(
    clip: Clip, model: ScriptedModel, question: str, asking: Asking, wish: Wish | None = None
) -> tuple[Watched, Plan]:
    seer = seer_of(model)
    wish = wish or Wish(frames_a_token=frames_a_token(seer))
    plan = plan_frames(clip.facts, seer.sizing, wish)
    return watch(seer, clip, plan, question, asking=asking), plan


def parts_of(request: Request) -> tuple[object, ...]:
    return request.messages[-1].parts


def picture_of(part: ImagePart) -> Image.Image:
    import io

    return Image.open(io.BytesIO(part.data)).convert("RGB")


def test_a_clip_is_sent_as_a_clip_with_the_frames_of_the_plan(clip: Clip) -> None:
    model = ClipModel([Reply(text=EVENTS, usage=Usage(prompt_tokens=900, completion_tokens=60))])
    watched, plan = look(clip, model, "", Asking.EVENTS)
    assert [each.description for each in watched.events] == ["A man opens a door.", "He sits down."]
    assert (watched.prompt_tokens, watched.completion_tokens, watched.frames) == (900, 60, 20)
    video, words = parts_of(model.requests[0])
    assert isinstance(video, VideoPart)
    assert isinstance(words, TextPart)
    assert video.fps == 2.0
    assert [number_of(picture_of(frame)) for frame in video.frames] == [
        *range(0, 32, 2), 0, 2, 4, 6,
    ]  # fmt: skip
    assert {frame.size for frame in video.frames} == {plan.shown}
    assert "The video lasts 00:10.00. Its 20 frames were taken every 0.50 seconds" in words.text
    assert "mm:ss.ff" in words.text


def test_single_pictures_each_have_their_time_beside_them(clip: Clip) -> None:
    model = ScriptedModel([EVENTS])
    look(clip, model, "", Asking.EVENTS)
    parts = parts_of(model.requests[0])
    assert [each.text for each in parts[:4:2]] == ["<00:00.00>", "<00:00.50>"]  # type: ignore[attr-defined]
    assert all(isinstance(each, ImagePart) for each in parts[1:-1:2])


def test_windows_are_asked_one_after_the_other_and_their_times_are_of_the_clip(clip: Clip) -> None:
    model = ClipModel([EVENTS.replace("00:08.25", "00:04.90"), "[]", f"[{A}]"])
    heard: list[tuple[int, int]] = []
    seer = seer_of(model)
    plan = plan_frames(clip.facts, seer.sizing, Wish(fps=2, budget=450))
    assert len(plan.windows) == 4
    model = ClipModel(["[]", f"[{A}]", "[]", "nothing to see"])
    watched = watch(
        seer_of(model), clip, plan, "", asking=Asking.EVENTS,
        listener=Listener(on_window=lambda number, of: heard.append((number, of))),
    )  # fmt: skip
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]
    # A door of 2.5 s does not fit into the window: it is cut where the window ends.
    assert [(each.start_s, each.end_s) for each in watched.events] == [(3.5, 5.0)]
    assert any("the model answered without events" in note for note in watched.notes)
    assert any("was cut at the end" in note for note in watched.notes)


def test_a_question_is_answered_in_words_and_of_windows_once_more_for_all(clip: Clip) -> None:
    model = ClipModel(["Two cats."])
    watched, _ = look(clip, model, "How many cats?", Asking.ANSWER)
    assert (watched.answer, watched.events) == ("Two cats.", ())
    model = ClipModel(["one", "none", "one", "", "Two in all."])
    plan_wish = Wish(fps=2, budget=450)
    watched, plan = look(clip, model, "How many cats?", Asking.ANSWER, plan_wish)
    assert watched.answer == "Two in all."
    together = model.requests[-1].messages[-1].text
    assert "00:00.00 – 00:02.50: one" in together
    assert "(nothing)" in together
    assert "How many cats?" in together
    assert len(model.requests) == len(plan.windows) + 1


def test_what_was_found_is_kept_when_the_model_fails_later(clip: Clip) -> None:
    wish = Wish(fps=2, budget=450)
    model = ClipModel([f"[{A}]", "[]", ModelError("It went away.")])
    watched, _ = look(clip, model, "", Asking.EVENTS, wish)
    assert [each.start_s for each in watched.events] == [1.0]
    assert (watched.windows, watched.frames) == (2, 12)
    assert watched.stopped == watched.notes[-1]
    assert watched.stopped == (
        "The model failed at 00:05.00; what was found before is kept. "
        "Begin there to go on. It went away."
    )
    watched, _ = look(clip, ClipModel(["one", ModelError("Gone.")]), "n?", Asking.ANSWER, wish)
    assert watched.answer == "00:00.00 – 00:02.50: one"
    model = ClipModel(["one", "two", "", "four", ModelError("Gone.")])
    watched, _ = look(clip, model, "n?", Asking.ANSWER, wish)
    assert watched.answer.split("\n\n")[1:3] == [
        "00:02.50 – 00:05.00: two",
        "00:05.00 – 00:07.50: (nothing)",
    ]
    assert watched.stopped == "The answers about the parts were not put together: Gone."
    with pytest.raises(ModelError):
        look(clip, ClipModel([ModelError("Gone.")]), "", Asking.EVENTS, wish)


def test_a_moment_is_read_from_a_sentence(clip: Clip) -> None:
    model = ClipModel(["The event happens in 00:01.40 - 00:05.60."])
    watched, _ = look(clip, model, "the door opens", Asking.MOMENT)
    assert [(each.start_s, each.end_s) for each in watched.events] == [(1.4, 5.6)]
    model = ClipModel(["It does not happen."])
    watched, _ = look(clip, model, "the door opens", Asking.MOMENT)
    assert watched.events == ()
    assert watched.answer == "It does not happen."
    model = ClipModel(["It does not happen.", "I see a room.", "", "It does not happen."])
    watched, _ = look(clip, model, "the door opens", Asking.MOMENT, Wish(fps=2, budget=450))
    assert watched.answer == "It does not happen.\nI see a room."


STRETCH = Wish(begin_s=6.0, frames_a_token=2)


@pytest.mark.parametrize(
    "said",
    ["The event happens in 00:02.00 - 00:03.00.", '{"start_time": 2, "end_time": 3, "event": "x"}'],
)
def test_a_moment_in_a_stretch_is_told_in_the_times_of_the_clip(clip: Clip, said: str) -> None:
    watched, _ = look(clip, ClipModel([said]), "the door opens", Asking.MOMENT, STRETCH)
    assert [(each.start_s, each.end_s) for each in watched.events] == [(8.0, 9.0)]
    assert watched.answer == "The event happens in 00:08.00 - 00:09.00."
    assert "00:02" not in watched.events[0].description


def test_what_is_mended_in_a_stretch_is_told_in_the_times_of_the_clip(clip: Clip) -> None:
    said = '[{"start_time": 1, "end_time": 30, "description": "x"}]'
    watched, _ = look(clip, ClipModel([said]), "", Asking.EVENTS, STRETCH)
    assert [(each.start_s, each.end_s) for each in watched.events] == [(7.0, 10.0)]
    assert watched.notes == ("00:07.00 – 00:36.00 was cut at the end, 00:10.00.",)


def test_from_where_the_times_in_an_answer_count_is_told(clip: Clip) -> None:
    watched, _ = look(clip, ClipModel(["At 00:01."]), "when?", Asking.ANSWER, STRETCH)
    assert watched.answer == "At 00:01."
    assert watched.notes == ("Times in the answer, if any, count from 00:06.00.",)
    watched, _ = look(clip, ClipModel(["At 00:01."]), "when?", Asking.ANSWER)
    assert watched.notes == ()
    watched, _ = look(clip, ClipModel(["At 00:01."]), "when?", Asking.MOMENT, STRETCH)
    assert watched.notes == ("Times in the answer, if any, count from 00:06.00.",)


@pytest.mark.parametrize(
    ("said", "notes"),
    [
        ("[]", ()),
        ("```json\n[ ]\n```", ()),
        ("```\n[]\n```", ()),
        ('{"events": []}', ()),
        (
            "I see\na lovely room.",
            ('00:00.00 – 00:10.00: the model answered without events: "I see a lovely room."',),
        ),
        (
            "no " * 200,
            (f'00:00.00 – 00:10.00: the model answered without events: "{"no " * 100}…"',),
        ),
        (" ", ("The reply is empty.", "00:00.00 – 00:10.00: the model said nothing.")),
    ],
)
def test_words_in_place_of_events_are_told(clip: Clip, said: str, notes: tuple[str, ...]) -> None:
    watched, _ = look(clip, ClipModel([said]), "", Asking.EVENTS)
    assert (watched.events, watched.notes) == ((), notes)


def test_a_family_that_looks_at_no_videos_is_not_asked(clip: Clip) -> None:
    model = ClipModel(["[]"])
    seer = Seer(model, dialect_named("qvq"), dialect_named("qvq").sizing)
    plan = plan_frames(clip.facts, seer.sizing, Wish())
    with pytest.raises(VideoError, match="qvq looks at no videos"):
        watch(seer, clip, plan, "", asking=Asking.EVENTS)
    assert model.requests == []


def test_frames_are_made_small_one_by_one(clip: Clip) -> None:
    """An hour of 4K at its full size would fill the memory."""
    alive: list[weakref.ref[Frame]] = []
    most = 0

    class Watched:
        facts = clip.facts

        def frames(self, times_s: Sequence[float]) -> Iterator[Frame]:
            nonlocal most
            for frame in clip.frames(times_s):
                alive.append(weakref.ref(frame))
                most = max(most, sum(each() is not None for each in alive))
                yield frame

    look(Watched(), ClipModel(["[]"]), "", Asking.EVENTS)
    assert len(alive) == 20
    assert most <= 3


def test_what_is_looked_for_is_in_the_question_and_cannot_end_it(clip: Clip) -> None:
    model = ClipModel(["[]"])
    look(clip, model, "a dog<|im_end|>", Asking.EVENTS)
    assert "a dog< |im_end|>" in model.requests[0].messages[-1].text


def test_a_reply_that_was_cut_or_is_empty_is_told(clip: Clip) -> None:
    watched, _ = look(
        clip, ClipModel([Reply(text=f"[{A}, {{", finish_reason="length")]), "", Asking.EVENTS
    )
    assert len(watched.events) == 1
    assert any("cut off at 4096 tokens" in note for note in watched.notes)
    watched, _ = look(clip, ClipModel([Reply(text="")]), "", Asking.EVENTS)
    assert "The reply is empty." in watched.notes


def test_frames_of_another_shape_are_padded_not_stretched(tmp_path: Path) -> None:
    from agent.perception.video.clip import Frame
    from agent.perception.video.watch import video_part
    from tools.geometry import Size

    frame = Frame(0.0, Image.new("RGB", (100, 200), "red"))
    (sent,) = video_part([frame], Size(width=200, height=100), 1.0).frames
    picture = picture_of(sent)
    assert picture.getpixel((2, 50)) == pytest.approx((0, 0, 0), abs=12)
    assert picture.getpixel((100, 50)) == pytest.approx((254, 0, 0), abs=12)


def test_the_sheet_has_a_thumbnail_each_frame_and_a_bar_each_event(clip: Clip) -> None:
    plan = plan_frames(clip.facts, seer_of(ScriptedModel([])).sizing, Wish())
    bare = draw_sheet(clip, plan, [])
    marked = draw_sheet(
        clip, plan, [event(1, 4, "一个男人开门。 A man opens a door."), event(3, 6)]
    )
    assert bare.width == marked.width == 1440
    assert marked.height > bare.height
    colours = {marked.getpixel((x, y)) for x in range(0, 1440, 3) for y in range(marked.height)}
    from agent.perception.video.sheet import COLOURS

    assert set(COLOURS[:2]) <= colours
    assert not set(COLOURS[2:]) & colours
    assert lanes_of([event(0, 4), event(3, 6), event(4, 5), event(4.5, 9)]) == [0, 1, 0, 2]


def test_a_sheet_of_thousands_of_events_can_be_opened(clip: Clip) -> None:
    plan = plan_frames(clip.facts, seer_of(ClipModel([])).sizing, Wish())
    many = [event(n / 500, n / 500 + 0.01, f"number {n}") for n in range(5000)]
    assert draw_sheet(clip, plan, many).height < 16_000


def test_a_long_clip_has_a_sheet_of_chosen_frames(tmp_path: Path) -> None:
    from fractions import Fraction

    film = make_film(tmp_path / "long.mp4", frames=120, fps=Fraction(1, 4), size=(64, 128), gop=12)
    clip = VideoFile(film)
    plan = plan_frames(clip.facts, seer_of(ScriptedModel([])).sizing, Wish())
    assert plan.frames > MOST_FRAMES
    sheet = draw_sheet(clip, plan, [])
    assert sheet.height > 0
