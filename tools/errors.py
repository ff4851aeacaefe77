"""Every error raised on purpose, grouped by who must hear it.

::

    AutomationError
    ├── UsageError             the person: one line and a hint, exit code 2
    │   ├── ConfigError        a setting, with the file and line it came from
    │   ├── TaskError          a task file
    │   ├── RecordingError     a recording that cannot be read or written
    │   ├── UnknownDeviceError no such device, or several to choose from
    │   ├── ToolDefinitionError a tool whose signature and docstring do not fit
    │   ├── UnsayableError     a decision that a dialect has no words for
    │   └── MissingExtraError  an optional part is not installed
    ├── DeviceError            the world: ends the episode, exit code 3
    │   ├── DeviceGoneError    the device or the connection to it went away
    │   ├── DeviceTimeoutError it did not answer in time
    │   └── CaptureError       no usable frame came back
    │       └── SecureScreenError   the app forbids screenshots of this screen
    ├── ModelError             the model server: retried below, then ends the episode
    │   ├── ModelTimeoutError
    │   ├── ModelHTTPError
    │   └── ContextTooLongError
    ├── AgentMistakeError      the model: it is told, and the loop goes on
    │   ├── UnreadableReplyError
    │   ├── UnknownToolError
    │   ├── BadArgumentsError
    │   ├── OffScreenError
    │   ├── ActionFailedError  not possible on this screen (no focused field, no such app)
    │   └── DeniedError        the guard said no
    ├── NeedsHumanError        a person must answer, and none is there: stops the episode
    └── ReplayDivergedError    the tester: step, expected, seen, distance
"""


class AutomationError(Exception):
    """Root of all errors that Tapwright raises on purpose."""


class UsageError(AutomationError):
    """Something the person gave is wrong.

    Args:
        message: What happened, to what; one line.
        hint: What to do next; one line, may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(UsageError):
    """A setting has a wrong name or value."""


class TaskError(UsageError):
    """A task file cannot be used."""


class RecordingError(UsageError):
    """A recording cannot be read or written."""


class UnknownDeviceError(UsageError):
    """The device asked for is not there, or there are several and none was named."""


class ToolDefinitionError(UsageError):
    """A tool's signature, type hints and docstring do not fit together."""


class UnsayableError(UsageError):
    """A decision cannot be said in a dialect: it has no word for it, or no number for the point."""


class MissingExtraError(UsageError):
    """An optional part is not installed.

    Args:
        what: What needs the part, as the person knows it.
        extra: Name of the extra of the distribution.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra {extra!r}, which is not installed.",
            hint=f"Mend it with: python -m pip install 'tapwright[{extra}]'",
        )
        self.extra = extra


class DeviceError(AutomationError):
    """The device cannot be used any further."""


class DeviceGoneError(DeviceError):
    """The device, or the connection to it, went away."""


class DeviceTimeoutError(DeviceError):
    """The device did not answer in time."""


class CaptureError(DeviceError):
    """The device gave no usable frame; none is ever made up in its place."""


class SecureScreenError(CaptureError):
    """The app in front forbids screenshots (FLAG_SECURE)."""


class ModelError(AutomationError):
    """The model could not be asked."""


class ModelTimeoutError(ModelError):
    """The model server did not answer in time."""


class ModelHTTPError(ModelError):
    """The model server answered with an HTTP error.

    Args:
        status: HTTP status code.
        body: What the server said, shortened by the caller.
    """

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"The model server answered {status}: {body}")
        self.status = status
        self.body = body


class ContextTooLongError(ModelError):
    """The request did not fit into the model's context."""


class AgentMistakeError(AutomationError):
    """The model did something that cannot be carried out; the text is what it is told."""


class UnreadableReplyError(AgentMistakeError):
    """No tool call could be read from the reply."""


class UnknownToolError(AgentMistakeError):
    """The tool asked for is not offered."""


class BadArgumentsError(AgentMistakeError):
    """The arguments do not fit the tool's schema."""


class OffScreenError(AgentMistakeError):
    """A point lies outside the screen."""


class ActionFailedError(AgentMistakeError):
    """The action makes no sense on this screen: no focused field, no such app."""


class DeniedError(AgentMistakeError):
    """The guard does not allow this action."""


class NeedsHumanError(AutomationError):
    """A person must approve or answer, and there is nobody to ask."""


class ReplayDivergedError(AutomationError):
    """A replay met another screen than the one recorded.

    Args:
        step: Index of the recorded step.
        expected: What was recorded.
        seen: What is there now.
        distance: Changed tiles between the two screens; ``None`` if they cannot be compared.
    """

    def __init__(self, step: int, expected: str, seen: str, distance: int | None) -> None:
        apart = f" ({distance} tiles differ)" if distance is not None else ""
        # People count steps from 1, as they are listed.
        here = seen.removesuffix(".") + apart
        super().__init__(f"Step {step + 1} differs: expected {expected}, saw {here}.")
        self.step = step
        self.expected = expected
        self.seen = seen
        self.distance = distance
