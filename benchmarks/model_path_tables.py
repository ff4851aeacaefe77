"""The figures of ``benchmarks.model_path`` as tables for people."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_FIGURES = ("p10", "median", "p90", "mean")
_MARKS = {True: ("met", "green"), False: ("missed", "red")}


def show(report: dict[str, Any], console: Console) -> None:
    """Print ``report``."""
    console.print(_image_path(report))
    console.print(_dialects(report))
    console.print(_windows(report))
    if report["local"] is not None:
        console.print(_prefill(report["local"]["prefill"]))
        for held in report["local"]["schema"]:
            console.print(
                f"schema, {held['tokenizer']} ({held['vocabulary']}): "
                f"{held['setup_ms']:.0f} ms once, {held['grammar_ms']:.1f} ms a reply, "
                f"{held['token_ms']:.3f} ms a token, {held['forced_share']:.0%} forced"
            )
    for goal in report["goals"]:
        word, style = _MARKS[goal["met"]]
        bound = goal["bound"].replace("_", " ")
        measured, limit = (_figure(goal[key], goal["limit"]) for key in ("measured", "limit"))
        line = f"  {goal['what']}: {measured} ({bound} {limit})"
        console.print(Text.assemble((f"{word:>7}", style), line))


def _figure(value: float, limit: float) -> str:
    """Bytes, a share or a ratio: the limit tells which."""
    if limit > 1000:
        return f"{value / 1000:.0f} kB"
    return f"{value:.1%}" if limit < 1 else f"{value:.2f}"


def _table(title: str, caption: str, *columns: str) -> Table:
    table = Table(title=title, caption=caption)
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left")
    return table


def _image_path(report: dict[str, Any]) -> Table:
    where, path = report["machine"], report["image_path"]
    table = _table(
        f"A picture of {path['frame']} as {path['shown']}, {path['tokens']} tokens: CPU ms",
        f"{where['cpus']} CPUs, load {where['load_before']} to {where['load_after']}"
        f" · Python {where['python']} · Pillow {where['pillow']}",
        "part",
        *_FIGURES,
    )
    for part in ("resize", "encode", "whole"):
        table.add_row(part, *(f"{path[f'{part}_ms'][name]:.2f}" for name in _FIGURES))
    sizes = path["picture_bytes"]
    table.add_row("kB", *(f"{sizes[name] / 1000:.1f}" for name in _FIGURES))
    return table


def _dialects(report: dict[str, Any]) -> Table:
    episode = report["episode"]
    table = _table(
        f"Requests of an episode of {episode['steps']} steps",
        "share: of prompt tokens, in brackets of bytes, known from the request before; kB: medians",
        "dialect", "kept + dropped", "share", "tokens first", "mean", "most", "new a step",
        "pictures", "kB", "new kB",
    )  # fmt: skip
    for name, row in report["dialects"].items():
        table.add_row(name, *_cells(row))
    return table


def _windows(report: dict[str, Any]) -> Table:
    table = _table(
        "The same with other windows and chunks", "",
        "dialect", "kept + dropped", "share", "tokens first", "mean", "most", "new a step",
        "pictures", "kB", "new kB",
    )  # fmt: skip
    for row in report["windows"]:
        table.add_row(row["dialect"], *_cells(row))
    return table


def _cells(row: dict[str, Any]) -> list[str]:
    tokens = row["tokens"]
    single = row.get("single_turn", False)
    return [
        "1, single turn" if single else f"{row['window']} + {row['chunk']}",
        f"{row['prefix_share']:.1%} ({row['byte_share']:.0%})",
        *(str(tokens[name]) for name in ("first", "mean", "most", "new_a_step")),
        f"{row['pictures']['mean']:.1f} ≤ {row['pictures']['most']}",
        *(f"{row[name]['median'] / 1000:.0f}" for name in ("body_bytes", "new_bytes")),
    ]


def _prefill(prefill: dict[str, Any]) -> Table:
    table = _table(
        "Reading the prompt in this process, CPU ms",
        "kept: keys and values are kept; drop: so too, but at step 10 old pictures are dropped",
        "network", "", "step 1", "step 2", "step 9", "step 10", "10 against 1", "known",
    )  # fmt: skip
    for name, cost in prefill.items():
        for kind, row in cost.items():
            times = row["step_ms"]
            table.add_row(
                name,
                kind,
                *(f"{times[step - 1]:.0f}" for step in (1, 2, 9, 10)),
                f"{row['last_against_first']:.2f}",
                f"{row['known_share']:.0%}",
            )
    return table
