"""A document as nodes that know where they stand. Every scalar is the text that was written."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

Plain = str | list["Plain"] | dict[str, "Plain"]
"""A node without its places: what a model is made from."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file.

    Attributes:
        path: The file, as the person is shown it.
        line: From 1.
        column: From 1, in characters.
    """

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Source:
    """The text of one file.

    Attributes:
        path: The file, as the person is shown it.
        text: What is in it, without a byte order mark.
    """

    path: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        # As editors count: YAML 1.1 would also begin a line at U+0085, U+2028 and U+2029.
        starts, at = [0], 0
        for line in self.text.replace("\r\n", " \n").replace("\r", "\n").split("\n"):
            at += len(line) + 1
            starts.append(at)
        return starts[:-1]

    def place(self, at: int) -> Place:
        """Line and column of the character with index ``at``."""
        line = bisect_right(self._starts, at)
        return Place(self.path, line, at - self._starts[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text.

    Attributes:
        at: Index of its first character in the source, a quote included.
        end: Index after its last one.
        text: What it says.
        quoted: Whether it stands in quotes or is a block.
    """

    at: int
    end: int
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list.

    Attributes:
        at: Index of its first character in the source.
        items: What is in it.
    """

    at: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; its keys are texts and all different.

    Attributes:
        at: Index of its first character in the source.
        entries: Keys and values, in the order of the file.
    """

    at: int
    entries: tuple[tuple[Scalar, "Node"], ...]

    def key(self, name: str) -> Scalar | None:
        """The key ``name`` as it stands there."""
        return next((key for key, _ in self.entries if key.text == name), None)

    def get(self, name: str) -> "Node | None":
        """The value of ``name``."""
        return next((value for key, value in self.entries if key.text == name), None)


Node = Scalar | Listing | Mapping


@dataclass(frozen=True)
class Document:
    """One YAML document of a file."""

    source: Source
    root: Mapping


def plain(node: Node) -> Plain:
    """``node`` as texts, lists and dicts."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [plain(each) for each in node.items]
        case Mapping():
            return {key.text: plain(value) for key, value in node.entries}
