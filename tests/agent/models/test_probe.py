"""Probing and calibration, against a server that finds the discs by looking at the picture."""

import base64
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from agent.cli.app import run_command
from agent.models.calibrate import (
    PICTURE,
    Answered,
    Calibration,
    Convention,
    interpret,
    read_point,
)
from agent.models.openai_api import OpenAIModel
from agent.models.presets import PRESETS, Endpoint
from agent.models.probe import ServerReport, probe
from agent.models.structured import ServerMemory
from agent.models.targets import COLOURS, draw_number, draw_targets, place_targets
from tests.agent.models.fault_server import Answer, FaultServer, Json, refuse, say, serving, words
from tools.clock import FakeClock
from tools.errors import ModelHTTPError, UnreadableReplyError
from tools.geometry import Size, Space

Speak = Callable[[float, float, Size], str]
SMALL = Size(width=364, height=812)


def _pixels(x: float, y: float, _: Size) -> str:
    return f'```json\n{{"point_2d": [{x:.0f}, {y:.0f}]}}\n```'


def _norm1000(x: float, y: float, size: Size) -> str:
    return f"({x / size.width * 1000:.0f},{y / size.height * 1000:.0f})"


def _norm1(x: float, y: float, size: Size) -> str:
    return f'{{"x": {x / size.width:.3f}, "y": {y / size.height:.3f}}}'


def _shrunk(x: float, y: float, _: Size) -> str:
    return f"<point>{x * 0.62:.0f} {y * 0.62:.0f}</point>"


def _swapped(x: float, y: float, size: Size) -> str:
    return f"[{y / size.height * 1000:.0f}, {x / size.width * 1000:.0f}]"


def _always_the_middle(_x: float, _y: float, _: Size) -> str:
    return "[500, 500]"


class Seer:
    """A model that sees: it decodes what it is sent and finds the disc by its colour."""

    def __init__(self, speak: Speak = _pixels, *, honest: bool = True, sees: bool = True) -> None:
        self.speak = speak
        self.honest = honest
        self.sees = sees

    def __call__(self, body: Json) -> Answer:
        content = body["messages"][-1]["content"]
        form = body.get("response_format")
        if form and self.honest and form["type"] == "json_schema":
            return words('{"token": "tapwright-1729"}')
        if isinstance(content, str):
            return words("Hello!")
        if not self.sees:
            return words("I cannot see any picture.")
        image = _decoded(content)
        asked = next(part["text"] for part in content if part["type"] == "text")
        letter = re.search(r"disc marked ([A-Z])\b", asked)
        if letter is None:
            digits, drawn = draw_number()
            same = image.tobytes() == Image.open(io.BytesIO(drawn.data)).tobytes()
            return words(digits[:2], digits[2:] if same else "?")
        x, y = _find(image, COLOURS[ord(letter[1]) - ord("A")])
        return words(self.speak(x, y, Size(width=image.width, height=image.height)))


def _decoded(content: list[Json]) -> Image.Image:
    url = next(part["image_url"]["url"] for part in content if part["type"] == "image_url")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


def _find(image: Image.Image, colour: str) -> tuple[float, float]:
    rows, columns = np.nonzero(
        (np.asarray(image) == np.array(ImageColor.getrgb(colour), dtype=np.uint8)).all(axis=2)
    )
    return float(columns.min() + columns.max()) / 2, float(rows.min() + rows.max()) / 2


def _probed(
    server: FaultServer, folder: Path, preset: str = "vllm", **options: object
) -> ServerReport:
    memory = ServerMemory(folder / "servers.json")
    end = Endpoint(server.base_url, PRESETS[preset])
    model = OpenAIModel("tiny-vl", end, memory=memory, clock=FakeClock(tick_s=0.01))
    settings: dict[str, object] = {"picture": SMALL, **options}
    try:
        return probe(model, **settings)  # type: ignore[arg-type]
    finally:
        model.close()


@pytest.mark.parametrize(
    ("speak", "convention", "fine_for"),
    [
        (_pixels, Convention.SENT_PX, Space.MODEL_PX),
        (_norm1000, Convention.NORM1000, Space.NORM1000),
        (_norm1, Convention.NORM1, None),
        (_shrunk, Convention.RESIZED_PX, None),
        (_always_the_middle, Convention.UNKNOWN, None),
    ],
)
def test_coordinates_are_found_out(
    speak: Speak, convention: Convention, fine_for: Space | None, tmp_path: Path
) -> None:
    with serving(Seer(speak)) as server:
        report = _probed(server, tmp_path)
    assert report.sees
    assert report.warnings == ()
    assert report.calibration is not None
    assert report.calibration.convention is convention
    for space in Space:
        assert bool(report.calibration.warning(space)) is (space is not fine_for)


def test_a_wrong_dialect_is_warned_of(tmp_path: Path) -> None:
    with serving(Seer(_norm1000)) as server:
        report = _probed(server, tmp_path, expected=Space.MODEL_PX)
    (warning,) = report.warnings
    assert "reads pixels of the picture sent, but the model speaks 0..1000" in warning


def test_a_server_that_shrinks_pictures_is_told_what_to_do(tmp_path: Path) -> None:
    with serving(Seer(_shrunk)) as server:
        report = _probed(server, tmp_path, expected=Space.MODEL_PX)
    assert "226x504 of a picture of 364x812: send none above 113904 pixels" in report.warnings[0]


def test_swapped_axes(tmp_path: Path) -> None:
    with serving(Seer(_swapped)) as server:
        found = _probed(server, tmp_path).calibration
    assert found is not None
    assert found.swapped
    assert found.convention is Convention.NORM1000
    assert "y before x" in found.warning(Space.NORM1000)


def test_what_is_said_of_a_server(tmp_path: Path) -> None:
    entry = {"id": "tiny-vl", "owned_by": "vllm", "max_model_len": 8192}
    heard: list[str] = []
    with serving(Seer(), models=say({"data": [entry]})) as server:
        report = _probed(server, tmp_path, preset="custom", on_progress=heard.append)
    assert (report.kind, report.told_by) == ("vllm", "owned_by: vllm")
    assert report.context == 8192
    assert report.constraints == {
        "json_schema": True,
        "structural_tag": False,
        "structured_outputs": False,
        "guided_json": False,
    }
    assert report.read == draw_number()[0]
    assert report.speed.first_token_s > 0
    assert report.speed.tokens_per_s > 0
    assert "set up as 'custom' but looks like 'vllm'" in report.warnings[0]
    assert heard == [
        "models",
        "a plain question",
        "a picture",
        "structured output",
        "coordinates",
    ]
    assert ServerReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("how", ["ignores", "refuses"])
def test_a_blind_model(how: str, tmp_path: Path) -> None:
    def refusing(body: Json) -> Answer:
        blind = isinstance(body["messages"][-1]["content"], str)
        return words("Hello!") if blind else refuse(400, "image input is not supported")

    with serving(Seer(sees=False) if how == "ignores" else refusing) as server:
        report = _probed(server, tmp_path)
    assert not report.sees
    assert report.calibration is None
    assert "does not see pictures" in report.warnings[0]


def test_a_server_that_claims_to_hold_to_schemas(tmp_path: Path) -> None:
    with serving(Seer(honest=False)) as server:
        report = _probed(server, tmp_path, picture=None)
    assert not any(report.constraints.values())
    assert report.calibration is None


def test_no_list_of_models_is_no_end(tmp_path: Path) -> None:
    with serving(Seer(), models=refuse(500, "no cache folder")) as server:
        report = _probed(server, tmp_path, picture=None)
    assert report.models == ()
    assert "no list of models" in report.warnings[0]


def test_a_server_that_answers_nothing(tmp_path: Path) -> None:
    with serving(refuse(401, "key")) as server, pytest.raises(ModelHTTPError):
        _probed(server, tmp_path)


def _answers(
    speak: Callable[[float, float], tuple[float, float]], size: Size = PICTURE
) -> list[Answered]:
    said = [(target, *speak(target.x, target.y)) for target in place_targets(size, 8)]
    return [Answered(target=target, x=float(x), y=float(y)) for target, x, y in said]


def test_two_wild_answers_do_not_matter() -> None:
    answers = _answers(lambda x, y: (x, y))
    answers[1] = answers[1].model_copy(update={"x": 9000.0, "y": -5.0})
    answers[6] = answers[6].model_copy(update={"x": 1.0, "y": 1.0})
    found = interpret(answers, PICTURE)
    assert found.convention is Convention.SENT_PX
    assert found.x.scale == pytest.approx(1.0, abs=0.03)


@given(seed=st.integers(0, 10_000), wobble=st.floats(0, 12))
def test_an_unsteady_hand_does_not_matter(seed: int, wobble: float) -> None:
    rng = random.Random(seed)

    def speak(x: float, y: float) -> tuple[float, float]:
        return x + rng.uniform(-wobble, wobble), y + rng.uniform(-wobble, wobble)

    assert interpret(_answers(speak), PICTURE).convention is Convention.SENT_PX


@pytest.mark.parametrize(
    "speak",
    [
        lambda _x, _y: (0.0, 0.0),
        lambda x, y: (-x, -y),
        lambda x, y: (x + 300, y),
        lambda x, y: (x * 2, y),
        lambda x, y: ((x * 7919) % 1000, (y * 104729) % 1000),
    ],
)
def test_nonsense_is_called_so(speak: Callable[[float, float], tuple[float, float]]) -> None:
    found = interpret(_answers(speak), PICTURE)
    assert found.convention is Convention.UNKNOWN
    assert "cannot be used for clicks" in found.warning(Space.MODEL_PX)


def test_too_few_answers() -> None:
    answers = _answers(lambda x, y: (x, y))[:3]
    found = interpret(answers, PICTURE)
    assert found.convention is Convention.UNKNOWN
    assert len(found.answers) == 3
    assert isinstance(found, Calibration)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ('{"point_2d": [12, 34]}', (12, 34)),
        ("(12, 34)", (12, 34)),
        ("12, 34", (12, 34)),
        ("It is at x=12, y=34.", (12, 34)),
        ('{"x": 0.12, "y": 0.34}', (0.12, 0.34)),
        ("<point>12 34</point>", (12, 34)),
        ("[10, 20, 14, 48]", (12, 34)),
        ('[{"bbox_2d": [10, 20, 14, 48], "label": "disc A"}]', (12, 34)),
        ("<|box_start|>(10,20),(14,48)<|box_end|>", (12, 34)),
        ("start_box='(12,34)'", (12, 34)),
        ("First I thought [1, 2], but it is [12, 34].", (12, 34)),
        ("nowhere", None),
        ("", None),
        ("disc 5", None),
    ],
)
def test_positions_in_answers(text: str, point: tuple[float, float] | None) -> None:
    if point is None:
        with pytest.raises(UnreadableReplyError):
            read_point(text)
    else:
        assert read_point(text) == point


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        x, y = read_point(text)
    except UnreadableReplyError:
        return
    assert isinstance(x, float)
    assert isinstance(y, float)


@pytest.mark.parametrize("count", [4, 8, 9, 26])
def test_targets_lie_apart_and_inside(count: int) -> None:
    targets = place_targets(PICTURE, count)
    assert len({target.x for target in targets}) == len({target.y for target in targets}) == count
    assert all(0 < target.x < PICTURE.width and 0 < target.y < PICTURE.height for target in targets)


def test_targets_are_drawn_where_they_are_said_to_be() -> None:
    targets = place_targets(SMALL, 8)
    image = Image.open(io.BytesIO(draw_targets(targets, SMALL).data))
    for target, colour in zip(targets, COLOURS, strict=True):
        assert _find(image, colour) == pytest.approx((target.x, target.y), abs=1)


@pytest.mark.parametrize(("size", "count"), [(SMALL, 3), (SMALL, 27), (Size(width=9, height=9), 8)])
def test_targets_that_do_not_fit(size: Size, count: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        place_targets(size, count)


def test_probe_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Seer(_norm1000)) as server:
        arguments = ["model", "probe", "--server", server.base_url, "--kind", "vllm"]
        assert run_command([*arguments, "--dialect", "qwen3_vl"]) == 0
        said = capsys.readouterr().out
        assert run_command([*arguments, "tiny-vl", "--dialect", "qwen2_5_vl", "--json"]) == 1
        report = json.loads(capsys.readouterr().out)
        assert run_command([*arguments, "--dialect", "qwen3vl"]) == 2
        assert "Did you mean 'qwen3_vl'?" in capsys.readouterr().err
    assert "dialect     qwen3_vl, because it was asked for" in said
    assert "vision      yes, it read" in said
    assert "coordinates 0..1000: x 0.9" in said
    assert report["calibration"]["convention"] == "0..1000"
    assert report["warnings"]


def test_probe_wants_a_model_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Seer(), models=say({"data": [{"id": "a"}, {"id": "b"}]})) as server:
        assert run_command(["model", "probe", "--server", server.base_url]) == 2
    assert "Name one of: a, b." in capsys.readouterr().err


def test_probe_takes_the_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", "from-env")
    with serving(Seer()) as server:
        arguments = ["--server", server.base_url, "--kind", "vllm", "--no-calibrate"]
        assert run_command(["model", "probe", *arguments]) == 0
        assert server.headers[0]["authorization"] == "Bearer from-env"


def test_fit_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["model", "fit", "Qwen/Qwen2.5-VL-7B-Instruct"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"int8\s+9\.5\s+0\.4\s+2\.1\s+12\.0\s+from 16 GB", said)
    assert run_command(["model", "fit", "Qwen2.5-VL-7B", "--gpu", "24GB", "--json"]) == 0
    assert [need["fits"] for need in json.loads(capsys.readouterr().out)["estimates"]] == [True] * 3
    assert run_command(["model", "fit", "Qwen2.5-VL-7B", "--gpu", "24", "--precision", "bf16"]) == 0
    assert run_command(["model", "fit", "Qwen2.5-VL-72B", "--gpu", "24GB"]) == 1
    assert run_command(["model", "fit", "--gpu", "8GB"]) == 0
    assert "Qwen3-VL-2B" in capsys.readouterr().out
    big = ["model", "fit", "Qwen2.5-VL-7B", "--gpu", "10GB", "--pixels", "12845056"]
    assert run_command(big) == 1
    assert "It fits in int4 with --pixels" in capsys.readouterr().out
    assert run_command(["model", "fit", "nonsense"]) == 2
    assert run_command(["model", "fit", "Qwen2.5-VL-7B", "--gpu", "much"]) == 2
