"""Teacher-forced: somebody else at every recorded step, and how their answers are scored."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config import Config
from agent.dialects.choose import dialect_named
from agent.model import Model, Reply
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.recording.format import ActionIntent, Anchor, FileRef, ObservationSeen, Target
from agent.recording.reader import RecordedStep
from agent.replay.forced import (
    Forced,
    FreshDecider,
    compare_outcomes,
    replay_forced,
    totals,
)
from agent.replay.taught import TaughtDecider
from agent.wiring.redecide import NOT_CLOSED_LOOP, Opened, open_recording, other_decider
from tests.agent.episodes import FORM
from tests.agent.replay.made import form_replies, say_done, say_tap, say_type
from tools.action import OpenApp, Scroll, Tap, TypeText, Wait
from tools.errors import ConfigError, ModelError, OffScreenError, RecordingError
from tools.geometry import Box, Point, Size
from tools.outcome import Finish, Note

FAMILY = "qwen2_5_vl"
FILE = FileRef(path="frames/x", sha256="0", size_bytes=0)
SIZE = Size(width=100, height=200)


def silent(*_: Any) -> None:
    """Nobody listens."""


def rules_at(folder: Path) -> Forced:
    with other_decider(Config(policy="rules"), silent) as decide:
        return decide(open_recording(folder), silent)


def taught(
    opened: Opened, replies: Sequence[str | Reply | ModelError]
) -> tuple[Forced, ScriptedModel]:
    dialect, model = dialect_named(FAMILY), ScriptedModel(replies, name="other")
    decider = TaughtDecider(model, dialect, opened.tools, maker(opened, FAMILY))
    return replay_forced(opened.tape, opened.tools, decider), model


def maker(opened: Opened, family: str) -> Callable[[Model], VlmPolicy]:
    return lambda model: VlmPolicy(model, dialect_named(family), opened.tools)


def test_rules_agree_with_their_own_booking(booking: Path) -> None:
    found = rules_at(booking)
    assert found.same
    assert found.first_miss is None
    counts = totals(found.scores)
    assert counts["agrees"] == counts["type"] == (14, 14)
    assert counts["point"] == (13, 13)
    assert counts["finish"] == (1, 1)
    assert NOT_CLOSED_LOOP in found.notes


def test_another_goal_is_another_way(booking: Path) -> None:
    """The same rules, asked for another town: they part where the town is chosen."""
    opened = open_recording(booking)
    start = opened.tape.recording.start.model_copy(
        update={"goal": "book a one-way ticket Chongqing to Shanghai"}
    )
    recording = type(opened.tape.recording)(**{**vars(opened.tape.recording), "start": start})
    from agent.policies.rules.policy import RulesPolicy
    from agent.replay.forced import PolicyDecider
    from agent.replay.tape import Tape

    found = replay_forced(Tape(recording), opened.tools, PolicyDecider(RulesPolicy()))
    assert found.first_miss is not None
    assert found.first_miss.step == 5
    assert not found.same


def test_the_other_model_is_asked_the_very_same(form: Path) -> None:
    """Unreadable replies of the recorded one stay; the other is asked once a step."""
    said = [each for each in form_replies(FAMILY) if each != "I wonder what to do."]
    opened = open_recording(form)
    found, model = taught(opened, said)
    assert found.same
    assert len(model.requests) == 7
    recorded = [step.requests[0] for step in opened.tape.steps]
    for asked, request in zip(model.requests, recorded, strict=True):
        assert len(asked.messages) == len(request.messages)
        assert asked.messages[-1].images[0].sha256 == opened.tape.newest_picture(request)[0]


def test_its_misses_and_failures_are_scored_and_nothing_ends(form: Path) -> None:
    found, _ = taught(
        open_recording(form),
        [
            say_tap(FAMILY, [FORM[0] + 20, FORM[1]]),  # the same button, another place
            say_tap(FAMILY, [100, 400]),  # next to it
            say_type(FAMILY, "Bob"),
            ModelError("the server is gone"),
            "What?",
            say_done(FAMILY),
            say_done(FAMILY),
        ],
    )
    assert [score.agrees for score in found.scores] == [
        True, False, False, False, False, False, True,
    ]  # fmt: skip
    near, far, text, gone, odd, early, end = found.scores
    assert (near.in_box, near.box) == (True, "anchor")
    assert near.distance == pytest.approx(20 / 270, abs=0.01)
    assert (far.type_same, far.in_box) == (True, False)
    assert (text.type_same, text.text_same) == (True, False)
    assert gone.failed
    assert gone.seen == "the server is gone"
    assert odd.failed
    assert (early.type_same, early.finish_same) == (False, False)
    assert end.finish_same is True
    assert found.first_miss is far
    assert totals(found.scores)["failed"] == (2, 7)


def test_in_another_dialect_the_steps_before_are_told_as_text(form: Path) -> None:
    opened, family = open_recording(form), "tools_text"
    said = [each for each in form_replies("tools") if each != "I wonder what to do."]
    model = ScriptedModel(said)
    decider = FreshDecider("other", lambda: maker(opened, family)(model))
    found = replay_forced(opened.tape, opened.tools, decider)
    assert found.same
    fourth = model.requests[3]
    assert sum(len(message.images) for message in fourth.messages) == 1
    told = "\n".join(message.text for message in fourth.messages)
    assert 'Step 3: Next. [type_text "Ann"]' in told
    assert "2027-01-04 Monday" in told  # it knows the day, though it begins in the middle


def test_recordings_without_trees_cannot_be_read_by_rules(form: Path) -> None:
    with pytest.raises(RecordingError, match="holds no UI trees"):
        rules_at(form)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"policy": "rulez"}, "no policy 'rulez'"),
        ({"policy": "scripted"}, "no policy 'scripted'"),
        ({"policy": "vlm"}, "needs a model"),
        ({"model": "auto"}, "must be named"),
        ({"model": "x", "server": "http://127.0.0.1:1", "dialect": "qwen9"}, "no dialect 'qwen9'"),
    ],
)
def test_who_cannot_decide_is_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said), other_decider(Config(**settings), silent):
        pass


def test_a_run_that_gave_up_is_no_example(tmp_path: Path) -> None:
    from agent import run_goal

    episode = run_goal("recite a poem", device="virtual", record_dir=tmp_path)
    assert episode.recording is not None
    assert any("did not finish (gave up)" in note for note in rules_at(episode.recording).notes)


def step_at(box: Box | None) -> RecordedStep:
    """A recorded tap whose target has this box."""
    look = ObservationSeen(
        seq=1, at_s=0, step=0, frame=FILE, size=SIZE, app="", activity="", ui_tree=None, settle="",
        frames_taken=1, changed=None, source="", frame_key="", feedback="", masked=(),
        device_time=None,
    )  # fmt: skip
    target = None
    if box is not None:
        target = Target(kind="", text="", description="", hint="", resource_id="", box=box)
    anchor = Anchor(box=Box(left=0, top=0, right=60, bottom=60), patch=FILE, target=target)
    tap = Tap(at=Point(x=10, y=10))
    intent = ActionIntent(seq=2, at_s=0, step=0, action=tap, transforms=(), anchor=anchor)
    return RecordedStep(index=0, observation=look, intent=intent)


POINTS = st.builds(Point, x=st.integers(0, 99), y=st.integers(0, 199))
OUTCOMES = st.one_of(
    st.builds(Tap, at=POINTS),
    st.builds(TypeText, text=st.text(max_size=5)),
    st.builds(OpenApp, name=st.text(min_size=1, max_size=5)),
    st.builds(Scroll, at=POINTS, direction=st.sampled_from(["up", "down"])),
    st.builds(Wait),
    st.builds(Finish, success=st.booleans()),
    st.builds(Note, text=st.just("n")),
)


@given(OUTCOMES)
def test_everybody_agrees_with_themselves(outcome: Any) -> None:
    whole = step_at(Box.of(SIZE))
    score = compare_outcomes(whole, outcome, outcome)
    assert score.agrees
    assert score.distance in (None, 0.0)


@given(OUTCOMES, OUTCOMES)
def test_agreement_does_not_depend_on_who_came_first(one: Any, other: Any) -> None:
    whole = step_at(Box.of(SIZE))
    forth, back = compare_outcomes(whole, one, other), compare_outcomes(whole, other, one)
    assert (forth.agrees, forth.distance) == (back.agrees, back.distance)


@given(POINTS)
def test_a_point_agrees_if_it_lies_in_the_box_of_the_target(at: Point) -> None:
    box = Box(left=5, top=5, right=40, bottom=30)
    score = compare_outcomes(step_at(box), Tap(at=Point(x=10, y=10)), Tap(at=at))
    assert score.agrees is box.contains(at)
    assert score.box == "target"
    anchored = compare_outcomes(step_at(None), Tap(at=Point(x=10, y=10)), Tap(at=at))
    assert anchored.agrees is (at.x < 60 and at.y < 60)
    assert anchored.box == "anchor"


def test_who_repeats_a_mistake_does_not_agree() -> None:
    score = compare_outcomes(step_at(None), OffScreenError("off"), Tap(at=Point(x=1, y=1)))
    assert not score.agrees


def test_giving_up_is_not_finishing() -> None:
    score = compare_outcomes(step_at(None), Finish(success=True), Finish(success=False))
    assert (score.type_same, score.finish_same, score.agrees) == (True, False, False)


def test_an_app_or_a_direction_is_a_text() -> None:
    apps = compare_outcomes(step_at(None), OpenApp(name="Clock"), OpenApp(name=" clock"))
    assert (apps.text_same, apps.agrees) == (True, True)
    at = Point(x=1, y=1)
    down, up = Scroll(at=at, direction="down"), Scroll(at=at, direction="up")
    assert compare_outcomes(step_at(None), down, up).agrees is False
    far = Scroll(at=Point(x=90, y=190), direction="down")
    assert compare_outcomes(step_at(None), down, far).agrees is True
