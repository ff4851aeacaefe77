"""Plays decisions from a file, for tests, benchmarks and to try things out.

The file is YAML or JSON: a list of mappings with ``tool``, and if need be ``arguments`` and
``thought``. After the last one the policy gives up, because it knows nothing of success.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from agent.step import Decision, Step, ToolCall
from tools.device import Observation
from tools.errors import ConfigError
from tools.geometry import Frozen


class _Line(Frozen):
    tool: Annotated[str, Field(min_length=1)]
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    thought: str = ""


_LINES: TypeAdapter[list[_Line]] = TypeAdapter(list[_Line])


class ScriptedPolicy:
    """Decides what is written, in that order, whatever the screen shows and was done before.

    Args:
        decisions: What to decide.
    """

    name = "scripted"
    wants_ui_tree = False

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._decisions = tuple(decisions)
        self._next = 0

    def decide(
        self,
        goal: str,  # noqa: ARG002 - a script does not read the goal
        observation: Observation,  # noqa: ARG002 - nor the screen
        history: Sequence[Step],
    ) -> Decision:
        """Return the next decision; give up after the last."""
        if not history:
            self._next = 0
        self._next += 1
        if self._next <= len(self._decisions):
            return self._decisions[self._next - 1]
        over: dict[str, JsonValue] = {"success": False, "answer": "The script is at its end."}
        return Decision(thought="", call=ToolCall(name="finish", arguments=over))


def read_script(path: Path) -> ScriptedPolicy:
    """Read the decisions in ``path``.

    Raises:
        ConfigError: It cannot be read; the message says which line is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"The script {str(path)!r} cannot be read: {reason}.") from None
    try:
        value = yaml.safe_load(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}{_mark(error)}: this is neither YAML nor JSON.") from None
    try:
        lines = _LINES.validate_python(value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        # A misspelt key is told as such, not as the key that is missing because of it.
        first = min(problems, key=lambda each: (each["loc"][:1], each["type"] == "missing"))
        where = ".".join(str(part) for part in first["loc"][1:]) or "the script"
        line = _line_of(root, first["loc"])
        raise ConfigError(
            f"{path}:{line}: {where}: {first['msg']}.",
            hint="A script is a list of mappings with tool, arguments and thought.",
        ) from None
    return ScriptedPolicy(
        [
            Decision(thought=line.thought, call=ToolCall(name=line.tool, arguments=line.arguments))
            for line in lines
        ]
    )


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""


def _line_of(root: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """Line, from 1, of the list item that ``location`` begins with."""
    if isinstance(root, yaml.SequenceNode) and location and isinstance(location[0], int):
        mark = root.value[location[0]].start_mark
        return int(mark.line) + 1
    return 1
