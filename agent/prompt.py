"""Prompts are Markdown files; what goes into them is put in strictly, once, and never read again.

A place is written ``{{name}}``. A file without it, a value without a place and a place without a
value are errors. What a value contains stays text, braces included.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "prompts"
_PLACE = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_CONTROL = re.compile(r"<(?=\||/?(?:tool_call|tool_response|tools|think|answer)\b)")
_FRAME = re.compile(r"<(?=\|(?:im_start|im_end|endoftext|(?:vision|image|video)_\w+)\|>)")


@dataclass(frozen=True)
class Prompt:
    """A text with places to fill in.

    Attributes:
        name: Its file, without the ending.
        text: The text, without the line break at its end.
    """

    name: str
    text: str

    @property
    def places(self) -> frozenset[str]:
        """Names of the places."""
        return frozenset(_PLACE.findall(self.text))

    @cached_property
    def sha256(self) -> str:
        """Hash of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fill(self, **values: str) -> str:
        """The text with every place filled in.

        Raises:
            ValueError: A value is missing, or has no place.
        """
        if missing := sorted(self.places - values.keys()):
            raise ValueError(f"The prompt {self.name!r} lacks {', '.join(missing)}.")
        if unused := sorted(values.keys() - self.places):
            raise ValueError(f"The prompt {self.name!r} has no place for {', '.join(unused)}.")
        return _PLACE.sub(lambda place: values[place[1]], self.text)


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt in ``prompts/<name>.md``.

    Raises:
        FileNotFoundError: There is none.
    """
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return Prompt(name, text.rstrip("\n"))


def hash_of(prompts: Iterable[Prompt]) -> str:
    """One hash for several prompts, 16 hexadecimal digits: changes when any of them does."""
    digest = hashlib.sha256()
    for prompt in prompts:
        digest.update(f"{prompt.name} {prompt.sha256}\n".encode())
    return digest.hexdigest()[:16]


def inert(text: str) -> str:
    """``text`` from outside, with nothing in it that a chat template reads as a mark of its own.

    A goal, an app's name or an answer must not be able to end a turn or to forge a tool call.
    """
    return _CONTROL.sub("< ", text)


def spoken(text: str) -> str:
    """What the model said, to be repeated to it: without marks that make a turn or a picture.

    A reply in which a mark for a picture is written breaks servers when it comes back to them: they
    look for the picture that belongs to it.
    """
    return _FRAME.sub("< ", text)
