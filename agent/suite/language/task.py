"""A whole task, in the shape in which it is written; the JSON Schema of files is made of it."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from agent.suite.language.checks import Check
from agent.suite.language.form import Seconds, Text, Words, Written, exactly_one
from agent.suite.language.spelling import REASON, Spelling, name, one_of, shown, whole, wrong
from agent.suite.language.step import Step
from agent.suite.language.verbs import VARIABLE, Goal

MAX_ROWS = 200
RESERVED = frozenset({"env", "secret"})
_MEANING = "has a meaning of its own"
_NAME = name(
    "one line",
    r"(?=\S)(?!.*::)[^\[\]${}\x00-\x1f#]{1,100}(?<=\S)",
    "without [ ] { } # $ and ::",
)
_ROW_ID = r"[\w.+-]{1,60}"
_VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
_TAG = name("one word", r"[A-Za-z_][\w.-]{0,60}", "letters, digits, _ . and -")
_SECRET = name("one word", "[A-Za-z_][A-Za-z0-9_]*", "letters, digits and _")
Variable = Annotated[str, VARIABLE]
CACHE = ("off", "read", "auto", "refresh")
TRACE = ("always", "on_failure", "never")


def _row(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise wrong(f"must be a mapping with an id, not {shown(value)}")
    for key, each in value.items():
        if key in RESERVED:
            raise wrong(f"cannot give a value to {key!r}, which {_MEANING}", at=(key, "[key]"))
        if re.fullmatch(_VARIABLE, key) is None:
            raise wrong(f"has {key!r}, which is no name of a value", at=(key, "[key]"))
        if not isinstance(each, str):
            raise wrong(f"must have a text for {key!r}, not {shown(each)}", at=key)
    if "id" not in value:
        raise wrong("needs an id, by which its case is known")
    if re.fullmatch(_ROW_ID, value["id"]) is None:
        message = f"must have an id of letters, digits, _ . + and -, not {shown(value['id'])}"
        raise wrong(message, at="id")
    return dict(value)


Row = Annotated[
    dict[str, str],
    Spelling(
        _row,
        lambda: {
            "type": "object",
            "required": ["id"],
            "propertyNames": {"pattern": f"^{_VARIABLE}$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
        dict,
    ),
]
"""One line of values. Each makes a case of its own."""


class Where(Written):
    """What it is run on. What else is left out does not matter."""

    platform: Annotated[Literal["android", "desktop"], one_of("android", "desktop")] | None = None
    """Kind of device; android unless it is said: nothing is run on a person's desktop unasked."""
    device: Words | None = None
    """One device by name, such as an ADB serial."""
    app: Words | None = None
    """App that is opened before the first step."""
    scenario: Words | None = None
    """What a virtual phone is like: ``dark,zh,popup``. Then it is run on virtual phones only."""
    seed: Annotated[int, whole(0, 999_999_999)] | None = None
    """Seed of a virtual phone's data."""


class Budget(Written):
    """What a case may take, checks included; it ends as an error when a part is used up."""

    steps: Annotated[int, whole(1, 1000)] | None = None
    """Actions on the device."""
    time_s: Seconds | None = Field(default=None, alias="time")
    """Time from the first look to the last check."""
    model_calls: Annotated[int, whole(1, 100_000)] | None = None
    """Questions put to a model."""
    tokens: Annotated[int, whole(1, 999_999_999)] | None = None
    """Tokens of all questions and replies."""


class Head(Written):
    """What of a task must be known before its texts can be filled in."""

    synonyms: ClassVar[dict[str, str]] = {
        "step": "steps", "check": "checks", "tag": "tags", "title": "name", "asserts": "checks",
        "before": "setup", "after": "teardown", "env": "vars", "variables": "vars",
        "timeout": "budget", "retry": "retries", "flow": "steps", "test": "name", "data": "params",
        "inputs": "needs", "device": "target", "app": "target",
    }  # fmt: skip

    name: Annotated[str, _NAME]
    """What it is called: the only such name in its file."""
    needs: tuple[Variable, ...] | None = None
    """Names whose values ``use`` must give. A task with ``needs``, even none (``[]``), is a part of
    others and makes no case of its own."""
    params: Annotated[tuple[Row, ...], Field(max_length=MAX_ROWS)] | None = None
    """Rows of values, each with an ``id``; each makes a case."""
    vars: dict[Variable, Text] = Field(default_factory=dict)
    """Values by name; one may use those above it."""
    secrets: tuple[Annotated[str, _SECRET], ...] = ()
    """Names of secrets that ``${secret.NAME}`` may stand for; never their values."""

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        if self.needs is not None and self.params is not None:
            raise wrong("has rows or needs, not both: a part is given its values", at="params")
        for key, names in (("needs", self.needs or ()), ("secrets", self.secrets)):
            seen: set[str] = set()
            for index, each in enumerate(names):
                if each in RESERVED or each in seen:
                    what = "stands there twice" if each not in RESERVED else _MEANING
                    raise wrong(f"has {each!r} in {key}, which {what}", at=(key, index))
                seen.add(each)
        self._rows_fit()
        taken = {*(self.params[0] if self.params else ()), *(self.needs or ())}
        for each in self.vars:
            if each in RESERVED or each in taken:
                what = _MEANING if each in RESERVED else "has a value already"
                raise wrong(f"has {each!r} in vars, which {what}", at=("vars", each, "[key]"))
        return self

    def _rows_fit(self) -> None:
        rows = self.params or ()
        if self.params == ():
            raise wrong("has an empty list of params", at="params")
        for index, row in enumerate(rows):
            if any(row["id"] == each["id"] for each in rows[:index]):
                message = f"has two rows with the id {row['id']!r}"
                raise wrong(message, at=("params", index, "id"))
            if odd := sorted(set(rows[0]) ^ set(row)):
                message = f"has {odd[0]!r} in one of the rows {rows[0]['id']!r} and {row['id']!r}"
                raise wrong(f"{message} only", at=("params", index))


class Task(Head):
    """One task: what to do, and how to tell that it was done."""

    version: Annotated[Literal[1], whole(1, 1)] = 1
    """Version of this language."""
    description: Words | None = None
    """What it is for."""
    tags: tuple[Annotated[str, _TAG], ...] = ()
    """Words to choose it by."""
    target: Where = Where()
    """What it is run on."""
    budget: Budget = Budget()
    """What it may take."""
    retries: Annotated[int, whole(0, 10)] | None = None
    """How often it is tried again; a pass after that is told as flaky."""
    cache: Annotated[Literal["off", "read", "auto", "refresh"], one_of(*CACHE)] | None = None
    """Whether what was reached before is reached from memory."""
    trace: Annotated[Literal["always", "on_failure", "never"], one_of(*TRACE)] | None = None
    """Whether its recording is kept."""
    setup: tuple[Step, ...] = ()
    """Steps before it; if one fails, that is an error and no failure."""
    goal: Goal | None = None
    """What is to be reached, instead of ``steps``."""
    steps: tuple[Step, ...] | None = None
    """What is done, one after the other."""
    checks: tuple[Check, ...] = ()
    """What is asked of the device then; all are asked. Without any the case is unverified."""
    teardown: tuple[Step, ...] = ()
    """Steps after it, whatever happened."""
    solution: tuple[Step, ...] = ()
    """Steps without any goal that do what the task asks for: proof that its checks can be met."""
    skip: Annotated[str, REASON] | None = None
    """Why it is not run for now."""

    @model_validator(mode="after")
    def _has_something_to_do(self) -> Self:
        if self.steps == ():
            raise wrong("has an empty list of steps", at="steps")
        exactly_one(self, ("goal", "steps"), "thing to do")
        for at, step in enumerate(self.solution):
            if step.goal is not None:
                raise wrong("cannot have a goal in its solution", at=("solution", at, "goal"))
        return self

    @property
    def doing(self) -> tuple[Step, ...]:
        """Its steps; of a goal, the one step that reaches it."""
        if self.steps is not None:
            return self.steps
        return (Step(goal=self.goal),)

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """A goal or steps."""
        return {
            "oneOf": [{"required": ["goal"]}, {"required": ["steps"]}],
            "not": {"required": ["needs", "params"]},
        }
