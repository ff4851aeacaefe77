"""A studio as a person starts it: in a process of its own, for all tests of a file."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    """A studio that runs.

    Attributes:
        url: Its address, with the token.
        home: Its working directory: ``agent.toml`` and ``recordings`` are there.
    """

    url: str
    home: Path


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``agent studio`` in an empty folder; ended as Ctrl-C ends it."""
    home = tmp_path_factory.mktemp("studio")
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
        said = process.stderr.readline()
        found = re.fullmatch(r"Open  (http://127\.0\.0\.1:\d+/\?token=\S+)\n", said)
        try:
            assert found, said + process.stderr.read()
            yield Served(found[1], home)
        finally:
            process.send_signal(signal.SIGINT)
            out, more = process.communicate(timeout=60)
        assert process.returncode == 0, more
        assert (out, more) == ("The studio has ended.\n", "")
