"""A step: one verb, and what goes with any verb."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from agent.suite.language import verbs
from agent.suite.language.form import (
    Condition,
    Seconds,
    Truth,
    Words,
    Written,
    exactly_one,
    one_required,
)
from agent.suite.language.spelling import whole, wrong

VERBS = (
    "goal", "tap", "double_tap", "long_press", "type", "key", "swipe", "scroll_to", "open",
    "back", "home", "wait", "shell", "extract", "use",
)  # fmt: skip
"""The verbs as they are spelt in a file."""


class Step(Written):
    """One thing to do: a verb, and how it is to be done."""

    beside = ("if", "when", "optional", "max_steps", "timeout", "label")
    synonyms: ClassVar[dict[str, str]] = {
        "click": "tap", "tapOn": "tap", "press": "key", "keyevent": "key", "launch": "open",
        "launchApp": "open", "start": "open", "input": "type", "inputText": "type",
        "write": "type", "sleep": "wait", "wait_for": "wait", "scroll": "scroll_to", "do": "goal",
        "ai": "goal", "run": "shell", "adb": "shell", "name": "label",
        "double_click": "double_tap", "include": "use",
    }  # fmt: skip

    goal: verbs.Goal | None = None
    """Have the policy reach something."""
    tap: verbs.Tap | None = None
    """Touch a thing."""
    double_tap: verbs.DoubleTap | None = None
    """Touch a thing twice."""
    long_press: verbs.LongPress | None = None
    """Hold a thing."""
    type: verbs.Type | None = None
    """Enter a text."""
    key: verbs.Key | None = None
    """Press a key."""
    swipe: verbs.Swipe | None = None
    """Move a finger."""
    scroll_to: verbs.ScrollTo | None = None
    """Scroll until a thing is in view."""
    open: verbs.Open | None = None
    """Bring an app to the front."""
    back: verbs.Back | None = None
    """Go back one screen."""
    home: verbs.Home | None = None
    """Go to the home screen."""
    wait: verbs.Wait | None = None
    """Wait for a condition or for a time."""
    shell: verbs.Shell | None = None
    """Run a command on the device."""
    extract: verbs.Extract | None = None
    """Keep something under a name."""
    use: verbs.Use | None = None
    """Play the steps of another task."""

    condition: Condition | None = Field(default=None, alias="if")
    """Do it only if this holds now; else it is left out at once. One look, no model call."""
    when: Condition | None = None
    """Wait until this holds, then do it; the step fails if it does not come in ``timeout``."""
    optional: Truth = False
    """Whether the case goes on if it fails; then it is told as a warning."""
    max_steps: Annotated[int, whole(1, 1000)] | None = None
    """Actions that a ``goal`` may take."""
    timeout_s: Seconds | None = Field(default=None, alias="timeout")
    """How long it may take, waiting included."""
    label: Words | None = None
    """How reports call it."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        given = self.given(VERBS)
        if len(given) > 1:
            hint = "Make a step of each."
            raise wrong(f"has one verb, not {' and '.join(given)}", at=given[1], hint=hint)
        exactly_one(self, VERBS, "verb")
        if self.condition is not None and self.when is not None:
            raise wrong("has an if or a when, not both", at="when")
        if self.max_steps is not None and self.goal is None:
            raise wrong(f"has max_steps with a goal only, not with {given[0]}", at="max_steps")
        return self

    @property
    def verb(self) -> verbs.Verb:
        """What it does."""
        verb: verbs.Verb = next(
            found for found in map(self.__getattribute__, VERBS) if found is not None
        )
        return verb

    @property
    def verb_name(self) -> str:
        """How that is spelt in a file."""
        return self.given(VERBS)[0]

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """One verb, and what does not go together."""
        return {
            **one_required(cls, VERBS),
            "not": {"required": ["if", "when"]},
            "dependentRequired": {"max_steps": ["goal"]},
        }
