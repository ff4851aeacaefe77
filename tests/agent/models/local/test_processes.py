"""What needs a process of its own: parts that are missing or broken, and memory that runs out."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
PRELUDE = "import sys; from agent.models.local.model import load_local; "
NO_TORCHVISION = "sys.modules['torchvision'] = None; "
ASK = """
from agent.model import *
from tests.agent.models.local.pictures import picture, user
def ask(model, *parts):
    return model.ask(Request(messages=(user(*parts),), sampling=Sampling(max_tokens=3)))
"""
Checkpoint = Callable[[str], Path]


def run(
    code: str, *arguments: object, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a fresh interpreter at the root of the repository."""
    folders = [str(path)] if path is not None else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*folders, str(ROOT)])}
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, *map(str, arguments)],
        cwd=ROOT,
        env={**environment, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_nothing_heavy_is_imported_before_a_model_is_loaded() -> None:
    done = run("print(sorted({'torch', 'transformers', 'llguidance'} & set(sys.modules)))")
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_missing_extra_is_named_with_its_command(missing: str, tmp_path: Path) -> None:
    done = run(f"sys.modules[{missing!r}] = None; load_local(sys.argv[1])", tmp_path)
    assert "MissingExtraError: A model in this process needs the extra 'local'" in done.stderr
    assert "pip install 'tapwright[local]'" in done.stderr


@pytest.mark.local
def test_pictures_work_without_torchvision(checkpoint: Checkpoint) -> None:
    code = f"""{ASK}
{NO_TORCHVISION}
model = load_local(sys.argv[1])
print(model._open().weights.processor, ask(model, "See", picture(1, (100, 50))).usage)
from tools.errors import ModelError
try:
    ask(model, VideoPart((picture(1),) * 2, 2.0))
except ModelError as error:
    print(error)
"""
    done = run(code, checkpoint("qwen2_5_vl"))
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("None prompt_tokens=")
    assert "Clips need torchvision" in second


@pytest.mark.local
@pytest.mark.parametrize("family", ["qwen2_vl", "qwen3_vl"])
def test_without_torchvision_the_tokens_are_the_same(
    family: str, checkpoint: Checkpoint, loaded: Callable[..., object]
) -> None:
    from agent.model import Request, Sampling
    from agent.models.local.model import LocalModel
    from tests.agent.models.local.pictures import picture, user

    code = f"{ASK}\n{NO_TORCHVISION}\nprint(ask(load_local(sys.argv[1]), 'See', picture(1)).usage)"
    done = run(code, checkpoint(family))
    model = loaded(family)
    assert isinstance(model, LocalModel)
    request = Request(messages=(user("See", picture(1)),), sampling=Sampling(max_tokens=3))
    assert f"prompt_tokens={model.ask(request).usage.prompt_tokens} " in done.stdout


@pytest.mark.local
def test_a_broken_torchvision_is_told_by_name(checkpoint: Checkpoint, tmp_path: Path) -> None:
    broken = tmp_path / "torchvision"
    broken.mkdir()
    words = "operator torchvision::nms does not exist"
    (broken / "__init__.py").write_text(f"raise RuntimeError({words!r})")
    done = run("load_local(sys.argv[1])", checkpoint("qwen2_vl"), path=tmp_path)
    assert "ConfigError: torchvision" in done.stderr
    assert "does not work with torch" in done.stderr
    assert words in done.stderr
    assert "pip uninstall torchvision" in done.stderr


@pytest.mark.local
def test_a_hub_that_cannot_be_reached_is_told() -> None:
    code = (
        "import os; os.environ.update(HF_ENDPOINT='http://127.0.0.1:9'); "
        f"{NO_TORCHVISION} load_local('Nobody/No-Model')"
    )
    done = run(code)
    assert "ConfigError: The model 'Nobody/No-Model' is not on this machine" in done.stderr


SHORT_OF_MEMORY = f"""{ASK}
import resource
from agent.models.local.options import LocalOptions
from tools.errors import ModelError
{NO_TORCHVISION}
notices = []
options = LocalOptions(attention="eager")  # keeps patches x patches x heads in memory
model = load_local(sys.argv[1], options, notice=notices.append)
ask(model, picture(1))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[2]) * 2**20,) * 2)
side = int(sys.argv[3])
try:
    reply = ask(model, picture(1, (side, side)), *([picture(2)] if len(sys.argv) > 4 else []))
    print("answered", reply.usage.prompt_tokens)
except ModelError as error:
    print(type(error).__name__, error)
print(notices)
"""


@pytest.mark.local
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    ("family", "side", "older", "words"),
    [
        ("qwen2_vl", 1120, False, "answered"),
        ("qwen2_vl", 2240, False, "ModelOutOfMemoryError"),
        ("qwen2_5_vl", 1120, True, "answered"),  # the older one of two pictures is shrunk
        ("qwen2_5_vl", 2240, False, "ModelOutOfMemoryError"),  # the last one never is
    ],
)
def test_memory_that_runs_out(
    family: str, side: int, older: bool, words: str, checkpoint: Checkpoint
) -> None:
    done = run(SHORT_OF_MEMORY, checkpoint(family), 400, side, *(["older"] if older else []))
    assert done.stderr == ""
    first, notices = done.stdout.splitlines()
    assert first.startswith(words)
    if words != "answered":
        assert "--max-pixels" in first
    shrunk = family == "qwen2_vl" or older
    assert ("half their pixels" in notices) is shrunk
