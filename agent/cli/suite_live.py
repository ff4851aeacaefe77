"""Shows a test run while it happens: a line for each case, and on a terminal who runs what."""

from collections import Counter
from typing import Self, TextIO

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from agent.cli.amounts import counted
from agent.cli.live import RunConsole
from agent.cli.plain import hanging, plain, shortened
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.status import Status
from tools.clock import Clock

MARKS: dict[Status, tuple[str, str]] = {
    Status.PASSED: ("✓", "green"),
    Status.FLAKY: ("≈", "yellow"),
    Status.FAILED: ("✗", "bold red"),
    Status.UNVERIFIED: ("?", "yellow"),
    Status.ERROR: ("!", "bold red"),
    Status.SKIPPED: ("-", "dim"),
    Status.NOT_RUN: ("-", "dim"),
    Status.INTERRUPTED: ("■", "yellow"),
}
"""Sign and style of each status."""
_BAR = 24
_TOLD = {"warning", "baseline"}
"""Facts that a person wants to read at once."""


class SuiteLive:
    """A follower that prints.

    Args:
        stream: Where to.
        total: How many cases there are.
        clock: How time passes.
        muted: Print nothing at all.
    """

    def __init__(self, stream: TextIO, total: int, clock: Clock, *, muted: bool = False) -> None:
        self._console = RunConsole(file=stream, quiet=muted, highlight=False, soft_wrap=True)
        self._clock = clock
        self._total = total
        self._began_s = clock.now()
        self._counts: Counter[Status] = Counter()
        self._under_way: dict[str, tuple[str, float]] = {}
        self._live: Live | None = None
        if self._console.is_terminal and not muted:
            # A fresh table each time: the seconds in it go on without any event.
            self._live = Live(
                console=self._console,
                get_renderable=self.table,
                transient=True,
                refresh_per_second=4,
                vertical_overflow="crop",
            )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def began(self, job: Job[object], device: str) -> None:
        """A case is about to be run on ``device``."""
        self._under_way[device] = (job.label, self._clock.now())

    def ended(self, result: CaseResult) -> None:
        """Print what became of a case."""
        self._counts[result.status] += 1
        if result.last is not None:
            self._under_way.pop(result.last.device, None)
        # What no device was there for is told together in the end.
        unplaced = result.status is Status.SKIPPED and not result.job.skip
        if result.status is not Status.NOT_RUN and not unplaced:
            self._console.print(case_line(result, terminal_columns(self._console)))

    def lost(self, device: str, why: str) -> None:
        """Print that a device is gone."""
        self._under_way.pop(device, None)
        self._console.print(Text(plain(f"! {device} was lost: {shortened(why)}"), style="red"))

    def stopping(self, *, at_once: bool) -> None:
        """Say that the run comes to its end, and what is still waited for."""
        under_way = counted(len(self._under_way), "case")
        told = "Stopping: nothing more is begun."
        if at_once:
            told = "Stopping at once: no teardown is waited for."
        elif self._under_way:
            told = f"Stopping after the teardown of {under_way}; Ctrl-C again stops at once."
        self._console.print(Text(told, style="yellow"))

    def table(self) -> Group:
        """Who runs what, and how far all of it is."""
        now_s = self._clock.now()
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(style="cyan", no_wrap=True, overflow="ellipsis")
        grid.add_column(justify="right", style="dim", no_wrap=True)
        # A copy: the thread that draws is not the one that hears.
        for device, (label, since_s) in sorted(self._under_way.copy().items()):
            grid.add_row(plain(device), Text(plain(label)), f"{now_s - since_s:.0f} s")
        return Group(Text(), grid, self._sum(now_s))

    def _sum(self, now_s: float) -> Table:
        done = sum(self._counts.values())
        told = Text(f"{done}/{self._total}")
        for status, (_, style) in MARKS.items():
            if count := self._counts[status]:
                told.append(" · ", style="dim")
                told.append(f"{count} {status.in_words}", style=style)
        told.append(f" · {now_s - self._began_s:.0f} s", style="dim")
        line = Table.grid(padding=(0, 2))
        line.add_row(ProgressBar(total=max(1, self._total), completed=done, width=_BAR), told)
        return line


def terminal_columns(console: RunConsole) -> int:
    """How wide the terminal is; 0 if there is none."""
    return console.width if console.is_terminal else 0


def case_line(result: CaseResult, columns: int = 0) -> Text:
    """What became of a case, and below it why; ``columns`` as of :func:`terminal_columns`."""
    mark, style = MARKS[result.status]
    line = Text(no_wrap=True, overflow="ignore")
    line.append(f"{mark} {result.status.in_words:11}", style=style)
    line.append(f" {result.duration_s:6.1f} s  ", style="dim")
    line.append(plain(result.job.label))
    if result.last is not None:
        line.append(f"  {plain(result.last.device)}", style="dim")
    for text in reasons(result):
        told = hanging(plain(text), 4, columns)
        line.append(f"\n{told}", style="red" if result.attempts else "dim")
    for text in _told_beside(result):
        line.append(f"\n{hanging(plain(text), 4, columns)}", style="yellow")
    return line


def _told_beside(result: CaseResult) -> list[str]:
    """What the last attempt tells although it is no reason: warnings, and baselines it made."""
    facts = result.last.run.facts if result.last is not None else ()
    return [f"{name}: {shortened(text)}" for name, text in facts if name in _TOLD]


def reasons(result: CaseResult) -> list[str]:
    """Why a case did not simply pass: one line for each attempt that has something to say."""
    if not result.attempts:
        return [shortened(result.reason)] if result.reason else []
    several = len(result.attempts) > 1
    said = []
    for number, attempt in enumerate(result.attempts, start=1):
        if (failure := attempt.run.failure) is not None:
            which = f"attempt {number}: " if several else ""
            if attempt.run.misled:
                which = f"attempt {number}, led astray by the step cache and void: "
            kind = f"{failure.kind}: "
            if failure.message.lower().startswith(kind):  # "Setup: ..." says what kind it is
                kind = ""
            said.append(f"{which}{kind}{shortened(failure.message)}")
    return said
