"""What it costs to show a model the screen: the picture, the request, and reading it.

Run it as ``python -m benchmarks.model_path``; no server and no model is needed. An episode of
thirty steps on the virtual phone is replayed through every dialect, so that one sees how large
requests are and how much of each is, byte for byte, the beginning of the one before. With
``--local`` (extra ``local``) prompts are also read by networks in this process.
"""

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from agent.dialects.choose import DIALECTS
from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.dialects.turns import chunk_for
from agent.sight import Sight, Sizing
from benchmarks.costs import spread
from benchmarks.machine import machine
from benchmarks.model_path_tables import show
from benchmarks.request_costs import episode_figures
from benchmarks.shown_episode import ERRANDS, Moment, errands_on_the_phone, moments, replayed
from tools.action import PHONE_KINDS
from tools.builtin import builtin_registry
from tools.errors import AutomationError
from tools.screen import Screenshot

STEPS = 30
GOAL_BYTES = 150_000
GOAL_SHARE = 0.8
GOAL_PREFILL = 1.2
SWEPT = "ui_tars"
"""The dialect with the shortest prompt: there the pictures, and so the chunks, count most."""
WINDOWS = ((1, 3), (1, 7), (2, 5), (3, 3), (3, 5), (3, 6), (3, 7), (3, 8), (4, 7))
Advance = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be measured.

    Attributes:
        steps: Of the episode.
        recordings: To take it from; the virtual phone is asked if there are none.
        dialects: By name.
        local: Whether prompts are read by networks here.
    """

    steps: int
    recordings: tuple[Path, ...]
    dialects: tuple[str, ...]
    local: bool

    @property
    def parts(self) -> int:
        """How often ``advance`` will be called."""
        errands = 0 if self.recordings else len(ERRANDS)
        return errands + 1 + len(self.dialects) + 1 + (4 if self.local else 0)


def measure(wanted: Wanted, folder: Path, advance: Advance) -> dict[str, Any]:
    """Measure and return the figures as JSON.

    Args:
        wanted: What.
        folder: Where recordings and checkpoints may be written.
        advance: Called before each part with what it is.

    Raises:
        AutomationError: There is no episode to replay.
    """
    load = os.getloadavg()
    recordings = wanted.recordings
    if not recordings:
        recordings = errands_on_the_phone(folder, wanted.steps, advance)
    episode, tools = moments(recordings, wanted.steps), builtin_registry().offered(PHONE_KINDS)
    advance("image path")
    pictures = image_path([moment.observation.screenshot for moment in episode])
    figures: dict[str, Any] = {}
    for name in wanted.dialects:
        advance(name)
        dialect = DIALECTS[name]()
        figures[name] = {
            "window": dialect.window,
            "chunk": chunk_for(dialect.window),
            "single_turn": getattr(dialect, "single_turn", False),
            **episode_figures(replayed(dialect, tools, episode), dialect.sizing.factor),
        }
    advance("windows and chunks")
    local = local_figures(folder, advance) if wanted.local else None
    return {
        "benchmark": "model_path",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(load, *(("torch", "transformers") if wanted.local else ())),
        "episode": {
            "steps": wanted.steps,
            "screen": str(episode[0].observation.screenshot.size),
            "from": "recordings" if wanted.recordings else "virtual phone",
        },
        "image_path": pictures,
        "dialects": figures,
        "windows": swept(episode),
        "local": local,
        "goals": goals(figures, local),
    }


def image_path(frames: Sequence[Screenshot], *, repeats: int = 3) -> dict[str, Any]:
    """What it costs to make pictures of ``frames``: CPU time, which others' load does not stretch.

    Args:
        frames: As they came from the device, decoded.
        repeats: The quickest counts.
    """
    sizing = qwen2_5_vl().sizing
    whole, encode, sizes = [], [], []
    for frame in frames:
        size = sizing.shown(frame.size)
        small = frame.image.resize((size.width, size.height), Image.Resampling.BICUBIC)
        whole.append(min(_looked(sizing, frame) for _ in range(repeats)))
        # A frame that has its size already is only encoded.
        encode.append(min(_looked(sizing, Screenshot(small)) for _ in range(repeats)))
        sizes.append(len(Sight(sizing).look(frame).image.data))
    resize = [max(0.0, one - other) for one, other in zip(whole, encode, strict=True)]
    return {
        "frame": str(frames[0].size),
        "shown": str(sizing.shown(frames[0].size)),
        "tokens": sizing.tokens(frames[0].size),
        "whole_ms": _ms(whole),
        "resize_ms": _ms(resize),
        "encode_ms": _ms(encode),
        "picture_bytes": {name: round(value) for name, value in spread(sizes).items()},
    }


def _looked(sizing: Sizing, frame: Screenshot) -> float:
    sight = Sight(sizing)
    started = time.process_time()
    sight.look(frame)
    return time.process_time() - started


def _ms(seconds: Sequence[float]) -> dict[str, float]:
    return {name: round(1000 * value, 2) for name, value in spread(seconds).items()}


def swept(episode: Sequence[Moment]) -> list[dict[str, Any]]:
    """The same episode with other windows and chunks: what a larger share costs."""
    tools, found = builtin_registry().offered(PHONE_KINDS), []
    for window, chunk in WINDOWS:
        dialect = DIALECTS[SWEPT]()
        requests = replayed(dialect, tools, episode, window=window, chunk=chunk)
        figures = episode_figures(requests, dialect.sizing.factor)
        del figures["steps"]
        found.append({"dialect": SWEPT, "window": window, "chunk": chunk, **figures})
    return found


def local_figures(folder: Path, advance: Advance) -> dict[str, Any]:
    """Read prompts by networks in this process, and hold random replies to a schema."""
    import torch
    from transformers import AutoTokenizer

    from benchmarks import local_model as local
    from tests.agent.models.local.tiny import FAMILIES, make_checkpoint
    from tests.agent.models.local.torchvision_shim import mend_torchvision

    mend_torchvision()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        advance("local: tiny networks")
        tiny = {name: make_checkpoint(folder / name, name) for name in FAMILIES}
        prefill = {name: _prefill(path, repeats=3) for name, path in tiny.items()}
        advance("local: a wide network")
        prefill[local.WIDE] = _prefill(local.make_wide(folder / "wide"), repeats=1)
        held = []
        for what, tokenizer in (
            ("a tiny tokenizer", AutoTokenizer.from_pretrained(tiny["qwen3_vl"])),
            ("as many tokens as Qwen's", local.large_tokenizer()),
        ):
            advance(f"local: schema, {what}")
            cost = local.constraint_cost(tokenizer, replies=3)
            held.append(
                {
                    "tokenizer": what,
                    "vocabulary": cost.vocabulary,
                    "setup_ms": round(1000 * cost.setup_s, 1),
                    "grammar_ms": round(1000 * cost.grammar_s, 2),
                    "token_ms": round(cost.token_ms, 4),
                    "forced_share": round(cost.forced_share, 4),
                }
            )
    finally:
        torch.set_num_threads(threads)
    return {"prefill": prefill, "schema": held}


def _prefill(checkpoint: Path, *, repeats: int) -> dict[str, Any]:
    from agent.models.local.model import load_local
    from agent.models.local.options import LocalOptions
    from benchmarks.local_model import STEPS as READ
    from benchmarks.local_model import prefill_cost

    window = qwen2_5_vl().window
    most = window + chunk_for(window) - 1
    found: dict[str, Any] = {}
    for name, reuse, shown in (("kept", True, READ), ("anew", False, READ), ("drop", True, most)):
        model = load_local(str(checkpoint), LocalOptions(reuse_cache=reuse))
        cost = prefill_cost(model, steps=READ, most=shown, least=window, repeats=repeats)
        model.close()
        found[name] = {
            "step_ms": [round(1000 * second, 1) for second in cost.seconds],
            "prompt_tokens": list(cost.prompt_tokens),
            "known_share": round(cost.known_share, 4),
            "last_against_first": round(cost.against_first(READ), 3),
        }
    return found


def goals(dialects: dict[str, Any], local: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What was hoped for, and whether it is so; ``at_least`` or ``at_most`` a limit."""
    found = [
        _goal(f"prefix share, {name}", "at_least", GOAL_SHARE, figures["prefix_share"])
        for name, figures in dialects.items()
    ]
    for what, key in (("new", "new_bytes"), ("in all", "body_bytes")):
        most = max(figures[key]["median"] for figures in dialects.values())
        found.append(_goal(f"bytes of a request, {what}", "at_most", GOAL_BYTES, most))
    for name, cost in (local or {"prefill": {}})["prefill"].items():
        for kind, words in (("kept", ""), ("drop", ", pictures dropped")):
            what = f"step 10 against step 1, {name}{words}"
            found.append(_goal(what, "at_most", GOAL_PREFILL, cost[kind]["last_against_first"]))
    return found


def _goal(what: str, bound: str, limit: float, value: float) -> dict[str, Any]:
    met = value >= limit if bound == "at_least" else value <= limit
    return {"what": what, "bound": bound, "limit": limit, "measured": value, "met": met}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_path", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="steps (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--local", action="store_true", help="read prompts in this process too")
    parser.add_argument(
        "--dialect", action="append", choices=DIALECTS, help="only this one; may be repeated"
    )
    parser.add_argument(
        "--recording",
        action="append",
        type=Path,
        metavar="FOLDER",
        help="replay this instead of the virtual phone; may be repeated",
    )
    given = parser.parse_args(arguments)
    if given.steps < 2:
        parser.error("at least two steps are needed: what is compared are consecutive requests")
    if given.local and importlib.util.find_spec("torch") is None:
        parser.error("--local needs the extra 'local': python -m pip install 'tapwright[local]'")
    wanted = Wanted(
        steps=given.steps,
        recordings=tuple(given.recording or ()),
        dialects=tuple(given.dialect or DIALECTS),
        local=given.local,
    )
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    # Refreshed between the parts only: a thread of its own would be measured with them.
    with (
        tempfile.TemporaryDirectory(prefix="model-path-") as folder,
        Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress,
    ):
        task = progress.add_task("", total=wanted.parts)

        def advance(what: str) -> None:
            progress.update(task, description=what, advance=1, refresh=True)

        try:
            report = measure(wanted, Path(folder), advance)
        except AutomationError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        progress.update(task, completed=wanted.parts, description="", refresh=True)
    show(report, Console())
    if given.json is not None:
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
