"""An episode that somebody outside decides, without any protocol between."""

from pathlib import Path

from agent.config import Config
from agent.recording.reader import read_recording
from agent.step import StopReason
from agent.wiring.visit import GONE, Progress, Told, Visits, Wanted
from tools.guard import Rule

NOTES = [133, 465]
"""Where the icon of Notes is on the home screen, on the grid of 1000."""


def config(tmp_path: Path) -> Config:
    rule = Rule(verdict="ask", actions=("tap",), reason="to be on the safe side")
    return Config(device="virtual", record_dir=tmp_path / "recordings", guard=(rule,))


def test_a_question_that_nobody_answers_is_no_yes(tmp_path: Path) -> None:
    with Visits(config(tmp_path)) as visits:
        handed = visits.call("tap", {"at": list(NOTES)})
        assert isinstance(handed, Wanted)
        assert "to be on the safe side" in handed.what
        told = visits.call("wait", {"duration_s": 0.1})
        assert isinstance(told, Told)
        assert "launcher" in told.text
    [folder] = (tmp_path / "recordings").iterdir()
    steps = read_recording(folder).steps
    assert steps[0].mistakes[0].kind == "DeniedError"
    assert steps[1].result is not None


def test_who_leaves_in_the_middle_of_a_question_has_said_no(tmp_path: Path) -> None:
    visits = Visits(config(tmp_path))
    assert isinstance(visits.call("tap", {"at": list(NOTES)}), Wanted)
    visits.close()
    visits.close()
    [folder] = (tmp_path / "recordings").iterdir()
    whole = read_recording(folder)
    assert whole.end is not None
    assert whole.end.stop is StopReason.INTERRUPTED
    assert whole.end.error == GONE


def test_an_errand_hands_out_each_step_and_then_its_end(tmp_path: Path) -> None:
    free = config(tmp_path).model_copy(update={"approve": "always"})
    with Visits(free) as visits:
        handed = visits.pursue("open the app Settings")
        steps = 0
        while isinstance(handed, Progress):
            assert handed.step.index == steps
            steps += 1
            handed = visits.answer(yes=True)
        assert isinstance(handed, Told)
        assert not handed.wrong
        assert f"Steps: {steps}." in handed.text
