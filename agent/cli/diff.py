"""``agent diff``: two recordings beside each other, and where they part."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.plain import NARROW, json_text, plain, report_console, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from agent.replay.beside import Beside, Ending, Place

_FOLDED = 5
"""As many same steps in a row are told in three lines."""
_MARKS = {
    "same": ("=", "dim"),
    "different": ("≠", "yellow"),
    "left_out": ("-", "red"),
    "inserted": ("+", "green"),
}
_BASES = {
    "picture": "same picture",
    "tiles": "same tiles",
    "tree": "UI tree",
    "structure": "structure",
    "place": "app only",
}
Name = Annotated[str, typer.Argument(help="Folder, its name, the start or end of it, or 'last'.")]


def diff(
    first: Name,
    second: Name,
    *,
    every: Annotated[bool, typer.Option("--all", help="Fold no steps that are the same.")] = False,
    record_dir: Annotated[Path | None, typer.Option(help="Folder that recordings are in.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Lay two recordings beside each other and show where they part.

    Exit code 0 if both did the same and ended alike, 1 if not, 2 if one cannot be used.
    """
    from agent.cli.progress import counting
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording
    from agent.replay.beside import lay_beside
    from agent.replay.tape import Tape

    parent = load_config({"record_dir": record_dir}).config.record_dir
    tapes = [Tape(read_recording(find_recording(name, parent))) for name in (first, second)]
    for tape in tapes:
        tape.verify()
    with counting("comparing") as progress:
        found = lay_beside(tapes[0], tapes[1], progress=progress)
    code = int(not found.same)
    if as_json:
        at = found.parts_at.model_dump(mode="json") if found.parts_at is not None else None
        fields = found.model_dump(mode="json")
        typer.echo(json_text({**fields, "same": found.same, "parts_at": at, "exit_code": code}))
        return code
    console = report_console()
    for part in _page(found, every=every, narrow=console.width < NARROW):
        console.print(part)
    return code


def _page(found: "Beside", *, every: bool, narrow: bool) -> "Iterator[RenderableType]":
    from rich.text import Text

    from agent.cli.live import field_line

    for label, each in (("First", found.first), ("Second", found.second)):
        yield field_line(label, f"{each.recording.name}: {shortened(each.goal)}")
    yield ""
    yield _table(found, every=every, narrow=narrow)
    yield ""
    yield Text(plain(_verdict(found)), style="bold")
    for label, each in (("First", found.first), ("Second", found.second)):
        yield field_line(label, shortened(_ended(each)))
    for note in found.notes:
        yield field_line("Note", note)


def _table(found: "Beside", *, every: bool, narrow: bool) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim", expand=not narrow)
    table.add_column("1ST", justify="right", width=3, style="dim")
    table.add_column("2ND", justify="right", width=3, style="dim")
    table.add_column("", width=1)
    if not narrow:
        table.add_column("SCREEN", width=14, no_wrap=True, overflow="ellipsis")
    table.add_column("DONE", overflow="fold", ratio=1)
    if not narrow:
        table.add_column("SAME BY", width=14, style="dim")
    for run in _runs(found.places, every=every):
        if isinstance(run, int):
            cells = [Text(f"… {run} more, the same", style="dim")]
            table.add_row("", "", "=", *([] if narrow else [""]), *cells)
            continue
        mark, style = _MARKS[run.kind]
        numbers = ["" if at is None else str(at + 1) for at in (run.first, run.second)]
        if narrow:
            table.add_row(*numbers, Text(mark, style=style), _done(run))
            continue
        screen, basis = Text(plain(run.screen)), Text(_basis(run))
        table.add_row(*numbers, Text(mark, style=style), screen, _done(run), basis)
    return table


def _runs(places: "Sequence[Place]", *, every: bool) -> "Iterator[Place | int]":
    """The places, long runs of same ones folded to the first, a number and the last."""
    start = 0
    while start < len(places):
        end = start
        while end < len(places) and places[end].kind == "same":
            end += 1
        if every or end - start < _FOLDED:
            end = max(end, start + 1)
            yield from places[start:end]
        else:
            yield places[start]
            yield end - start - 2
            yield places[end - 1]
        start = end


def _done(place: "Place") -> "RenderableType":
    from rich.text import Text

    if place.kind != "different":
        did = place.first_did or place.second_did
        return Text(plain(shortened(did)), style=_MARKS[place.kind][1])
    return Text.assemble(
        (f"1st: {plain(shortened(place.first_did))}\n", "red"),
        (f"2nd: {plain(shortened(place.second_did))}", "green"),
    )


def _basis(place: "Place") -> str:
    if place.basis is None:
        return {"left_out": "only in 1st", "inserted": "only in 2nd"}.get(place.kind, "")
    words = _BASES[place.basis]
    return f"{words} {place.share:.0%}" if place.basis in ("tree", "structure") else words


def _verdict(found: "Beside") -> str:
    from agent.cli.amounts import counted

    at = found.parts_at
    if at is None:
        return "Both did the same." if found.same else "Both did the same, but ended otherwise."
    counts = {
        kind: sum(place.kind == kind for place in found.places) for kind in _MARKS if kind != "same"
    }
    words = {"different": "done differently", "left_out": "left out", "inserted": "inserted"}
    told = [f"{count} {words[kind]}" for kind, count in counts.items() if count]
    same = sum(place.kind == "same" for place in found.places)
    where = [
        f"step {step + 1} of the {which}"
        for step, which in ((at.first, "first"), (at.second, "second"))
        if step is not None
    ]
    return (
        f"They part at {' and '.join(where)}: {counted(same, 'step')} the same, {', '.join(told)}."
    )


def _ended(ending: "Ending") -> str:
    from agent.cli.amounts import counted
    from agent.cli.live import in_words

    stop = in_words(ending.stop) if ending.stop is not None else "no end: it crashed or goes on"
    parts = [
        f"{stop} ({ending.verdict.value})",
        counted(ending.steps, "step"),
        f"{ending.duration_s:.1f} s",
        ending.policy,
    ]
    return f"{', '.join(parts)}. {ending.told}".strip()
