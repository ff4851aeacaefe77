"""Puts a reply together from what an OpenAI-compatible server sends, streamed or at once."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from agent.model import OnText, RawCall, Reply, Thought, Usage
from agent.models import failures
from agent.models.loops import LoopEar
from agent.models.presets import Endpoint
from tools.geometry import Frozen

_MILLION = 1_000_000
_DONE = "[DONE]"
_BROKEN_ERROR = re.compile(r'\{\s*"error"\s*:\s*"(.+)', re.DOTALL)
"""An error that was put into JSON without escaping it, as transformers serve does: it ends at the
first line break."""


class Price(Frozen):
    """What tokens cost, in US dollars per million.

    Attributes:
        prompt: Tokens that are read.
        completion: Tokens that are written.
        cached: Tokens read from the server's cache; as ``prompt`` if ``None``.
    """

    prompt: float = 0.0
    completion: float = 0.0
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        """The cost of ``usage`` in US dollars."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        fresh = usage.prompt_tokens - cached
        cached_price = self.prompt if self.cached is None else self.cached
        total = fresh * self.prompt + cached * cached_price
        return (total + usage.completion_tokens * self.completion) / _MILLION


@dataclass
class _Call:
    name: str = ""
    arguments: str = ""
    call_id: str = ""


@dataclass
class Gatherer:
    """Takes the pieces of one reply as they come.

    Attributes:
        endpoint: The server, for errors.
        now: The monotonic clock in seconds.
        on_text: Hears each piece of thought and text.
        price: What tokens cost, where the server does not tell the cost itself.
    """

    endpoint: Endpoint
    now: Callable[[], float]
    on_text: OnText | None = None
    price: Price | None = None
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _calls: list[_Call] = field(default_factory=list)
    _places: dict[Any, _Call] = field(default_factory=dict)
    _finish_reason: str = ""
    _usage: Usage = field(default_factory=Usage)
    _request_id: str = ""
    _first_s: float | None = None
    _started_s: float = 0.0
    _has_choice: bool = False
    _done: bool = False
    _ear: LoopEar = field(default_factory=LoopEar)
    _loops: bool = False

    def __post_init__(self) -> None:
        self._started_s = self.now()

    def read(self, lines: Iterator[str], request_id: str = "") -> Reply:
        """Read a whole answer, in whichever of its two forms it comes.

        A stream that repeats itself is not read to its end; what was heard until then is the reply.

        Raises:
            Failure: It is no chat completion, or only part of one.
        """
        self._request_id = request_id
        first = next((line for line in lines if line.strip("\ufeff \t\r\n")), None)
        if first is None:
            raise failures.broke_off(self.endpoint)
        start = first.lstrip("\ufeff \t")
        if start.startswith("<"):
            raise failures.web_page(self.endpoint, "\n".join([start, *lines]))
        if start.startswith(("{", "[")):
            self._add_json("\n".join([start, *lines]))
            self._done = True
        else:
            for data in _events(start, lines):
                if data.startswith(_DONE):
                    self._done = True
                    break
                self._add_json(data)
                if self._loops:
                    self._finish_reason = "loop"
                    break
        return self._reply()

    def rejected(self) -> Reply:
        """What was heard until the server stumbled over its model's own tool call."""
        self._has_choice, self._finish_reason = True, "rejected"
        return self._reply()

    def _reply(self) -> Reply:
        if not self._has_choice:
            if self._done:
                raise failures.wrong_shape(self.endpoint, "no choice at all")
            raise failures.broke_off(self.endpoint)
        # Some servers never send [DONE], others no reason: either tells that this is the end.
        if not (self._done or self._finish_reason):
            raise failures.broke_off(self.endpoint)
        latency_s = max(0.0, self.now() - self._started_s)
        return Reply(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            calls=tuple(
                RawCall(name=call.name, arguments=call.arguments, call_id=call.call_id)
                for call in self._calls
            ),
            finish_reason=self._finish_reason or "stop",
            usage=self._usage,
            latency_s=latency_s,
            first_token_s=latency_s if self._first_s is None else self._first_s,
            request_id=self._request_id,
        )

    def _add_json(self, text: str) -> None:
        try:
            chunk = json.loads(text)
        except ValueError:
            if broken := _BROKEN_ERROR.match(text):
                raise failures.of_error_object(broken[1], self.endpoint) from None
            raise failures.no_json(self.endpoint, text) from None
        if not isinstance(chunk, dict):
            raise failures.wrong_shape(self.endpoint, f"a JSON {type(chunk).__name__}")
        if error := chunk.get("error"):
            raise failures.of_error_object(error, self.endpoint)
        if chunk.get("object") == "error":  # older vLLM
            raise failures.of_error_object(chunk, self.endpoint)
        self._add(chunk)

    def _add(self, chunk: dict[str, Any]) -> None:
        if not self._request_id and isinstance(chunk.get("id"), str):
            self._request_id = chunk["id"]
        if isinstance(chunk.get("usage"), dict):
            self._usage = _usage(chunk["usage"], self.price)
        choices = chunk.get("choices")
        if choices is None and "usage" in chunk:
            return
        if not isinstance(choices, list):
            raise failures.wrong_shape(self.endpoint, "no list of choices")
        for choice in choices:
            if not isinstance(choice, dict):
                raise failures.wrong_shape(self.endpoint, "a choice that is no object")
            if choice.get("index") in {0, None}:
                self._add_choice(choice)

    def _add_choice(self, choice: dict[str, Any]) -> None:
        self._has_choice = True
        piece = choice.get("delta") or choice.get("message") or {}
        if not isinstance(piece, dict):
            raise failures.wrong_shape(self.endpoint, "a message that is no object")
        if isinstance(choice.get("finish_reason"), str):
            self._finish_reason = choice["finish_reason"]
        # Some proxies send the same thought under both names.
        thought = _words(piece.get("reasoning_content")) or _words(piece.get("reasoning"))
        self._hear(Thought(thought), self._reasoning)
        self._hear(_words(piece.get("content")), self._text)
        for fragment in piece.get("tool_calls") or ():
            if not isinstance(fragment, dict):
                raise failures.wrong_shape(self.endpoint, "a tool call that is no object")
            self._mark()
            self._add_call(fragment)

    def _hear(self, piece: str, pieces: list[str]) -> None:
        if not piece:
            return
        self._mark()
        pieces.append(piece)
        self._loops = self._loops or self._ear.hear(piece)
        if self.on_text is not None:
            self.on_text(piece)

    def _mark(self) -> None:
        if self._first_s is None:
            self._first_s = max(0.0, self.now() - self._started_s)

    def _add_call(self, fragment: dict[str, Any]) -> None:
        """Add to the call that ``fragment`` goes on with, or begin one.

        Servers differ: some number the calls, some send every one whole under number 0 with an id
        of its own, some neither.
        """
        call_id = _words(fragment.get("id"))
        place = fragment.get("index")
        call = self._places.get(place) if place is not None else None
        if place is None and self._calls and not call_id:
            call = self._calls[-1]
        if call is None or (call_id and call.call_id and call_id != call.call_id):
            call = _Call()
            self._calls.append(call)
            self._places[place] = call
        function = fragment.get("function")
        function = function if isinstance(function, dict) else {}
        call.call_id = call.call_id or call_id
        name = _words(function.get("name"))
        if name != call.name:
            call.name += name
        arguments = function.get("arguments")
        if isinstance(arguments, str):
            call.arguments += arguments
        elif arguments is not None:
            call.arguments += json.dumps(arguments, ensure_ascii=False)


def _events(first: str, lines: Iterator[str]) -> Iterator[str]:
    """The data of each server-sent event. One that is cut off in the middle is left out."""
    data = _data(first)
    for line in lines:
        if line.strip("\r\n"):
            data += _data(line)
        elif data:
            yield "\n".join(data)
            data = []
    if data == [_DONE] or (data and _is_json("\n".join(data))):
        yield "\n".join(data)


def _data(line: str) -> list[str]:
    name, _, value = line.partition(":")
    return [value.removeprefix(" ").rstrip("\r")] if name == "data" else []


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _words(value: Any) -> str:  # noqa: ANN401 - the server's JSON
    """Text that comes as a string, or as a list of parts with text in them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_words(part.get("text")) for part in value if isinstance(part, dict))
    return ""


def _usage(found: dict[str, Any], price: Price | None) -> Usage:
    details = found.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    usage = Usage(
        prompt_tokens=_count(found.get("prompt_tokens")),
        completion_tokens=_count(found.get("completion_tokens")),
        cached_tokens=_count(cached or found.get("prompt_cache_hit_tokens")),
    )
    cost = found.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool) and cost >= 0:
        return usage.model_copy(update={"cost_usd": float(cost)})
    return usage.model_copy(update={"cost_usd": price.of(usage)}) if price else usage


def _count(value: Any) -> int:  # noqa: ANN401 - the server's JSON
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
