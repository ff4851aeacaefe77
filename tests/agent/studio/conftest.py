"""A studio as a person starts it: in a process of its own, for all tests of a file."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    """A studio that runs.

    Attributes:
        url: Its address, with the token.
        home: Its working directory: ``agent.toml`` and ``recordings`` are there.
        interrupt: What Ctrl-C does.
    """

    url: str
    home: Path
    interrupt: Callable[[], None]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``agent studio`` in an empty folder."""
    with served(tmp_path_factory.mktemp("studio")) as found:
        yield found


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """``agent studio`` in the folder ``home``; ended as Ctrl-C ends it, without a complaint."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENT_")}
    places = {
        "PYTHONPATH": str(ROOT), "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"), "GRADIO_TEMP_DIR": str(home / "gradio"),
    }  # fmt: skip
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        kept.pop(name, None)
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "studio", "--no-open"],
        cwd=home,
        env=kept | places,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        making, said = process.stderr.readline(), process.stderr.readline()
        found = re.fullmatch(r"Open  (http://127\.0\.0\.1:\d+/\?token=\S+)\n", said)
        interrupt = partial(_once, [process])
        try:
            assert found, making + said
            assert making == "Making the page …\n"
            yield Served(found[1], home, interrupt)
        finally:
            interrupt()
            out, more = process.communicate(timeout=60)
        assert process.returncode == 0, more
        assert (out, more) == ("The studio has ended.\n", "")


def _once(left: list[subprocess.Popen[str]]) -> None:
    """Press Ctrl-C, unless that was done."""
    while left:
        left.pop().send_signal(signal.SIGINT)
