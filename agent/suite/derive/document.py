"""A task as a file with comments: where it comes from, and what to know of its steps."""

from collections.abc import Sequence

from agent.suite.language.task import Task
from agent.suite.language.write import task_text

_WIDTH = 96


def commented(task: Task, head: Sequence[str], notes: Sequence[str], *, schema: str = "") -> str:
    """The file of one task.

    Args:
        task: What it says.
        head: Lines of comment at its top.
        notes: A comment above each of its steps; empty for none.
        schema: Path of the JSON Schema from the file's folder; empty for no such line.
    """
    lines = task_text([task], schema=schema).splitlines()
    start = 1 if schema else 0
    written = [*lines[:start], *(each for line in head for each in _comment(line))]
    key, step = "", 0
    for line in lines[start:]:
        if line and not line.startswith((" ", "-", "#")):
            key = line.partition(":")[0]
        if key == "steps" and line.startswith("- "):
            note = notes[step] if step < len(notes) else ""
            written += _comment(note)
            step += 1
        written.append(line)
    return "\n".join(written) + "\n"


def _comment(text: str) -> list[str]:
    """``text`` as lines of comment, without signs that YAML does not take."""
    lines: list[str] = []
    for word in "".join(sign if sign.isprintable() else " " for sign in text).split():
        if lines and len(lines[-1]) + len(word) < _WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(f"# {word}")
    return lines
