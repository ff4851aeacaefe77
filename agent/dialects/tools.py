"""Any chat model with tool calls: our tools under their own names, JSON in the text if need be."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from agent.dialects.conversation import lay_out, shown_size
from agent.dialects.dialect import Turn
from agent.dialects.function_call import called, remembered
from agent.dialects.phone_words import is_phone
from agent.dialects.reading.fit import Aim, fit_call
from agent.dialects.saying.pointing import Pointing
from agent.dialects.saying.speech import said_safely
from agent.dialects.saying.wording import plain_call
from agent.dialects.slot_schema import point_schema, tool_schema
from agent.dialects.words import parameters_for
from agent.model import RawCall, Reply, Request, Sampling
from agent.prompt import hash_of, inert, load_prompt
from agent.sight import Sizing
from agent.step import Decision
from tools.errors import UnknownToolError
from tools.geometry import Projection, Size, Space
from tools.registry import Registry

SIZING = Sizing(factor=28, min_pixels=56 * 56, max_pixels=1280 * 28 * 28)
_THOUGHT: dict[str, Any] = {"type": "string", "maxLength": 300}


@dataclass(frozen=True)
class ToolsDialect:
    """No family's own words: what any model that was trained on tools understands.

    Attributes:
        name: Of the dialect.
        native: Whether tools are offered as the protocol has it; else in the prompt, and the
            answer is a JSON object in the text.
        sizing: How pictures are sized.
        space: What the model's numbers mean; it is told so.
        sampling: How tokens are drawn.
        window: Screenshots it is shown at least.
    """

    name: str = "tools"
    native: bool = True
    sizing: Sizing = SIZING
    space: Space = Space.NORM1000
    sampling: Sampling = field(default_factory=Sampling)
    window: int = 3

    @property
    def prompt_hash(self) -> str:
        """Changes when the words of its prompts do."""
        names = ("system", self._points, self._form, "opening")
        return hash_of([*(load_prompt(f"tools/{name}") for name in names), load_prompt("rules")])

    @property
    def _points(self) -> str:
        return "points_grid" if self.space is Space.NORM1000 else "points_px"

    @property
    def _form(self) -> str:
        return "form_native" if self.native else "form_text"

    def request(self, goal: str, turns: Sequence[Turn], tools: Registry) -> Request:
        """See ``Dialect``."""
        shown = shown_size(turns)
        point = point_schema(self.space, shown)
        today = next((turn.today for turn in turns if turn.today), "")

        def opening(lines: Sequence[str]) -> str:
            return load_prompt("tools/opening").fill(
                goal=inert(goal),
                today=f"Today's date on this device: {today}\n" if today else "",
                progress="\n".join(lines) or "Nothing yet.",
            )

        system = self._system(tools, shown)
        messages = lay_out(system, turns, opening, show_app=True, native=self.native)
        if self.native:
            return Request(messages=messages, tools=definitions(tools), sampling=self.sampling)
        return Request(
            messages=messages, schema=_answer_schema(tools, point), sampling=self.sampling
        )

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """See ``Dialect``."""
        call, thought = called(reply)
        name, arguments = call.name, call.arguments
        if not name and isinstance(action := arguments.get("action"), str):
            name = action
            arguments = {key: value for key, value in arguments.items() if key != "action"}
        if not name:
            raise UnknownToolError(f"The call names no tool. There are: {', '.join(tools.names)}.")
        plain = name if name in tools else name.rpartition(".")[2].strip()
        fitted = fit_call(plain, arguments, tools, Aim(projection, self.space))
        return Decision(thought=thought, call=fitted)

    def say(self, decision: Decision, projection: Projection, tools: Registry) -> Reply:
        """See ``Dialect``."""
        phrase = plain_call(decision.call, tools, Pointing(projection, self.space))

        def write(thought: str) -> Reply:
            if self.native:
                arguments = json.dumps(phrase.arguments, ensure_ascii=False)
                call = RawCall(name=phrase.word, arguments=arguments)
                return Reply(text=thought, calls=(call,), finish_reason="tool_calls")
            written = {"thought": thought, "name": phrase.word, "arguments": phrase.arguments}
            return Reply(text=json.dumps(written, ensure_ascii=False))

        return said_safely(decision, write, self, projection, tools)

    def remember(self, reply: Reply) -> str:
        """The words; native calls are repeated as such."""
        return reply.text.strip() if reply.calls else remembered(reply)

    def _system(self, tools: Registry, shown: Size) -> str:
        points = load_prompt(f"tools/{self._points}")
        size = {"size": str(shown)} if "size" in points.places else {}
        form = load_prompt(f"tools/{self._form}")
        listed = "\n".join(
            json.dumps(definition["function"], ensure_ascii=False)
            for definition in definitions(tools)
        )
        return load_prompt("tools/system").fill(
            machine="phone" if is_phone(tools) else "computer",
            points=points.fill(**size),
            form=form.fill(**({} if self.native else {"tools": listed})),
            rules=load_prompt("rules").text,
        )


def definitions(tools: Registry) -> tuple[dict[str, JsonValue], ...]:
    """The tools as OpenAI function definitions, a point as an array of two numbers."""
    point = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    return tuple(
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": parameters_for(tool, point),
            },
        }
        for tool in tools
    )


def _answer_schema(tools: Registry, point: dict[str, Any]) -> dict[str, Any]:
    calls = [tool_schema(tool, point) for tool in tools]
    return {"anyOf": [_with_thought(call) for call in calls]}


def _with_thought(call: dict[str, Any]) -> dict[str, Any]:
    return {
        **call,
        "properties": {"thought": _THOUGHT, **call["properties"]},
        "required": ["thought", *call["required"]],
    }
