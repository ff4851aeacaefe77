"""What needs a process of its own: parts that are missing or broken, and memory that runs out."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.model import Request, Sampling
from tests.agent.models.local.conftest import Loader
from tests.agent.models.local.hub import GATED, NAME, serving
from tests.agent.models.local.pictures import picture, user
from tests.agent.models.local.tiny import FAMILIES

ROOT = Path(__file__).resolve().parents[4]
PRELUDE = "import sys; from agent.models.local.model import load_local; "
NO_TORCHVISION = "sys.modules['torchvision'] = None; "
ASK = """
from agent.model import *
from tests.agent.models.local.hub import GATED, NAME, serving
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
def test_pictures_work_without_torchvision_and_clips_are_refused(
    checkpoint: Checkpoint, loaded: Loader
) -> None:
    code = f"""{ASK}
{NO_TORCHVISION}
from tools.errors import ModelError
for folder in sys.argv[1:]:
    model = load_local(folder)
    print(model._open().weights.processor, ask(model, "See", picture(1, (99, 50))).usage)
    try:
        ask(model, VideoPart((picture(1),) * 2, 2.0))
    except ModelError as error:
        print(error)
"""
    done = run(code, *map(checkpoint, FAMILIES))
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    request = Request(
        messages=(user("See", picture(1, (99, 50))),), sampling=Sampling(max_tokens=3)
    )
    for place, family in enumerate(FAMILIES):
        usage = loaded(family).ask(request).usage
        assert lines[2 * place].startswith(f"None prompt_tokens={usage.prompt_tokens} ")
        assert "Clips need torchvision" in lines[2 * place + 1]


@pytest.mark.local
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("RuntimeError", "operator torchvision::nms does not exist"),
        ("ImportError", "libcudart.so.12: cannot open shared object file"),
        ("AttributeError", "partially initialized module 'torchvision' has no attribute"),
    ],
)
def test_a_broken_torchvision_is_told_by_name(
    checkpoint: Checkpoint, tmp_path: Path, kind: str, words: str
) -> None:
    broken = tmp_path / "torchvision"
    broken.mkdir()
    (broken / "__init__.py").write_text(f"raise {kind}({words!r})")
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


@pytest.mark.local
def test_a_model_of_the_hub_is_fetched_once(checkpoint: Checkpoint, tmp_path: Path) -> None:
    code = f"""{NO_TORCHVISION}
import os
os.environ.update(HF_ENDPOINT=sys.argv[1], HF_HOME=sys.argv[2])
from agent.models.local.options import LocalOptions
from tools.errors import ConfigError
for asked in sys.argv[3:]:
    told = []
    name, _, offline = asked.partition("@")
    try:
        options = LocalOptions(offline=bool(offline))
        model = load_local(name, options, progress=lambda *each: told.append(each))
        downloaded = [share for what, share in told if what == "download"]
        print(model.family, downloaded[-1:], downloaded == sorted(downloaded))
    except ConfigError as error:
        print(error)
"""
    with serving(checkpoint("qwen2_vl")) as address:
        first = run(code, address, tmp_path, NAME, GATED, "Tiny/None")
    again = run(code, "http://127.0.0.1:9", tmp_path, NAME, f"{NAME}@offline")
    assert first.stderr == ""
    fetched, gated, unknown = first.stdout.splitlines()
    assert fetched == "qwen2_vl [1.0] True"
    assert "accepted its terms" in gated
    assert "The Hub has no model 'Tiny/None'" in unknown
    assert again.stdout == 2 * "qwen2_vl [] True\n"


SHORT_OF_MEMORY = f"""{ASK}
import resource
from agent.models.local.options import LocalOptions
from tools.errors import ModelError
{NO_TORCHVISION}
options = LocalOptions(attention="eager")  # keeps patches x patches x heads in memory
for case in sys.argv[1:]:
    folder, side, others = case.split(":")
    notices = []
    model = load_local(folder, options, notice=notices.append)
    ask(model, picture(1))
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 400 * 2**20, resource.RLIM_INFINITY))
    try:
        ask(model, picture(1, (int(side),) * 2), *(picture(2) for _ in range(int(others))))
        print("answered", notices)
    except ModelError as error:
        print(type(error).__name__, error, notices)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
"""


@pytest.mark.local
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_memory_that_runs_out(checkpoint: Checkpoint) -> None:
    norm, pixels = checkpoint("qwen2_vl"), checkpoint("qwen2_5_vl")
    cases = [f"{norm}:1120:0", f"{norm}:2240:0", f"{pixels}:1120:1", f"{pixels}:1120:0"]
    done = run(SHORT_OF_MEMORY, *cases)
    assert done.stderr == ""
    smaller, still_too_large, older, last = done.stdout.splitlines()
    assert smaller.startswith("answered")
    assert "half their pixels" in smaller
    assert still_too_large.startswith("ModelOutOfMemoryError")
    assert "--max-pixels" in still_too_large
    assert older.startswith("answered")  # an older picture may be shrunk
    # The last picture may not, where points are named in its pixels.
    assert last.startswith("ModelOutOfMemoryError")
    assert "half their pixels" not in last
