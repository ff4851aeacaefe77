"""What the Qwen and GUI-Owl families share: one function call as JSON between two tags."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.conversation import call_words, lay_out, lay_out_single, shown_size
from agent.dialects.dialect import REMEMBERED, Turn
from agent.dialects.phone_words import (
    ARGUMENT_NOTES,
    GUI_OWL_COMPUTER,
    GUI_OWL_PHONE,
    QWEN_COMPUTER,
    QWEN_PHONE,
    is_phone,
)
from agent.dialects.reading.answer import split_reply, thought_of
from agent.dialects.reading.fit import Aim
from agent.dialects.reading.json_call import JsonCall, arguments_in, find_call
from agent.dialects.saying.pointing import Pointing
from agent.dialects.saying.speech import said_safely
from agent.dialects.saying.wording import put_into_words
from agent.dialects.slot_schema import call_schema, point_schema
from agent.dialects.words import Vocabulary, Word, parameters_for
from agent.model import RawCall, Reply, Request, Sampling
from agent.prompt import hash_of, inert, load_prompt
from agent.sight import Sizing
from agent.step import Decision, ToolCall
from tools.errors import BadArgumentsError, UnreadableReplyError
from tools.geometry import Projection, Size, Space
from tools.registry import Registry

TAGS: Final = ("<tool_call>\n", "\n</tool_call>")
FINAL: Final = "**Final Answer**"
_ACTION_TOLD: Final = re.compile(r"^Action: \S", re.MULTILINE)
_LONGEST_SENTENCE: Final = 80
FUNCTIONS: Final = ("mobile_use", "computer_use")


@dataclass(frozen=True)
class FunctionCallDialect:
    """A family that answers with ``<tool_call>`` and one JSON object in it.

    Attributes:
        name: Of the family.
        sizing: How its pictures are sized.
        space: What its numbers mean.
        resolution: What it is told the screen measures; empty for the size of the picture.
        form: The prompt that says how to answer.
        opening: The prompt that says what is to be done.
        sampling: How tokens are drawn.
        window: Screenshots it is shown at least.
        asks: Whether it has a word to ask the person.
        noted: Whether its functions carry the two notes of Qwen2.5's own format.
        single_turn: Whether it was made for one question and one answer only.
        final_marker: Whether its thoughts end with "Final Answer".
        reasons: Whether it thinks apart from its answer.
    """

    name: str
    sizing: Sizing
    space: Space
    resolution: str = ""
    form: str = "form_thought"
    opening: str = "opening"
    sampling: Sampling = field(default_factory=Sampling)
    window: int = 3
    asks: bool = False
    noted: bool = False
    single_turn: bool = False
    final_marker: bool = False
    reasons: bool = False

    @property
    def native(self) -> bool:
        """See ``Dialect``."""
        return False

    @property
    def prompt_hash(self) -> str:
        """Changes when the words of its prompts do."""
        names = ("system", self.form, self.opening, "phone", "computer")
        prompts = [load_prompt(f"qwen/{name}") for name in names]
        return hash_of([*prompts, load_prompt("rules")])

    def request(self, goal: str, turns: Sequence[Turn], tools: Registry) -> Request:
        """See ``Dialect``."""
        shown = shown_size(turns)
        today = next((turn.today for turn in turns if turn.today), "")

        def opening(lines: Sequence[str]) -> str:
            return load_prompt(f"qwen/{self.opening}").fill(
                goal=inert(goal),
                today=f"Today's date is: {today}.\n" if today else "",
                progress="\n".join(lines) or "nothing was done yet",
            )

        layout = lay_out_single if self.single_turn else lay_out
        vocabulary, function = self._vocabulary(tools)
        return Request(
            messages=layout(self._system(tools, shown), turns, opening),
            schema=call_schema(function, vocabulary, tools, point_schema(self.space, shown)),
            wrapper=TAGS,
            sampling=self.sampling,
        )

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """See ``Dialect``."""
        call, thought = called(reply, final_marker=self.final_marker)
        vocabulary, _ = self._vocabulary(tools)
        word, arguments = _word(call, vocabulary, tools)
        aim = Aim(projection, self.space)
        return Decision(thought=thought, call=vocabulary.call(word, arguments, tools, aim))

    def say(self, decision: Decision, projection: Projection, tools: Registry) -> Reply:
        """See ``Dialect``."""
        vocabulary, function = self._vocabulary(tools)
        pointing = Pointing(projection, self.space)
        phrase = put_into_words(decision.call, vocabulary, tools, pointing)
        call: dict[str, JsonValue] = {"name": phrase.word, "arguments": phrase.arguments}
        if phrase.own:
            call = {"name": function, "arguments": {"action": phrase.word, **phrase.arguments}}
        written = f"{TAGS[0]}{json.dumps(call, ensure_ascii=False)}{TAGS[1]}"
        does = _sentence(decision.call)

        def write(thought: str) -> Reply:
            match self.form:
                case "form_call":
                    return Reply(text=written)
                case "form_action" if self.reasons:
                    return Reply(text=f"Action: {does}\n{written}", reasoning=thought)
                case "form_action":
                    return Reply(text=f"Action: {thought or does}\n{written}")
                case "form_final":
                    return Reply(text=f"{thought}\n\n{FINAL}\n\n{written}".lstrip())
                case _ if _ACTION_TOLD.search(thought):
                    return Reply(text=f"Thought: {thought}\n{written}")
                case _:
                    lead = f"Thought: {thought}\n" if thought else ""
                    return Reply(text=f"{lead}Action: {does}\n{written}")

        return said_safely(decision, write, self, projection, tools)

    def remember(self, reply: Reply) -> str:
        """The answer as it was given, up to the end of its first call; a native call as text."""
        text = reply.text.strip()
        if reply.calls:
            call = f"{TAGS[0]}{_as_text(reply.calls[0])}{TAGS[1]}"
            return f"{text[:REMEMBERED]}\n{call}".strip()
        return remembered(reply, final_marker=self.final_marker)

    def _vocabulary(self, tools: Registry) -> tuple[Vocabulary, str]:
        if is_phone(tools):
            return (GUI_OWL_PHONE if self.asks else QWEN_PHONE), FUNCTIONS[0]
        return (GUI_OWL_COMPUTER if self.asks else QWEN_COMPUTER), FUNCTIONS[1]

    def _system(self, tools: Registry, shown: Size) -> str:
        vocabulary, function = self._vocabulary(tools)
        machine = "phone" if function == FUNCTIONS[0] else "computer"
        says = load_prompt(f"qwen/{machine}").fill(resolution=self.resolution or str(shown))
        functions = [self._function(function, says, vocabulary, tools)]
        point = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
        for tool in vocabulary.others(tools):
            parameters = parameters_for(tool, point)
            functions.append(self._noted(tool.name, tool.description, parameters))
        return load_prompt("qwen/system").fill(
            machine=machine,
            functions="\n".join(json.dumps(each, ensure_ascii=False) for each in functions),
            form=load_prompt(f"qwen/{self.form}").text,
            rules=load_prompt("rules").text,
        )

    def _function(
        self, name: str, says: str, vocabulary: Vocabulary, tools: Registry
    ) -> dict[str, Any]:
        words = vocabulary.offered(tools)
        actions = "\n".join(f"* `{word.word}`: {word.says}{_keys(word, tools)}" for word in words)
        properties: dict[str, Any] = {
            "action": {
                "description": f"What to do. The actions are:\n{actions}",
                "enum": [word.word for word in words],
                "type": "string",
            }
        }
        for argument, (schema, note) in ARGUMENT_NOTES.items():
            users = [word for word in words if _takes(word.takes, word.pick, argument)]
            if not users:
                continue
            choices = [value for word in users if word.pick for value in word.choices(tools)]
            properties[argument] = {
                "description": f"{note}. For {', '.join(word.word for word in users)}.",
                **schema,
                **({"enum": choices} if choices else {}),
            }
        parameters = {"properties": properties, "required": ["action"], "type": "object"}
        return self._noted(name, says, parameters)

    def _noted(self, name: str, says: str, parameters: dict[str, Any]) -> dict[str, Any]:
        function: dict[str, Any] = {"name": name, "description": says, "parameters": parameters}
        if self.noted:
            function = {
                "name_for_human": name,
                **function,
                "args_format": "Format the arguments as a JSON object.",
            }
        return {"type": "function", "function": function}


def _keys(word: Word, tools: Registry) -> str:
    """The names of the keys, for the word that presses one."""
    if word.tool != "press_key":
        return ""
    properties = tools.get(word.tool).parameters["properties"]
    key = properties.get("key") if isinstance(properties, dict) else None
    names = key.get("enum") if isinstance(key, dict) else None
    return f" The keys are {', '.join(map(str, names))}." if isinstance(names, list) else ""


def _takes(takes: Mapping[str, str], pick: object, argument: str) -> bool:
    if pick is not None:
        return getattr(pick, "by", "") == argument
    return argument in takes


def called(reply: Reply, *, final_marker: bool = False) -> tuple[JsonCall, str]:
    """The call in ``reply``, native or in the text, and the thought beside it.

    Raises:
        UnreadableReplyError: There is none.
    """
    if native := native_call(reply):
        return native, thought_of(reply.reasoning, reply.text)
    answer = split_reply(reply, final_marker=final_marker)
    call = find_call(answer)
    return call, thought_of(answer.thought, call.thought)


def native_call(reply: Reply) -> JsonCall | None:
    """The first tool call that came as such; ``None`` if there is none.

    Raises:
        UnreadableReplyError: Its arguments are no JSON object.
    """
    if not reply.calls:
        return None
    first = reply.calls[0]
    arguments = arguments_in(first.arguments)
    if arguments is None:
        raise UnreadableReplyError("The arguments of the tool call are no JSON object.")
    return JsonCall(first.name.strip(), arguments, "", 0)


def remembered(reply: Reply, *, final_marker: bool = False) -> str:
    """The answer without its thoughts, up to the end of its first call; shortened if unreadable."""
    try:
        answer = split_reply(reply, final_marker=final_marker)
        end = find_call(answer).end
    except UnreadableReplyError:
        return reply.text.strip()[: REMEMBERED // 4]
    text = answer.text[:end]
    closed = answer.text[end:].lstrip()
    if closed.startswith(TAGS[1].strip()):
        text += TAGS[1]
    return text.strip()[-REMEMBERED:]


def _sentence(call: ToolCall) -> str:
    """What ``call`` is about to do, in a few words and without positions."""
    words = " ".join(inert(call_words(call)).split())
    name, _, rest = words.partition(" ")
    does = name.replace("_", " ").capitalize()
    return f"{does} {rest}".rstrip() + "." if len(rest) <= _LONGEST_SENTENCE else f"{does}."


def _as_text(call: RawCall) -> str:
    try:
        arguments = arguments_in(call.arguments)
    except UnreadableReplyError:
        arguments = {}
    written: dict[str, JsonValue] = {"name": call.name, "arguments": arguments or {}}
    return json.dumps(written, ensure_ascii=False)


def _word(
    call: JsonCall, vocabulary: Vocabulary, tools: Registry
) -> tuple[str, dict[str, JsonValue]]:
    """The action word of a call: of ``mobile_use``, of a tool, or of the word itself."""
    known = vocabulary.knows(call.name, tools) or "action" not in call.arguments
    if call.name and call.name not in FUNCTIONS and known:
        return call.name, call.arguments
    action = call.arguments.get("action")
    if not isinstance(action, str) or not action.strip():
        raise BadArgumentsError(
            f"{call.name or FUNCTIONS[0]} cannot be called like this:\n- action: is missing"
        )
    return action, {key: value for key, value in call.arguments.items() if key != "action"}
