"""What was typed, as values of a row: each under the name of the field that it went into."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_SECRET = re.compile(r"<secret:([A-Z][A-Z0-9_]*)>")
_TAKEN = frozenset({"id", "env", "secret"})
_SHORTEST_PART = 3
"""Characters from which a value is put in the place of a part of a longer text."""
_LONGEST_NAME = 30


@dataclass
class Values:
    """The values of the one row of a task, and the secrets it names.

    Attributes:
        row: Name to value, both as they were recorded.
        secrets: Names of secrets, in the order of their use.
    """

    row: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def typed(self, text: str, labels: Iterable[str]) -> str:
        """How ``text`` is written in the task: as a value of its own, or as a secret.

        Args:
            text: What was typed; ``<secret:NAME>`` stands for a secret.
            labels: What the field may be called, the best first.
        """
        if _SECRET.search(text):
            return self.literal(text)
        for name, value in self.row.items():
            if value == text and text:
                return f"${{{name}}}"
        if not text:
            return text
        name = self._free_name(labels)
        self.row[name] = text
        return f"${{{name}}}"

    def literal(self, text: str) -> str:
        """A recorded text as it must be written: secrets by name, nothing else filled in."""
        parts: list[str] = []
        end = 0
        for found in _SECRET.finditer(text):
            parts += [escaped(text[end : found.start()]), f"${{secret.{found[1]}}}"]
            if found[1] not in self.secrets:
                self.secrets.append(found[1])
            end = found.end()
        return "".join(parts) + escaped(text[end:])

    def shown(self, text: str) -> str:
        """A text of the screen with the values in it by name: ``Alarm at ${time}``."""
        for name, value in self.row.items():
            if value == text:
                return f"${{{name}}}"
        marked = {value: name for name, value in self.row.items() if len(value) >= _SHORTEST_PART}
        if not marked:
            return self.literal(text)
        longest = sorted(map(re.escape, marked), key=len, reverse=True)
        pattern = re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)")
        parts: list[str] = []
        end = 0
        for found in pattern.finditer(text):
            parts += [self.literal(text[end : found.start()]), f"${{{marked[found[0]]}}}"]
            end = found.end()
        return "".join(parts) + self.literal(text[end:])

    def _free_name(self, labels: Iterable[str]) -> str:
        name = next(filter(None, map(_variable, labels)), "text")
        while name in _TAKEN or name in self.row:
            stem, number = re.fullmatch(r"(.*?)(?:_(\d+))?", name).groups()  # type: ignore[union-attr]
            name = f"{stem}_{int(number or 1) + 1}"
        return name


def escaped(text: str) -> str:
    """``text`` so that nothing in it is filled in."""
    return text.replace("${", "$${")


def _variable(label: str) -> str:
    """A label as the name of a value; empty if nothing is left of it."""
    words = re.findall(r"[A-Za-z0-9]+", label)
    name = "_".join(words).lower()[:_LONGEST_NAME].strip("_")
    return name if re.match("[a-z]", name) else ""
