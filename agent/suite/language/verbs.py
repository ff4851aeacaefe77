"""What a step can do: one class a verb. A performer matches on ``Verb`` exhaustively."""

from typing import Annotated, Any, Self, get_args

from pydantic import Field, model_validator

from agent.suite.language.form import (
    Condition,
    Pattern,
    Seconds,
    Target,
    Text,
    Truth,
    Words,
    Written,
    exactly_one,
    one_required,
    some_required,
)
from agent.suite.language.spelling import Spelling, name, one_of, part, shown, whole, wrong
from tools.action import Direction
from tools.action import Key as KeyName

_KEYS = get_args(KeyName)
_HELD = ("ctrl", "alt", "shift", "meta")
VARIABLE = name("one word", "[A-Za-z_][A-Za-z0-9_]*", "letters, digits and _, as in page_2")
Side = Annotated[Direction, one_of(*get_args(Direction))]


def _key(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"must be a key, not {shown(value)}")
    *held, last = value.split("+") if value else [""]
    if held:
        sound = set(held) <= set(_HELD) and len(held) == len(set(held)) < 4
        if not sound or (last not in _KEYS and not (len(last) == 1 and last.isalnum())):
            hint = f"Write it as ctrl+a. Keys to hold: {', '.join(_HELD)}."
            raise wrong(f"must be one key, or several joined by +, not {shown(value)}", hint=hint)
        return value
    one_of(*_KEYS).read(value)
    return value


_KEY = Spelling(
    _key,
    lambda: {
        "anyOf": [
            {"enum": list(_KEYS)},
            {"type": "string", "pattern": rf"^(({'|'.join(_HELD)})\+)+[a-z0-9_]+$"},
            {"type": "string", "pattern": r"\$\{"},
        ]
    },
)


class Goal(Written):
    """Have the policy reach something, in as many actions as it takes."""

    shorthand = "text"
    text: Words
    """What is to be reached, in a sentence."""


class Tap(Target):
    """Touch a thing briefly."""


class DoubleTap(Target):
    """Touch a thing twice, quickly."""


class LongPress(Target):
    """Hold a thing."""

    hold_s: Seconds = Field(default=1.0, alias="hold")
    """For how long; 1s unless it is said."""


class Type(Written):
    """Enter a text."""

    shorthand = "text"
    text: Text
    """What to enter; may be empty together with ``clear``."""
    into: Target | None = None
    """The field, which is tapped first. Left out: the one that has the focus."""
    clear: Truth = False
    """Whether to empty the field first."""
    submit: Truth = False
    """Whether to press enter after it."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.text and not self.clear:
            raise wrong("needs a text", at="text", hint="To empty a field add clear: true.")
        return self


class Key(Written):
    """Press a key, or several together."""

    shorthand = "key"
    key: Annotated[str, _KEY]
    """``enter``, ``tab``, ``ctrl+a``."""
    times: Annotated[int, whole(1, 100)] = 1
    """How often."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are down together, the last one last."""
        return tuple(self.key.split("+"))


class Swipe(Written):
    """Move a finger: in a direction, or from one thing to another."""

    shorthand = "direction"
    direction: Side | None = None
    """Where the finger moves; ``up`` shows what comes further down."""
    on: Target | None = None
    """What the finger moves across, with ``direction``. Left out: the screen."""
    distance: Annotated[float, part()] = 0.5
    """How far, as a part of what it moves across; 0.5 unless it is said."""
    start: Target | None = Field(default=None, alias="from")
    """Where the finger is put down, with ``to``."""
    to: Target | None = None
    """Where it is lifted."""
    drag: Truth = False
    """Whether the thing at ``from`` is picked up first, by holding it."""

    @model_validator(mode="after")
    def _knows_its_way(self) -> Self:
        if self.direction is None and (self.start is None or self.to is None):
            raise wrong("needs a direction, or both from and to")
        ends = self.given(("start", "to"))
        if self.direction is not None and (ends or self.drag):
            raise wrong("has a direction, or from and to, not both", at=(*ends, "drag")[0])
        if self.direction is None and (self.on is not None or "distance" in self.model_fields_set):
            at = "on" if self.on is not None else "distance"
            raise wrong(f"has {at!r} only with a direction", at=at)
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """A direction, or both ends."""
        return {
            "oneOf": [
                {
                    "required": ["direction"],
                    "not": {"anyOf": [{"required": [end]} for end in ("from", "to")]},
                },
                {
                    "required": ["from", "to"],
                    "not": {
                        "anyOf": [{"required": [key]} for key in ("direction", "on", "distance")]
                    },
                },
            ]
        }


class ScrollTo(Target):
    """Scroll until a thing is in view."""

    direction: Side = "down"
    """What comes into view: ``down`` shows what comes further down. ``down`` unless it is said."""
    max_swipes: Annotated[int, whole(1, 100)] = 20
    """How often at most; 20 unless it is said. It ends before, where nothing moves any more."""


class Open(Written):
    """Bring an app to the front."""

    shorthand = "app"
    app: Words
    """By the name a person sees, or by its package."""


class Plainly(Written):
    """A verb that needs nothing to be said: ``back:`` or ``back: true``."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        if value not in ("", "true", True) and not isinstance(value, dict | cls):
            raise wrong(f"takes no value, and has {shown(value)}")
        return value if isinstance(value, dict | cls) else {}

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Nothing, or ``true``."""
        return {
            "type": ["object", "null", "boolean", "string"],
            "enum": [{}, None, "", True, "true"],
        }


class Back(Plainly):
    """Go back one screen."""


class Home(Plainly):
    """Go to the home screen."""


class Wait(Condition):
    """Wait for a condition, or for a time of the device."""

    shorthand = "time"
    time_s: Seconds | None = Field(default=None, alias="time")
    """For how long, where no condition can be told."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        conditions = self.given(_CONDITIONS)
        if self.time_s is not None and conditions:
            hint = "How long to wait for a condition is said by timeout: beside wait:."
            raise wrong("has a time or a condition, not both", at=conditions[0], hint=hint)
        if self.time_s is None and not conditions:
            raise wrong(f"needs a time, or at least one of: {', '.join(_CONDITIONS)}")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """A time or a condition."""
        conditions = some_required(cls, _CONDITIONS)
        return {"oneOf": [{"required": ["time"]}, conditions]}


_CONDITIONS = ("text", "gone", "app", "node")


class Shell(Written):
    """Run a command in the device's own shell; it fails where the exit code is another."""

    shorthand = "cmd"
    cmd: Words
    """The command."""
    code: Annotated[int, whole(0, 255)] = 0
    """The exit code it must end with; 0 unless it is said."""


class Extract(Written):
    """Read something and keep it under a name, for the steps and checks that follow."""

    name: Annotated[str, VARIABLE]
    """The name; ``${name}`` is what was read."""
    read: Target | None = None
    """A thing on the screen whose text is read."""
    shell: Words | None = None
    """A command whose output is read."""
    ask: Words | None = None
    """A question about the screen, put to the model."""
    matches: Pattern | None = None
    """A regular expression that must be found in it. Its first group is kept, else the whole."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Self:
        exactly_one(self, ("read", "shell", "ask"), "source")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """One source."""
        return one_required(cls, ("read", "shell", "ask"))


class Use(Written):
    """Play the steps of another task in this place.

    Only its steps (or its goal) are played: its setup, checks, teardown and settings are not.
    """

    shorthand = "task"
    task: Words
    """``file.task.yaml#name``, from the folder of this file; ``"#name"`` in this file. Where that
    task has rows, ``[row id]`` follows."""
    given_values: dict[str, Text] = Field(default_factory=dict, alias="with")
    """Values for what it needs, and in the place of its vars."""


Verb = (
    Goal
    | Tap
    | DoubleTap
    | LongPress
    | Type
    | Key
    | Swipe
    | ScrollTo
    | Open
    | Back
    | Home
    | Wait
    | Shell
    | Extract
    | Use
)
"""Everything that a step can do."""
