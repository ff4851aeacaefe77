"""What is said to a model and what comes back; nothing here knows of screens or tools to perform.

A ``Request`` is complete: two models given the same one are asked the same thing. Images travel as
the encoded bytes that are sent, stored and hashed; nobody encodes them again.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Final, Literal, Protocol, runtime_checkable

from pydantic import Field, JsonValue

from tools.geometry import Frozen, Size

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class TextPart:
    """Words."""

    text: str


@dataclass(frozen=True)
class ImagePart:
    """A picture, as the bytes that are sent.

    Attributes:
        data: The encoded image.
        media_type: ``image/jpeg`` or ``image/png``.
        size: Its width and height in pixels.
    """

    data: bytes = field(repr=False)
    media_type: str
    size: Size

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class VideoPart:
    """A clip as frames, sampled evenly.

    Attributes:
        frames: The pictures in order, all of one size.
        fps: Frames per second of the sampling.
    """

    frames: tuple[ImagePart, ...]
    fps: float


Part = TextPart | ImagePart | VideoPart


class RawCall(Frozen):
    """A tool call as the model wrote it.

    Attributes:
        name: The function's name.
        arguments: Its arguments as the text the model wrote, JSON if all is well.
        call_id: The server's id, which the answer must name; may be empty.
    """

    name: str
    arguments: str
    call_id: str = ""


@dataclass(frozen=True)
class Message:
    """One turn of the conversation.

    Attributes:
        role: Who speaks.
        parts: What is said, in order.
        calls: Tool calls of an assistant's turn, repeated in the history as they were made.
        call_id: In a tool's turn, the call that it answers.
    """

    role: Role
    parts: tuple[Part, ...]
    calls: tuple[RawCall, ...] = ()
    call_id: str = ""

    @property
    def text(self) -> str:
        """All words of it, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """The pictures in it, without the frames of videos."""
        return tuple(part for part in self.parts if isinstance(part, ImagePart))


class Sampling(Frozen):
    """How tokens are drawn; the defaults are greedy, as clicks want it.

    Attributes:
        temperature: 0 takes the likeliest token always.
        top_p: Share of the probability that is drawn from.
        max_tokens: Upper limit of the reply, thoughts included.
        presence_penalty: As in the OpenAI API, -2..2.
        frequency_penalty: As in the OpenAI API, -2..2.
        repetition_penalty: 1 for none; anything else distorts digits and JSON.
        seed: For servers that can repeat themselves.
    """

    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 1.0
    max_tokens: Annotated[int, Field(ge=1)] = 1024
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] = 0.0
    repetition_penalty: Annotated[float, Field(gt=0, le=2)] = 1.0
    seed: int | None = None


@dataclass(frozen=True)
class Request:
    """Everything a model is asked at once.

    Attributes:
        messages: The conversation, oldest first.
        tools: OpenAI tool definitions for models with native tool calls; empty for dialects that
            describe their tools in words.
        schema: JSON schema of the action slot, for back ends that can hold a model to it; the
            dialect says how it is wrapped in ``wrapper``.
        wrapper: The text before and after that JSON in the reply, such as a pair of tags.
        sampling: How tokens are drawn.
        stop: Strings that end the reply.
    """

    messages: tuple[Message, ...]
    tools: tuple[dict[str, JsonValue], ...] = ()
    schema: dict[str, JsonValue] | None = None
    wrapper: tuple[str, str] = ("", "")
    sampling: Sampling = field(default_factory=Sampling)
    stop: tuple[str, ...] = ()


class Usage(Frozen):
    """Tokens of one exchange, as the back end counts them; 0 where it does not tell."""

    prompt_tokens: Annotated[int, Field(ge=0)] = 0
    completion_tokens: Annotated[int, Field(ge=0)] = 0
    cached_tokens: Annotated[int, Field(ge=0)] = 0
    cost_usd: Annotated[float, Field(ge=0)] = 0.0


CUT: Final = frozenset({"length", "loop", "time"})
"""Why replies end that are not whole."""


class Reply(Frozen):
    """What came back, before anyone tries to understand it.

    Attributes:
        text: The content, verbatim.
        reasoning: What a thinking model says apart from it; empty if it does not.
        calls: Native tool calls.
        finish_reason: ``stop``, ``length``, ``tool_calls`` or what else the server says; ``loop``
            if it repeated itself and was cut, the tokens then being counted by nobody; ``time`` if
            a local model was cut because its time was over; ``rejected``
            if the server could not read the tool call in it, of which then nothing may be left.
        usage: Tokens.
        latency_s: Seconds from the request to the last token.
        first_token_s: Seconds to the first token; equal to ``latency_s`` without streaming.
        request_id: The server's name for this exchange; may be empty.
    """

    text: str
    reasoning: str = ""
    calls: tuple[RawCall, ...] = ()
    finish_reason: str = "stop"
    usage: Usage = Usage()
    latency_s: Annotated[float, Field(ge=0)] = 0.0
    first_token_s: Annotated[float, Field(ge=0)] = 0.0
    request_id: str = ""

    @property
    def cut(self) -> bool:
        """Whether it ended before the model was done: no room, in circles, or out of time."""
        return self.finish_reason in CUT


class Thought(str):
    """A piece of a reply that the back end itself tells apart as a thought."""

    __slots__ = ()


OnText = Callable[[str], None]
"""Hears each piece of the reply as it comes: thoughts first, where the model has any. What the back
end tells apart as thought comes as a ``Thought``."""


class Model(Protocol):
    """Messages in, reply out."""

    @property
    def name(self) -> str:
        """The model as configuration and recordings name it."""
        ...

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Put ``request`` to the model and wait for its whole reply.

        Raises:
            ModelError: It could not be asked, retries included.
        """
        ...

    def close(self) -> None:
        """Let go of connections and memory. May be called twice."""
        ...


@runtime_checkable
class Conversing(Protocol):
    """A model that remembers what it has read, and can begin another conversation."""

    def conversation(self) -> Model:
        """Another conversation with the same weights, which remembers for itself."""
        ...


@runtime_checkable
class BreakingOff(Protocol):
    """A model whose replies can be broken off from another thread."""

    def break_off(self) -> None:
        """Give up what is being asked, and whatever is asked later: both fail as ``ModelError``."""
        ...

    def apart(self) -> "BreakingModel":
        """The same model, to be broken off and closed by itself."""
        ...


class BreakingModel(Model, BreakingOff, Protocol):
    """Both."""


@runtime_checkable
class ClipReading(Protocol):
    """A model that may take a ``VideoPart`` as a clip, two frames together and timed by itself."""

    @property
    def reads_clips(self) -> bool:
        """Whether it does; if not, it is sent the frames as single pictures."""
        ...
