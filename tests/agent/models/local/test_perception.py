"""The whole way through a real model: a tiny checkpoint in this process, and one that is served."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from agent.config import load_config
from agent.dialects.choose import dialect_named
from agent.perception.ask import ask
from agent.perception.form import Form
from agent.perception.ground import ground
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.wiring.models import find_seer
from tests.agent.models.local.transformers_server import Served, serving
from tools.geometry import Box

pytestmark = pytest.mark.local
SMALL = 28 * 28 * 16


def page() -> Picture:
    image = Image.new("RGB", (300, 200), "white")
    image.paste((255, 0, 0), (100, 50, 160, 110))
    return Picture("page", image)


@pytest.mark.parametrize("family", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl"])
@pytest.mark.parametrize("point", [False, True])
def test_random_weights_held_to_the_schema_give_things_in_the_picture(
    loaded: Callable[..., object], family: str, point: bool
) -> None:
    """What it finds means nothing; that it is read, and lies in the picture, is the test."""
    dialect = dialect_named(family)
    seer = Seer(loaded(family), dialect, dialect.sizing.budget(max_pixels=SMALL))  # type: ignore[arg-type]
    found = ground(seer, page(), "the red square", point=point, max_tokens=160)
    assert found.formed
    assert all(Box.of(found.size).encloses(each.box) for each in found.found)
    assert all((each.bbox_2d is None) is point for each in found.found)


def test_random_weights_fill_a_form(loaded: Callable[..., object]) -> None:
    dialect = dialect_named("qwen2_5_vl")
    seer = Seer(loaded("qwen2_5_vl"), dialect, dialect.sizing.budget(max_pixels=SMALL))  # type: ignore[arg-type]
    form = Form(
        {
            "type": "object",
            "properties": {"red": {"type": "boolean"}, "sides": {"enum": [3, 4, 5]}},
            "required": ["red", "sides"],
            "additionalProperties": False,
        }
    )
    answered = ask(seer, [page(), page()], "What is it?", form=form)
    assert answered.problem == ""
    assert answered.asked == 1
    assert isinstance(answered.value, dict)
    assert answered.value["sides"] in (3, 4, 5)


@pytest.fixture(scope="module")
def served(
    checkpoint: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with serving(checkpoint("qwen2_5_vl"), tmp_path_factory.mktemp("serve")) as running:
        yield running


@pytest.mark.serving
def test_through_transformers_serve(served: Served) -> None:
    """Random weights say no boxes; that is told from a list, and nothing is made of it."""
    settings = {
        "model": served.model,
        "server": served.base_url,
        "dialect": "qwen2_5_vl",
        "max_pixels": SMALL,
    }
    told: list[str] = []
    seer = find_seer(load_config(settings).config, told.append)
    try:
        found = ground(seer, page(), "the red square", max_tokens=24)
    finally:
        seer.model.close()
    assert found.reply.strip()
    assert (found.formed, found.found) == (False, ())
