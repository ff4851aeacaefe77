"""What can be asked of the device at the end of a case: one class a question.

Checks read the device, never the agent's claim. A checker matches on ``Question`` exhaustively.
"""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agent.suite.language.form import (
    MATCHES,
    Grid,
    NodeState,
    Pattern,
    Seconds,
    Text,
    TextMatch,
    Truth,
    Words,
    Written,
    exactly_one,
    one_required,
    some_required,
    something_matched,
)
from agent.suite.language.spelling import Spelling, name, one_of, shown, whole, wrong
from agent.suite.language.verbs import VARIABLE

CHECKS = (
    "text", "node", "content", "shell", "settings", "file", "screen", "answer", "value", "python",
    "ai",
)  # fmt: skip
"""The checks as they are spelt in a file."""
Bar = Literal["status_bar", "nav_bar", "keyboard"]
_BARS = ("status_bar", "nav_bar", "keyboard")
Rows = Annotated[int, whole(0, 1_000_000)]


class TextCheck(Written):
    """Whether a text stands on the screen."""

    shorthand = "visible"
    visible: Words | None = None
    """A text that must be there; case and white space aside, and it may be a part of a longer."""
    gone: Words | None = None
    """A text that must not be there."""
    matches: Pattern | None = None
    """A regular expression that must be found in a text that is there."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        exactly_one(self, ("visible", "gone", "matches"), "question")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """One question."""
        return one_required(cls, ("visible", "gone", "matches"))


class NodeCheck(NodeState):
    """Whether a thing is on the screen, how many there are, its state and what it shows."""

    exists: Truth = True
    """Whether there must be one, or must be none."""
    count: Annotated[int, whole(0, 1000)] | None = None
    """How many there must be."""
    shows: TextMatch | None = None
    """What its text must be like."""

    @model_validator(mode="after")
    def _is_not_both(self) -> Self:
        more = self.given(("count", "shows", "enabled", "checked", "selected", "focused"))
        if not self.exists and more:
            raise wrong(f"cannot have {more[0]!r} of what must not exist", at=more[0])
        if self.shows is not None:
            something_matched(self.shows)
        return self


class ContentCheck(Written):
    """What a content provider of the device holds."""

    uri: Annotated[
        str, name("an address", r"content://[^\s]+", "such as content://settings/system")
    ]
    """The table: ``content://com.tapwright.bookings/bookings``."""
    where: Words | None = None
    """Which rows, in SQL: ``first_name='Alice'``."""
    rows: Rows | None = None
    """How many rows there must be."""
    at_least: Rows | None = None
    """How many rows there must be at least."""
    at_most: Rows | None = None
    """How many rows there must be at most."""
    columns: dict[str, Text] = Field(default_factory=dict)
    """What every row must hold, by column; there must be at least one row."""

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if not self.given(("rows", "at_least", "at_most")) and not self.columns:
            raise wrong("needs at least one of: rows, at_least, at_most, columns")
        if self.rows is not None and (beside := self.given(("at_least", "at_most"))):
            raise wrong(f"has {beside[0]!r} beside 'rows', which says it all", at=beside[0])
        if None not in (self.at_least, self.at_most) and self.at_least > self.at_most:  # type: ignore[operator]
            raise wrong("cannot want more rows than it allows", at="at_most")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something is expected."""
        return some_required(cls, ("rows", "at_least", "at_most", "columns"))


class ShellCheck(TextMatch):
    """What a command prints in the device's own shell, and its exit code."""

    shorthand = "cmd"
    cmd: Words
    """The command."""
    code: Annotated[int, whole(0, 255)] = 0
    """The exit code it must end with; 0 unless it is said."""


class SettingsCheck(TextMatch):
    """What a setting of the device is."""

    table: Annotated[Literal["system", "secure", "global"], one_of("system", "secure", "global")]
    """Where it is kept."""
    name: Words
    """Its name: ``airplane_mode_on``."""

    @model_validator(mode="after")
    def _asks(self) -> Self:
        something_matched(self)
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something is asked of it."""
        return some_required(cls, MATCHES)


class FileCheck(TextMatch):
    """Whether a file is on the device, and what is in it."""

    shorthand = "path"
    path: Annotated[
        str,
        name(
            "a path", r"(~/|/)[^\0]*", "from the root, such as /sdcard/Download/a.txt, or ~/a.txt"
        ),
    ]
    """The file. ``~/`` is the home of the person at a desktop; a phone has none."""
    exists: Truth = True
    """Whether it must be there, or must not."""
    sha256: (
        Annotated[str, name("a SHA-256", "[0-9a-f]{64}", "64 digits 0 to 9 and a to f")] | None
    ) = None
    """The SHA-256 of what must be in it, byte by byte."""

    @model_validator(mode="after")
    def _is_not_both(self) -> Self:
        if not self.exists and (asked := self.given((*MATCHES, "sha256"))):
            raise wrong(f"cannot have {asked[0]!r} of what must not exist", at=asked[0])
        return self


def _mask(value: object) -> str | tuple[int, int, int, int]:
    if isinstance(value, str) and value in _BARS:
        return value
    numbers = value if isinstance(value, list | tuple) else ()
    sound = [str(each) for each in numbers if re.fullmatch("[0-9]{1,4}", str(each))]
    edges = tuple(map(int, sound))
    if len(edges) == len(numbers) == 4 and max(edges) <= 1000:
        left, top, right, bottom = edges
        if left < right and top < bottom:
            return left, top, right, bottom
    told = f"{', '.join(_BARS)} or [left, top, right, bottom] on a grid of 0 to 1000"
    raise wrong(f"must be {told}, not {shown(value)}")


Mask = Annotated[
    Bar | tuple[Grid, Grid, Grid, Grid],
    Spelling(
        _mask,
        lambda: {
            "anyOf": [
                {"enum": list(_BARS)},
                {"type": "array", "minItems": 4, "maxItems": 4},
                {"type": "string", "pattern": r"\$\{"},
            ]
        },
        lambda mask: mask if isinstance(mask, str) else [str(edge) for edge in mask],
    ),
]


class ScreenCheck(Written):
    """Whether the screen looks as in a picture that was kept."""

    shorthand = "baseline"
    baseline: Words
    """The picture, a PNG, by its path from the folder of the task file."""
    max_tiles: Annotated[int, whole(0, 10_000)] = 0
    """Tiles that may differ; 0 unless it is said."""
    mask: tuple[Mask, ...] = ("status_bar", "nav_bar")
    """Parts that are not compared: bars, or boxes on a grid of 0 to 1000. Both bars unless it is
    said; an empty list compares everything."""


class AnswerCheck(TextMatch):
    """What the agent answered at the end of its goal."""

    shorthand = "contains"

    @model_validator(mode="after")
    def _asks(self) -> Self:
        something_matched(self)
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something is asked of it."""
        return some_required(cls, MATCHES)


class ValueCheck(TextMatch):
    """What a value is: one that a step extracted, or any text."""

    of: Text
    """The value: ``${theme}``."""

    @model_validator(mode="after")
    def _asks(self) -> Self:
        something_matched(self)
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something is asked of it."""
        return some_required(cls, MATCHES)


class PythonCheck(Written):
    """A function of yours."""

    shorthand = "call"
    call: Annotated[
        str,
        name(
            "a function",
            r"[^:\s]+\.py:[A-Za-z_][A-Za-z0-9_]*",
            "by file and name, such as checks.py:is_dark",
        ),
    ]
    """``file.py:function``, from the folder of the task file."""
    arguments: dict[Annotated[str, VARIABLE], Text] = Field(default_factory=dict, alias="with")
    """What it is called with, as keyword arguments; all of them are texts."""


class AiCheck(Written):
    """What a model says of the last screen: it is shown one screenshot and one statement."""

    shorthand = "statement"
    statement: Words
    """A statement about what is visible, which must be true."""
    votes: Annotated[int, whole(1, 9)] = 1
    """How often it is asked; all answers must be pass. 1 unless it is said."""
    uncertain: Annotated[Literal["fail", "warn"], one_of("fail", "warn")] = "fail"
    """What an uncertain answer is: it is never a pass."""


Question = (
    TextCheck
    | NodeCheck
    | ContentCheck
    | ShellCheck
    | SettingsCheck
    | FileCheck
    | ScreenCheck
    | AnswerCheck
    | ValueCheck
    | PythonCheck
    | AiCheck
)
"""Everything that can be asked."""


class Check(Written):
    """One question, and how it is put."""

    beside = ("optional", "timeout", "label")
    synonyms: ClassVar[dict[str, str]] = {
        "visible": "text", "assertVisible": "text", "assert": "ai", "python_function": "python",
        "setting": "settings", "screenshot": "screen", "exists": "node", "name": "label",
        "query": "content",
    }  # fmt: skip

    text: TextCheck | None = None
    """Whether a text is visible."""
    node: NodeCheck | None = None
    """Whether a thing is there, and its state."""
    content: ContentCheck | None = None
    """What a content provider holds."""
    shell: ShellCheck | None = None
    """What a command prints."""
    settings: SettingsCheck | None = None
    """What a setting is."""
    file: FileCheck | None = None
    """What a file holds."""
    screen: ScreenCheck | None = None
    """Whether the screen looks as kept."""
    answer: AnswerCheck | None = None
    """What the agent answered."""
    value: ValueCheck | None = None
    """What a value is."""
    python: PythonCheck | None = None
    """What a function says."""
    ai: AiCheck | None = None
    """What a model says of the screen. Put last: all others are surer and cheaper."""

    optional: Truth = False
    """Whether the case may pass although this does not; then it is told as a warning."""
    timeout_s: Seconds = Field(default=2.0, alias="timeout")
    """How long it is asked again until it holds; 2s unless it is said."""
    label: Words | None = None
    """How reports call it."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        exactly_one(self, CHECKS, "check")
        return self

    @property
    def question(self) -> Question:
        """What is asked."""
        question: Question = next(
            found for found in map(self.__getattribute__, CHECKS) if found is not None
        )
        return question

    @property
    def question_name(self) -> str:
        """How that is spelt in a file."""
        return self.given(CHECKS)[0]

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """One question."""
        return one_required(cls, CHECKS)
