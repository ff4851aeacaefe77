"""The same proof through the front door: a configuration goes in, a booked ticket comes out."""

import json
from pathlib import Path

import pytest

from agent import StopReason, run_goal
from agent.phone_process import STATE_FILE
from agent.recording.reader import read_recording
from tests.grounding.booking import BOOKINGS, GOAL
from tests.grounding.seeing_model import SeeingModel, serving_seen


@pytest.mark.parametrize(
    ("name", "family"),
    [("Qwen/Qwen2.5-VL-7B-Instruct", "qwen2_5_vl"), ("UI-TARS-72B-DPO", "ui_tars_1_0")],
)
def test_a_served_model_books_on_the_virtual_phone(tmp_path: Path, name: str, family: str) -> None:
    with serving_seen(SeeingModel(family, seed=3)) as server:
        episode = run_goal(
            GOAL, device="virtual", server=server.base_url, model=name, record_dir=tmp_path
        )

    assert episode.stop is StopReason.FINISHED, episode.error
    assert episode.recording is not None
    assert read_recording(episode.recording).start.dialect == family
    state = json.loads((episode.recording / STATE_FILE).read_text())
    (booked,) = state["databases"][BOOKINGS]["bookings"]
    ticket = booked["trip_type"], booked["origin"], booked["destination"]
    assert ticket == ("one_way", "CKG", "PEK")
