"""Runs a syntax tree: variables, control flow, pipelines, exit codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, assert_never

from tools.virtual_phone.shell.command import Command, CommandError, Source, Streams
from tools.virtual_phone.shell.expansion import ExpansionError, expand_text, expand_words
from tools.virtual_phone.shell.parser import parse_script
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.shell.programs import SHELL, run_program
from tools.virtual_phone.shell.redirects import RedirectError, redirected
from tools.virtual_phone.shell.streams import NOWHERE, BytesSink, BytesSource, line_source
from tools.virtual_phone.shell.syntax import (
    For,
    Group,
    If,
    Item,
    Pipeline,
    Script,
    ShellSyntaxError,
    Simple,
    Stage,
    While,
)
from tools.virtual_phone.system.filesystem import FileSystem

_ENVIRONMENT = {
    "ANDROID_DATA": "/data",
    "ANDROID_ROOT": "/system",
    "EXTERNAL_STORAGE": "/sdcard",
    "HOME": "/",
    "HOSTNAME": "localhost",
    "LOGNAME": "shell",
    "PATH": "/system/bin",
    "SHELL": SHELL,
    "TMPDIR": "/data/local/tmp",
    "USER": "shell",
}
_MAX_DEPTH = 24
_MAX_ROUNDS = 20_000

Builtin: TypeAlias = Callable[["Shell", Sequence[str], Streams], int]


class ExitShell(Exception):  # noqa: N818 - control flow, no error
    """`exit`: ends this shell with `rc`."""

    def __init__(self, rc: int) -> None:
        """Keep the exit code, 0..255."""
        super().__init__(rc)
        self.rc = rc & 0xFF


class LoopSignal(Exception):  # noqa: N818 - control flow, no error
    """`break` or `continue` for `levels` loops."""

    def __init__(self, levels: int, *, stop: bool) -> None:
        """Keep how many loops it is for, and whether it ends them."""
        super().__init__(levels)
        self.levels = levels
        self.stop = stop


@dataclass(slots=True)
class Shell:
    """One shell: its variables and where it stands. Not for several threads at once."""

    phone: PhonePort
    commands: Mapping[str, Command]
    builtins: Mapping[str, Builtin]
    variables: dict[str, str] = field(default_factory=lambda: dict(_ENVIRONMENT))
    exported: set[str] = field(default_factory=lambda: set(_ENVIRONMENT))
    arguments: Sequence[str] = ()
    name: str = "sh"
    cwd: str = "/"
    rc: int = 0
    stop_on_error: bool = False
    depth: int = 0
    # What `exec >file` put in place of a stream: by its number and the identity of the old one.
    _swaps: dict[tuple[int, int], Any] = field(default_factory=dict)
    _streams: Streams | None = None
    _captured_rc: int = 0

    @property
    def files(self) -> FileSystem:
        """The phone's files."""
        return self.phone.files

    def run_text(self, text: str, streams: Streams) -> int:
        """Run a whole script; give its exit code. `exit` ends it here."""
        try:
            script = parse_script(text)
        except ShellSyntaxError as error:
            self.complain(streams, str(error))
            return 1
        return self.run_to_exit(script, streams)

    def run_to_exit(self, script: Script, streams: Streams) -> int:
        """Run a parsed script; `exit`, stray `break` and bad words end it here."""
        try:
            return self.run(script, streams)
        except ExitShell as ended:
            self.rc = ended.rc
        except LoopSignal:
            self.rc = 0
        except ExpansionError as error:
            self.complain(streams, str(error))
            self.rc = 1
        return self.rc

    def run_lines(self, streams: Streams, prompt: Callable[[str], None] | None = None) -> int:
        """Run the script that comes on stdin, each command as soon as it is complete.

        Args:
            streams: stdin is shared between the script and what its commands read.
            prompt: Called before a line is read, with the unfinished command before it.
        """
        stdin = line_source(streams.stdin)
        streams = replace(streams, stdin=stdin)
        kept = ""
        while True:
            if prompt is not None:
                prompt(kept)
            line = stdin.read_line()
            kept += line.decode("utf-8", "replace")
            try:
                script = parse_script(kept)
            except ShellSyntaxError as error:
                if error.incomplete and line:
                    continue
                self.complain(streams, str(error))
                self.rc = 1
                script = ()
            kept = ""
            try:
                self.run(script, streams)
            except ExitShell as ended:
                return ended.rc
            except LoopSignal:
                self.rc = 0
            except ExpansionError as error:
                self.complain(streams, str(error))
                self.rc = 1
            if not line:
                return self.rc

    def subshell(self) -> "Shell":
        """Give a copy whose changes do not come back."""
        return replace(
            self,
            variables=dict(self.variables),
            exported=set(self.exported),
            _swaps=dict(self._swaps),
            depth=self.depth + 1,
        )

    def run(self, script: Script, streams: Streams) -> int:
        """Run items in order; give the last exit code."""
        if self.depth > _MAX_DEPTH:
            self.complain(streams, "too many shells in each other")
            raise ExitShell(1)
        for item in script:
            self._item(item, streams)
        return self.rc

    def complain(self, streams: Streams, message: str) -> None:
        """Write a line of the shell's own to stderr."""
        streams.stderr.write(f"{SHELL}: {message}\n".encode("utf-8", "replace"))

    def special(self, name: str) -> str | None:
        """Give `$?`, `$#`, `$1` and the like; None for other names and unset ones."""
        if name.isdigit():
            number = int(name)
            if number == 0:
                return self.name
            return self.arguments[number - 1] if number <= len(self.arguments) else None
        if name == "PWD":
            return self.cwd
        if name in ("@", "*"):
            return " ".join(self.arguments) if self.arguments else None
        return {"?": str(self.rc), "#": str(len(self.arguments)), "$": "2000", "!": ""}.get(name)

    def capture(self, script: Script) -> str:
        """Run `script` in a subshell; give what it wrote to stdout."""
        sink = BytesSink()
        around = self._streams or Streams(BytesSource(), NOWHERE, NOWHERE)
        inner = self.subshell()
        self._captured_rc = inner.run_to_exit(script, replace(around, stdout=sink))
        return sink.value().decode("utf-8", "replace").replace("\0", "")

    def environment(self) -> dict[str, str]:
        """Give the exported variables."""
        return {name: self.variables[name] for name in self.exported if name in self.variables}

    def keep_redirects(self, streams: Streams) -> None:
        """Make the redirects of the running `exec` those of the whole shell."""
        before = self._streams or streams
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            old, new = getattr(before, name), getattr(streams, name)
            if old is not new:
                self._swaps[number, id(old)] = new

    def _swapped(self, streams: Streams) -> Streams:
        if not self._swaps:
            return streams
        ends: list[Any] = [streams.stdin, streams.stdout, streams.stderr]
        for number in range(3):
            while (number, id(ends[number])) in self._swaps:
                ends[number] = self._swaps[number, id(ends[number])]
        return Streams(*ends)

    def _item(self, item: Item, streams: Streams) -> None:
        last = len(item.links) - 1
        for number, (joint, pipeline) in enumerate(item.links):
            if (joint == "&&" and self.rc != 0) or (joint == "||" and self.rc == 0):
                continue
            self.rc = self._pipeline(pipeline, self._swapped(streams))
            failed = self.rc != 0 and number == last and not pipeline.negated
            if failed and self.stop_on_error:
                raise ExitShell(self.rc)

    def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        stages = pipeline.stages
        if len(stages) == 1:
            rc = self._stage(stages[0], streams)
        else:
            # One stage after the other, whole outputs between them: nothing here runs for ever.
            stdin: Source = streams.stdin
            rc = 0
            for stage in stages[:-1]:
                between = BytesSink()
                ends = Streams(stdin, between, streams.stderr)
                self._in_subshell((stage,), ends)
                stdin = BytesSource(between.value())
            rc = self._in_subshell((stages[-1],), replace(streams, stdin=stdin))
        return int(rc == 0) if pipeline.negated else rc

    def _in_subshell(self, stages: tuple[Stage, ...], streams: Streams) -> int:
        body = (Item((("", Pipeline(stages, negated=False)),)),)
        return self.subshell().run_to_exit(body, streams)

    def _stage(self, stage: Stage, streams: Streams) -> int:
        self._streams = streams
        try:
            streams = redirected(self, stage.redirects, streams)
        except RedirectError as error:
            self.complain(streams, str(error))
            return 1
        if isinstance(stage, Simple):
            return self._simple(stage, streams)
        if isinstance(stage, Group):
            streams = replace(streams, stdin=line_source(streams.stdin))
            if stage.subshell:
                return self.subshell().run_to_exit(stage.body, streams)
            return self.run(stage.body, streams)
        if isinstance(stage, If):
            return self._if(stage, streams)
        if isinstance(stage, While):
            return self._while(stage, replace(streams, stdin=line_source(streams.stdin)))
        if isinstance(stage, For):
            return self._for(stage, streams)
        assert_never(stage)

    def _if(self, stage: If, streams: Streams) -> int:
        for condition, body in stage.branches:
            if self._condition(condition, streams):
                return self.run(body, streams)
        self.rc = 0
        return self.run(stage.otherwise, streams)

    def _condition(self, script: Script, streams: Streams) -> bool:
        stop, self.stop_on_error = self.stop_on_error, False
        try:
            return self.run(script, streams) == 0
        finally:
            self.stop_on_error = stop

    def _while(self, stage: While, streams: Streams) -> int:
        rc = 0
        # Here `sleep` takes no time: a loop that waits for what never comes would never end.
        for _ in range(_MAX_ROUNDS):
            if self._condition(stage.condition, streams) == stage.until:
                return rc
            if self._body(stage.body, streams):
                return rc
            rc = self.rc
        self.complain(streams, f"a loop went on for {_MAX_ROUNDS} rounds; it is ended")
        raise ExitShell(1)

    def _for(self, stage: For, streams: Streams) -> int:
        words = self.arguments if stage.words is None else expand_words(stage.words, self)
        self.rc = 0
        for word in words:
            self.variables[stage.name] = word
            if self._body(stage.body, streams):
                break
        return self.rc

    def _body(self, body: Script, streams: Streams) -> bool:
        """Run a loop's body once; give whether the loop ends."""
        try:
            self.run(body, streams)
        except LoopSignal as signal:
            self.rc = 0
            if signal.levels > 1:
                raise LoopSignal(signal.levels - 1, stop=signal.stop) from None
            return signal.stop
        return False

    def _simple(self, stage: Simple, streams: Streams) -> int:
        self._captured_rc = 0
        words = expand_words(stage.words, self)
        values = [(name, expand_text(word, self)) for name, word in stage.assignments]
        if not words:
            self.variables.update(values)
            return self._captured_rc
        builtin = self.builtins.get(words[0])
        if builtin is not None:
            self.variables.update(values)
            return self._streamed(builtin, words, streams)
        return run_program(self, words, streams, self.environment() | dict(values))

    def _streamed(self, builtin: Builtin, words: Sequence[str], streams: Streams) -> int:
        try:
            return builtin(self, words, streams)
        except CommandError as error:
            self.complain(streams, f"{words[0]}: {error}")
            return error.rc
