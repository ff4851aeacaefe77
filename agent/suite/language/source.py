"""Reads YAML into nodes: scalars stay the text that was written, and nothing grows or runs.

YAML's events are read one after the other, without recursion, so that a hostile file is refused
when a limit is reached and not when memory is.
"""

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from agent.suite.language.nodes import Document, Listing, Mapping, Node, Scalar, Source
from agent.suite.language.problem import Problem, TaskProblemsError
from agent.suite.language.yaml_words import yaml_problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 50
MAX_NODES = 20_000
MAX_DOCUMENTS = 1_000
_UNUSABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_documents(path: Path, shown: str) -> tuple[Document, ...]:
    """Read a task file.

    Args:
        path: The file.
        shown: How it is called in messages.

    Raises:
        TaskProblemsError: It cannot be read, it or its name is no UTF-8, or see
            :func:`parse_documents`.
    """
    nowhere = Source(shown, "")
    try:
        shown.encode()
    except UnicodeEncodeError:  # reports and recordings are UTF-8, and name the file
        message = "the name of this file or of its folder is not UTF-8."
        raise _refusal(nowhere, 0, message, "Rename it.") from None
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
            raise _refusal(nowhere, 0, "this is no file.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refusal(nowhere, 0, f"this cannot be read: {error.strerror}.") from None
    except ValueError:  # a NUL in the name
        raise _refusal(nowhere, 0, "this is no name of a file.") from None
    return parse_bytes(data, shown)


def parse_bytes(data: bytes, shown: str) -> tuple[Document, ...]:
    """Like :func:`parse_documents`, from the bytes of a file."""
    nowhere = Source(shown, "")
    if len(data) > MAX_BYTES:
        raise _refusal(nowhere, 0, "a task file has at most 1 MiB.", "Split it into several.")
    if (kind := _MARKS.get(data[:2])) is not None:
        raise _refusal(nowhere, 0, f"this is {kind}, not UTF-8.", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8."
        raise _refusal(Source(shown, before), len(before), message, "Save it as UTF-8.") from None
    return parse_documents(text, shown)


def parse_documents(text: str, shown: str) -> tuple[Document, ...]:
    """Read YAML, one or more documents; those without any content are left out.

    Args:
        text: The whole file.
        shown: How the file is called in messages.

    Raises:
        TaskProblemsError: It is no YAML, or uses what task files do without (tags, merge keys, keys
            that are no text, a key twice), or is larger than a limit: 1 MiB, 50 levels, 20,000
            nodes with each alias counted as what it stands for.
    """
    source = Source(shown, text.removeprefix("\ufeff"))
    if len(source.text) > MAX_BYTES:
        raise _refusal(source, 0, "a task file has at most 1 MiB.", "Split it into several.")
    if (odd := _UNUSABLE.search(source.text)) is not None:
        code = f"U+{ord(odd[0]):04X}"
        raise _refusal(source, odd.start(), f"the character {code} may not stand in a task file.")
    try:
        return tuple(_Builder(source).documents())
    except yaml.YAMLError as error:
        raise TaskProblemsError([yaml_problem(source, error)]) from None
    except (ValueError, OverflowError, RecursionError) as error:
        # PyYAML on an impossible escape ("\UFFFFFFFF") or directive; it gives no place.
        raise _refusal(source, 0, f"this is no YAML: {error}.") from None


def _refusal(source: Source, at: int, message: str, hint: str = "") -> TaskProblemsError:
    return TaskProblemsError([Problem(source.place(at), message, hint)])


@dataclass
class _Open:
    """A list or mapping that is being read."""

    at: int
    anchor: str | None
    mapping: bool
    items: list[Node] = field(default_factory=list)
    keys: dict[str, Scalar] = field(default_factory=dict)
    nodes: int = 1
    height: int = 1


@dataclass(frozen=True)
class _Named:
    """What an anchor stands for, and how large it is."""

    node: Node
    nodes: int
    height: int


class _Builder:
    """Makes nodes of YAML's events.

    Args:
        source: What is read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = 0
        self._open: list[_Open] = []
        self._named: dict[str, _Named] = {}

    def documents(self) -> Iterator[Document]:
        """The documents that have content."""
        count = 0
        for event in yaml.parse(self._source.text, Loader=yaml.SafeLoader):
            root = self._take(event)
            if root is None or root == Scalar(root.at, root.at, ""):
                continue
            count += 1
            if count > MAX_DOCUMENTS:
                raise _refusal(self._source, root.at, "a task file has at most 1,000 documents.")
            if not isinstance(root, Mapping):
                hint = "It begins like this: name: open-settings"
                raise _refusal(self._source, root.at, "a task is a mapping.", hint)
            yield Document(self._source, root)

    def _take(self, event: yaml.Event) -> Node | None:
        """Take one event; return the root of the document if that is what it completed."""
        match event:
            case yaml.DocumentStartEvent():
                self._named = {}
            case yaml.CollectionEndEvent():
                return self._close()
            case yaml.AliasEvent():
                return self._alias(event.anchor or "", _index(event.start_mark))
            case yaml.ScalarEvent():
                return self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                at = self._plain(event)
                mapping = isinstance(event, yaml.MappingStartEvent)
                self._make_room(at, 1, 1)
                self._open.append(_Open(at, event.anchor, mapping))
            case _:
                pass  # the beginning and the end of the stream, the end of a document
        return None

    def _scalar(self, event: yaml.ScalarEvent) -> Node | None:
        at, text = self._plain(event), str(event.value)
        if (odd := _UNUSABLE.search(text)) is not None:  # by an escape such as "\x1b"
            code = f"U+{ord(odd[0]):04X}"
            raise _refusal(self._source, at, f"the character {code} may not stand here.")
        self._make_room(at, 1, 1)
        scalar = Scalar(at, _index(event.end_mark), text, quoted=event.style is not None)
        return self._complete(_Named(scalar, 1, 1), event.anchor)

    def _plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> int:
        """Where ``event`` stands, if it has no tag."""
        at = _index(event.start_mark)
        if event.tag is not None:
            what = "tags such as !!int are not used here: every value is the text as written."
            raise _refusal(self._source, at, what, "Leave it out, or put the value in quotes.")
        return at

    def _close(self) -> Node | None:
        done = self._open.pop()
        node: Node
        if done.mapping:
            entries = tuple(zip(done.keys.values(), done.items, strict=True))
            node = Mapping(done.at, entries)
        else:
            node = Listing(done.at, tuple(done.items))
        return self._complete(_Named(node, done.nodes, done.height), done.anchor)

    def _alias(self, name: str, at: int) -> Node | None:
        named = self._named.get(name)
        if named is None:
            inside = any(each.anchor == name for each in self._open)
            what = "stands inside of what it stands for" if inside else "is not defined above"
            hint = "" if inside else "Put a value that begins with * in quotes."
            raise _refusal(self._source, at, f"the alias *{name[:60]} {what}.", hint)
        self._make_room(at, named.nodes, named.height)
        return self._complete(named, None)

    def _complete(self, done: _Named, anchor: str | None) -> Node | None:
        if anchor is not None:
            self._named[anchor] = done
        if not self._open:
            return done.node
        parent = self._open[-1]
        parent.nodes += done.nodes
        parent.height = max(parent.height, done.height + 1)
        if parent.mapping and len(parent.keys) == len(parent.items):
            self._add_key(parent, done.node)
        else:
            parent.items.append(done.node)
        return None

    def _add_key(self, parent: _Open, key: Node) -> None:
        if not isinstance(key, Scalar):
            what = "a key is a text, not a list or a mapping."
            hint = "Put a value that begins with { or [ in quotes."
            raise _refusal(self._source, key.at, what, hint)
        if key.text == "<<" and not key.quoted:
            what = "merge keys (<<) are not used here."
            raise _refusal(self._source, key.at, what, "Repeat the keys, or use: another task.")
        if (first := parent.keys.get(key.text)) is not None:
            line = self._source.place(first.at).line
            what = f"the key {key.text[:60]!r} stands here twice, first in line {line}."
            raise _refusal(self._source, key.at, what)
        parent.keys[key.text] = key

    def _make_room(self, at: int, nodes: int, height: int) -> None:
        if len(self._open) + height > MAX_DEPTH:
            raise _refusal(self._source, at, f"this is nested deeper than {MAX_DEPTH} levels.")
        self._count += nodes
        if self._count > MAX_NODES:
            what = f"the file has more than {MAX_NODES:,} values, aliases counted in full."
            raise _refusal(self._source, at, what)


def _index(mark: Any) -> int:  # noqa: ANN401 - PyYAML's types say that there may be none
    return int(mark.index)
