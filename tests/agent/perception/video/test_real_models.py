"""A clip goes all the way: into a tiny network here, and behind transformers' own server."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("av")

from agent import Client
from agent.cli.app import run_command
from agent.perception.video.watch import Asking
from tests.agent.models.local.transformers_server import serving
from tests.agent.perception.video.films import make_film

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("films") / "film.mp4", frames=12, fps=4)


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_a_network_in_this_process_reads_the_clip(
    family: str, checkpoint: Callable[[str], Path], film: Path
) -> None:
    with Client(model=str(checkpoint(family))) as client:
        watched = client.video(film, "What is seen?", asking=Asking.ANSWER)
        plan = client.plan_video(film)
    assert watched.frames == plan.frames == 6
    # The network is random: what it says means nothing, but it read every visual token.
    assert watched.prompt_tokens > plan.tokens
    assert watched.completion_tokens > 0
    assert watched.answer or watched.notes


@pytest.mark.serving
def test_a_clip_goes_through_transformers_serve(
    checkpoint: Callable[[str], Path],
    film: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(checkpoint("qwen2_5_vl"), tmp_path / "serve") as served:
        code = run_command([
            "video", str(film), "What is seen?", "--answer", "--budget", "1100", "--json",
            "--server", served.base_url, "--model", served.model, "--dialect", "qwen2.5-vl",
        ])  # fmt: skip
    printed = capsys.readouterr()
    assert code in {0, 1}, printed.err
    assert '"frames": 6' in printed.out
    assert "6 frames, 2 a second" in printed.err
