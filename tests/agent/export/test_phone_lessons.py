"""A run of the rules on the virtual phone, told in every dialect: each tap lands on its target."""

from pathlib import Path

import pytest

from agent.dialects.choose import DIALECTS
from agent.export.samples import make_lesson
from agent.recording.reader import Recording, read_recording
from agent.wiring.episode import run_goal
from tests.agent.export.lessons import tools_of
from tools.geometry import Point, Projection


@pytest.fixture(scope="module")
def errand(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """A search typed into a field, and a switch."""
    episode = run_goal(
        "turn on airplane mode",
        device="virtual",
        policy="rules",
        record_dir=tmp_path_factory.mktemp("recordings"),
    )
    assert episode.finished
    assert episode.recording is not None
    return read_recording(episode.recording)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_taps_land_on_the_targets_that_were_tapped(name: str, errand: Recording) -> None:
    dialect, tools = DIALECTS[name](), tools_of(errand)
    found = make_lesson(errand, dialect, tools)
    assert len(found.samples) >= 5
    tapped = 0
    for sample in found.samples:
        recorded = errand.steps[int(sample.name.rpartition(":")[2])]
        assert recorded.observation is not None
        assert recorded.decision is not None
        (image,) = sample.request.messages[-1].images
        projection = Projection(shown=image.size, device=recorded.observation.size)
        heard = dialect.read(sample.reply, projection, tools)
        assert heard.call.name == recorded.decision.call.name
        if heard.call.name != "tap":
            continue
        assert recorded.intent is not None
        assert recorded.intent.anchor is not None
        assert recorded.intent.anchor.target is not None
        at = heard.call.arguments["at"]
        assert isinstance(at, list)
        spot = Point(x=int(str(at[0])), y=int(str(at[1])))
        assert recorded.intent.anchor.target.box.contains(spot)
        tapped += 1
    assert tapped >= 3


def test_the_day_of_the_phone_is_told(errand: Recording, tmp_path: Path) -> None:
    found = make_lesson(errand, DIALECTS["ui_tars"](), tools_of(errand))
    first = found.samples[0].request.messages[0].text
    assert "Today's date is 2027-01-04 Monday." in first
