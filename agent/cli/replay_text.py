"""Prints what replays found: a line a recording, and what differs, for people and as JSON."""

import re
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.cli.amounts import counted
from agent.cli.diff_lines import readable
from agent.cli.live import field_line
from agent.cli.plain import NARROW, json_text, plain, report_console, shortened
from agent.replay.divergence import Divergence, Replayed
from agent.replay.forced import Forced, Score, totals
from agent.wiring.redecide import Opened

Found = Replayed | Forced
_SHOWN_DIVERGENCES = 12
_SHOWN_DIFF_LINES = 40
_BRIEF = 80
_INDENT = 8
_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_COLUMNS = {"type": "type", "point": "point in the box", "text": "text", "finish": "end"}
_RUN = re.compile(r"\d{8}T\d{6}Z-.*-([0-9a-f]{6})")


class Printer:
    """Prints replays as they end, and remembers the exit code.

    Args:
        as_json: Print nothing but one JSON object at the end.
        several: Print a line for each recording instead of everything.
        mode: What is done, in words.
    """

    def __init__(self, *, as_json: bool, several: bool, mode: str) -> None:
        self.several = several
        self._mode = mode
        self._as_json = as_json
        self._console = report_console()
        self._aside = Console(stderr=True, highlight=False, markup=False)
        self._results: list[Found] = []
        self._problems: list[dict[str, str]] = []
        self._recordings: list[bool] = []

    def notice(self, text: str) -> None:
        """Say something that is no result."""
        self._aside.print(Text(plain(text), style="dim"))

    def began(self, opened: Opened) -> None:
        """A recording was read."""
        if self._as_json or self.several:
            return
        start = opened.tape.recording.start
        asked = f"{start.model} ({start.dialect})" if start.model else ""
        who = " ".join(filter(None, (start.policy, asked)))
        for label, text in (
            ("Recording", str(opened.tape.recording.folder)),
            ("Goal", shortened(start.goal)),
            ("Policy", who),
            ("Mode", self._mode),
        ):
            self._console.print(Text.assemble((f"{label:10} ", "dim"), plain(text)), soft_wrap=True)
        self._console.print()

    def found(self, opened: Opened, results: Sequence[Found]) -> None:
        """A recording was decided again."""
        self._results.extend(results)
        self._recordings.append(all(map(_passes, results)))
        if self._as_json:
            return
        if self.several:
            self._console.print(_summary(opened, results))
            return
        for result in results:
            if isinstance(result, Forced):
                self._forced(result)
            else:
                self._replayed(result)
        for note in dict.fromkeys(note for result in results for note in result.notes):
            self._console.print(field_line("Note", note))

    def unusable(self, folder: Path, why: str) -> None:
        """A recording cannot be used; the others are gone on with."""
        self._problems.append({"recording": str(folder), "error": why})
        line = Text.assemble(("! ", "bold red"), plain(short_name(folder.name)), "  ", plain(why))
        if not self._as_json:
            self._console.print(line)

    def close(self) -> int:
        """Print what comes last.

        Returns:
            The exit code.
        """
        code = 2 if self._problems else int(not all(self._recordings))
        if self._as_json:
            fields = [_as_json(each) for each in self._results]
            sys.stdout.write(
                json_text({"replays": fields, "unusable": self._problems, "exit_code": code}) + "\n"
            )
        elif self.several:
            same, all_of = sum(self._recordings), len(self._recordings) + len(self._problems)
            told = [f"{same} of {counted(all_of, 'recording')} the same"]
            if diverged := len(self._recordings) - same:
                told.append(f"{diverged} diverged")
            if self._problems:
                told.append(f"{len(self._problems)} cannot be used")
            self._console.print(Text("\n" + ", ".join(told), style="bold"))
        return code

    def _replayed(self, result: Replayed) -> None:
        self._console.print(_verdict(result))
        width = self._console.width
        told = [list(run) for _, run in groupby(result.divergences, key=_alike)]
        for run in told[:_SHOWN_DIVERGENCES]:
            self._console.print(Padding(_divergence(run, width), (1, 0, 0, 2)))
        more = sum(map(len, told[_SHOWN_DIVERGENCES:]))
        if more:
            self._console.print(f"\n  … and {more} more; all of them with --json")
        if result.divergences:
            self._console.print()
        if result.written is not None:
            line = Text.assemble(("Written    ", "dim"), str(result.written))
            self._console.print(line, soft_wrap=True)

    def _forced(self, result: Forced) -> None:
        self._console.print(_verdict(result))
        self._console.print()
        self._console.print(_scores(result, narrow=self._console.width < NARROW))
        self._console.print()
        miss = result.first_miss
        if miss is not None:
            told = f"step {miss.step + 1}: {miss.seen}, recorded: {miss.expected}"
            self._console.print(field_line("First miss", shortened(told)))
        counts = totals(result.scores)
        shares = [f"{_COLUMNS[key]} {_of(counts[key])}" for key in _COLUMNS if counts[key][1]]
        self._console.print(field_line("Agreement", ", ".join(shares)))
        if counts["failed"][0]:
            failed = counted(counts["failed"][0], "step")
            self._console.print(field_line("No answer", f"{failed}, counted as misses"))


def _passes(result: Found) -> bool:
    return result.same or (isinstance(result, Replayed) and result.written is not None)


def _verdict(result: Found) -> Text:
    mark = ("✓ ", "bold green") if _passes(result) else ("✗ ", "bold red")
    return Text.assemble(
        mark, (f"{_name(result):7}", "bold"), f" {_told(result)}", (f"  {_spent(result)}", "dim")
    )


def _name(result: Found) -> str:
    return result.decider if isinstance(result, Forced) else result.mode


def _told(result: Found) -> str:
    if isinstance(result, Forced):
        return f"agrees at {_of(totals(result.scores)['agrees'])} steps"
    if result.same:
        return f"{counted(result.steps, 'step')}, all the same"
    first = result.divergences[0]
    told = f"{counted(len(result.divergences), 'difference')}, the first at step {first.step + 1}"
    unreached = result.steps - result.checked
    return f"{told}; {counted(unreached, 'step')} not reached" if unreached else told


def _of(count: tuple[int, int]) -> str:
    return f"{count[0]} of {count[1]}"


def short_name(name: str) -> str:
    """The id that a run's folder ends in; the whole name of a folder that was given another."""
    found = _RUN.fullmatch(name)
    return found[1] if found else name


def _spent(result: Found) -> str:
    return f"{result.duration_s:.2f} s"


def _summary(opened: Opened, results: Sequence[Found]) -> RenderableType:
    start = opened.tape.recording.start
    lines = [
        Text.assemble(
            ("✓ ", "bold green") if all(map(_passes, results)) else ("✗ ", "bold red"),
            (f"{short_name(opened.tape.name)}  ", "cyan"),
            plain(" · ".join(f"{_name(each)}: {_told(each)}" for each in results)),
            (f"  {sum(each.duration_s for each in results):.2f} s", "dim"),
            (f"  {plain(shortened(start.goal))}", "dim"),
        )
    ]
    differs: list[str] = []
    for each in results:
        if isinstance(each, Replayed) and each.divergences and each.written is None:
            first = each.divergences[0]
            told = f"step {first.step + 1} {first.what}: {_change(first)}"
            differs.append(f"    {plain(shortened(' '.join(told.split())))}")
    lines += [Text(told, style="red") for told in dict.fromkeys(differs)]
    return Group(*lines)


def _change(found: Divergence) -> str:
    """What differs, in one line; of texts the first line that differs."""
    lines = readable(found.diff, width=_BRIEF)
    old, new = (next((line[1:] for line in lines if line[:1] == mark), "") for mark in "-+")
    words = f"{old or '(nothing)'} → {new or '(nothing)'}"
    return f"{found.where} {words}" if old or new else f"{found.expected} → {found.seen}"


def _alike(found: Divergence) -> tuple[object, ...]:
    """Equal for those in a row that are told once; a diff is told each time."""
    return found.what, found.expected, found.seen, found.where, found.diff


def _divergence(run: Sequence[Divergence], width: int) -> RenderableType:
    found, last = run[0], run[-1]
    steps = f"Step {found.step + 1}"
    if last.step != found.step:
        steps = f"Steps {found.step + 1} to {last.step + 1}"
    head = Text.assemble((steps, "bold"), f"  {found.what}", (f"  {found.where}", "dim"))
    if not found.diff:
        return Group(head, _beside(found, wide=width >= NARROW))
    lines = [
        Text(f"    {plain(line)}", style=_STYLES.get(line[:1], ""))
        for line in readable(found.diff, width=width - _INDENT)[:_SHOWN_DIFF_LINES]
    ]
    if more := max(0, len(found.diff) - _SHOWN_DIFF_LINES):
        lines.append(Text(f"    … {counted(more, 'line')} more; all with --json", style="dim"))
    return Group(head, *lines)


def _beside(found: Divergence, *, wide: bool) -> Table:
    expected, seen = plain(shortened(found.expected)), plain(shortened(found.seen))
    grid = Table.grid(padding=(0, 2), expand=wide)
    if wide:
        grid.add_column(width=2)
        grid.add_column(ratio=1, overflow="fold")
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row("", Text("expected", style="dim"), Text("seen", style="dim"))
        grid.add_row("", Text(expected, style="red"), Text(seen, style="green"))
        return grid
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    grid.add_row("expected", Text(expected, style="red"))
    grid.add_row("seen", Text(seen, style="green"))
    return grid


def _scores(result: Forced, *, narrow: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=not narrow)
    table.add_column("", width=1)
    table.add_column("#", justify="right", width=3, style="dim")
    table.add_column("RECORDED", overflow="fold", ratio=1)
    table.add_column("THE OTHER", overflow="fold", ratio=1)
    if not narrow:
        table.add_column("TYPE", width=4)
        table.add_column("BOX", width=6)
        table.add_column("APART", width=5)
        table.add_column("TEXT", width=4)
    for score in result.scores:
        mark = Text("✓", style="green") if score.agrees else Text("✗", style="red")
        said = Text(_brief(score.seen), style="red" if score.failed else "")
        cells = [mark, Text(str(score.step + 1)), Text(_brief(score.expected)), said]
        if not narrow:
            apart = "" if score.distance is None else f"{score.distance:.3f}"
            rest = _yes(score.type_same), _box(score), apart, _yes(score.text_same)
            cells += [Text(each) for each in rest]
        table.add_row(*cells)
    return table


def _brief(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= _BRIEF else f"{line[: _BRIEF - 1]}…"


def _yes(value: bool | None) -> str:  # noqa: FBT001 - a value to print
    return "" if value is None else "yes" if value else "no"


def _box(score: Score) -> str:
    """The box that holds the point; ``out`` if it lies outside."""
    return "" if score.in_box is None else score.box if score.in_box else "out"


def _as_json(result: Found) -> dict[str, object]:
    fields = {**result.model_dump(mode="json"), "same": result.same}
    if isinstance(result, Forced):
        fields["mode"] = "forced"
        fields["totals"] = {key: list(value) for key, value in totals(result.scores).items()}
        for written, score in zip(fields["scores"], result.scores, strict=True):
            written["agrees"] = score.agrees
    return fields
