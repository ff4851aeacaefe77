"""How long the phone's own work takes, for whoever measures a client and must know its share.

Nothing is measured but inside `timings_written`; there every piece of work becomes a line of JSON:
its kind, when it began and ended on the machine's monotonic clock (which other processes share),
and how much of the thread's CPU time it took.
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_log = logging.getLogger(__name__)


@contextmanager
def timings_written(path: Path | None) -> Iterator[None]:
    """Write a line to `path` for all that is timed inside the block; with None do nothing.

    Raises:
        OSError: If the file cannot be written.
    """
    if path is None:
        yield
        return
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    before = _log.level, _log.propagate
    _log.addHandler(handler)
    _log.setLevel(logging.DEBUG)
    _log.propagate = False
    try:
        yield
    finally:
        _log.setLevel(before[0])
        _log.propagate = before[1]
        _log.removeHandler(handler)
        handler.close()


def wanted() -> bool:
    """Whether anybody measures."""
    return _log.isEnabledFor(logging.DEBUG)


@contextmanager
def timed(kind: str) -> Iterator[dict[str, object]]:
    """Measure the block as a piece of work called `kind`.

    Yields:
        More to say about it; fill it in before the block ends.
    """
    told: dict[str, object] = {}
    if not wanted():
        yield told
        return
    start_s, start_cpu_s = time.monotonic(), time.thread_time()
    try:
        yield told
    finally:
        cpu_s = time.thread_time() - start_cpu_s
        line = {"kind": kind, "start_s": start_s, "end_s": time.monotonic(), "cpu_s": cpu_s, **told}
        _log.debug(json.dumps(line))
