"""``transformers serve`` on loopback: a server that nobody here has written."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[4]
_READY = re.compile(r"Uvicorn running on (http://[\d.:]+)")
_END_S = 10.0


@dataclass(frozen=True)
class Served:
    """A server that runs, with one model.

    Attributes:
        base_url: Its address, with the version.
        model: How it names its model: by the folder.
        cache: Folder of its Hub cache, which is not there; it lists what lies in it.
        log: What it has said so far.
    """

    base_url: str
    model: str
    cache: Path
    log: list[str] = field(default_factory=list)


@contextmanager
def serving(checkpoint: Path, home: Path) -> Iterator[Served]:
    """Serve ``checkpoint`` on a free port, with ``home`` for whatever it writes."""
    cache = home / "hub"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.agent.models.local.transformers_cli", "serve"),
            *(str(checkpoint), "--host", "127.0.0.1", "--port", "0", "--device", "cpu"),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "HF_HOME": str(home),
            "HF_HUB_CACHE": str(cache),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    assert process.stderr is not None
    log: list[str] = []
    try:
        address = _address(process.stderr, log)
        reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
        reader.start()
        yield Served(f"{address}/v1", str(checkpoint), cache, log)
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stderr.close()


def _address(stream: IO[str], log: list[str]) -> str:
    """Where it listens, as soon as it does."""
    for line in stream:
        log.append(line)
        if found := _READY.search(line):
            return found[1]
    raise AssertionError(f"transformers serve did not start: {''.join(log[-20:])}")
