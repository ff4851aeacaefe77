"""Shows an episode while it happens: a line a step, and on a terminal what goes on right now."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from agent.cli.amounts import counted
from agent.cli.brief import Brief
from agent.cli.plain import NARROW, plain, shortened
from agent.step import Decision, Episode, Step, StopReason, Verdict
from tools.action import describe_action
from tools.device import DeviceInfo, Observation
from tools.errors import NeedsHumanError

_HEARD = 400
_GOOD = {StopReason.FINISHED, StopReason.DRY_RUN}
_BAD = {Verdict.FAILED, Verdict.ERROR}
_VERDICTS = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold red", Verdict.ERROR: "red"}
_MARKS = {True: ("✓", "bold green"), False: ("✗", "bold red")}


class RunConsole(Console):
    """Goes silent when the reader hangs up or the disk is full: the run itself goes on."""

    trouble: OSError | None = None

    def on_broken_pipe(self) -> None:
        """Say nothing more."""
        self.quiet = True

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as in Console
        """Print, or say nothing more and keep why as ``trouble``."""
        try:
            super().print(*objects, **options)
        except OSError as error:
            self.quiet, self.trouble = True, error


class Live:
    """A watcher that prints.

    Args:
        stream: Where to.
        muted: Print nothing at all.
    """

    def __init__(self, stream: TextIO, *, muted: bool = False) -> None:
        self._console = RunConsole(file=stream, quiet=muted, highlight=False, soft_wrap=False)
        self._status: Status | None = None
        self._spoken = ""
        if self._console.is_terminal and not muted:
            self._status = self._console.status("starting …", spinner="dots")

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def notice(self, text: str) -> None:
        """Say something that is no step."""
        self._console.print(Text(plain(text), style="dim"))

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """Say what is about to happen."""
        system = f"Android {device.release}" if device.kind == "android" else device.release
        where = f"{device.model} ({device.name}), {system}, {device.size}"
        for label, text in (("Goal", shortened(goal)), ("Device", where), ("Policy", policy)):
            self._console.print(field_line(label, text))
        self._console.print()
        self._say("looking …")

    def heard(self, piece: str) -> None:
        """Show the end of what the model is saying."""
        self._spoken = (self._spoken + piece)[-_HEARD:]
        said = " ".join(self._spoken.split())
        self._say(escape(said[-max(20, self._console.width - 8) :]))

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:  # noqa: ARG002 - a watcher's signature
        """Show what is about to be done."""
        self._spoken = ""
        self._say(f"{index + 1:3} {decision.call.name} …")

    def stepped(self, step: Step) -> None:
        """Print a step that is over."""
        if step.decision is None:
            return
        said = plain(step.decision.thought)
        thought = Text(said or "·", style="" if said else "dim")
        if step.mistake:
            thought.append(f"\n{plain(step.mistake)}", style="red")
        told: RenderableType = thought
        if step.result:
            told = Group(thought, Brief(Text(plain(step.result), style="green")))
        row = _narrow_row if self._console.width < NARROW else _row
        deed = Text(plain(_deed(step)), style="cyan")
        self._console.print(row(f"{step.index + 1}", told, deed, _spent(step)))
        self._say("looking …")

    def ask(self, question: str) -> str:
        """Put a question to the person at the terminal.

        Raises:
            NeedsHumanError: Nobody is there, or the terminal was closed.
        """
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise NeedsHumanError(question)
        with self.paused():
            sys.stderr.write(f"{plain(question)}\n> ")
            sys.stderr.flush()
            answer = sys.stdin.readline()
        if not answer:
            raise NeedsHumanError(question)
        return answer.strip()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the moving line away while somebody types."""
        if self._status is None:
            yield
            return
        self._status.stop()
        try:
            yield
        finally:
            self._status.start()

    def summary(self, episode: Episode, further: Mapping[str, str] | None = None) -> None:
        """Print how it ended: verdict line, answer, recording.

        Args:
            episode: What there is to tell of.
            further: Label and text of more lines, which come before that of the recording.

        Raises:
            OSError: What was to be printed could not be written.
        """
        good = episode.stop in _GOOD and episode.verdict not in _BAD
        mark, style = _MARKS[good]
        seconds = f"{counted(len(episode.steps), 'step')}, {episode.duration_s:.1f} s"
        line = Text.assemble(
            (f"{mark} {in_words(episode.stop)}", style),
            (f"  {episode.verdict.value}", _VERDICTS.get(episode.verdict, "yellow")),
            (f"  {seconds}", "dim"),
        )
        self._console.print()
        self._console.print(line)
        lines = {"Answer": episode.answer, "Reason": episode.error, **(further or {})}
        for label, text in lines.items():
            if text:
                self._console.print(field_line(label, shortened(text)))
        for checked in episode.checks:
            said = f"{checked.verdict.value}: {checked.name}. {checked.evidence}"
            self._console.print(field_line("Check", shortened(said)))
        if episode.recording is not None:
            # No wrapping: a path that is broken in two cannot be copied.
            self._console.print(
                Text.assemble((f"{'Recording':10} ", "dim"), str(episode.recording)), soft_wrap=True
            )
        if self._console.trouble is not None:
            raise self._console.trouble

    def _say(self, text: str) -> None:
        if self._status is not None:
            self._status.update(text)


def verdict_line(episode: Episode) -> str:
    """The whole outcome in one line."""
    said = plain(shortened(" ".join((episode.answer or episode.error).split())))
    parts = [f"{in_words(episode.stop)} ({episode.verdict.value}): {said}".removesuffix(": ")]
    if episode.recording is not None:
        parts.append(f"[{episode.recording}]")
    return " ".join(parts)


def in_words(stop: StopReason) -> str:
    """A stop reason as it is printed."""
    return stop.value.replace("_", " ")


def field_line(label: str, text: str) -> Table:
    """A label and a text that stays in its own column when it wraps."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=10, style="dim")
    grid.add_column(overflow="fold")
    grid.add_row(label, plain(text))
    return grid


def _row(number: str, told: RenderableType, deed: Text, spent: str) -> Padding:
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=3, justify="right", style="dim")
    grid.add_column(ratio=4, overflow="fold")
    grid.add_column(ratio=3, overflow="fold")
    grid.add_column(width=7, justify="right", style="dim")
    grid.add_row(number, told, deed, spent)
    return Padding(grid, 0)


def _narrow_row(number: str, told: RenderableType, deed: Text, spent: str) -> Table:
    """Columns a few letters wide cannot be read: here all stands below each other."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim")
    grid.add_column(overflow="fold")
    grid.add_row(number, told)
    grid.add_row("", Text.assemble(deed, (f" · {spent}", "dim")))
    return grid


def _deed(step: Step) -> str:
    if step.action is not None:
        return describe_action(step.action)
    return step.decision.call.name.replace("_", " ") if step.decision is not None else ""


def _spent(step: Step) -> str:
    timing = step.timing
    return f"{timing.observe_s + timing.decide_s + timing.act_s + timing.record_s:.2f} s"
