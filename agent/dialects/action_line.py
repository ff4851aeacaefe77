"""What the UI-TARS models share: a thought, then one action written as a call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from agent.dialects.conversation import lay_out
from agent.dialects.dialect import REMEMBERED, Turn
from agent.dialects.function_call import native_call
from agent.dialects.phone_words import is_phone
from agent.dialects.reading.answer import split_reply, thought_of
from agent.dialects.reading.fit import Aim
from agent.dialects.reading.written_call import WrittenCall
from agent.dialects.reading.written_slot import ACTION_MARK, find_written
from agent.dialects.saying.pointing import Pointing
from agent.dialects.saying.speech import said_safely
from agent.dialects.saying.wording import put_into_words
from agent.dialects.saying.written import written_call
from agent.dialects.words import Vocabulary
from agent.dialects.written_words import TARS_COMPUTER, TARS_PHONE, Manner, signatures
from agent.model import Reply, Request, Sampling
from agent.prompt import hash_of, inert, load_prompt
from agent.sight import Sizing
from agent.step import Decision
from tools.errors import UnreadableReplyError
from tools.geometry import Projection, Space
from tools.registry import Registry

_BOXES = frozenset({"start_box", "end_box"})


@dataclass(frozen=True)
class ActionLineDialect:
    """A family that answers ``Thought: …`` and ``Action: click(start_box='…')``.

    Attributes:
        name: Of the family.
        sizing: How its pictures are sized.
        space: What its numbers mean.
        language: In which its thoughts are asked for.
        sampling: How tokens are drawn.
        window: Screenshots it is shown at least.
    """

    name: str
    sizing: Sizing
    space: Space
    language: str = "English"
    sampling: Sampling = field(default_factory=Sampling)
    window: int = 3

    @property
    def native(self) -> bool:
        """See ``Dialect``."""
        return False

    @property
    def prompt_hash(self) -> str:
        """Changes when the words of its prompts do."""
        return hash_of([load_prompt("ui_tars/opening"), load_prompt("rules")])

    def request(self, goal: str, turns: Sequence[Turn], tools: Registry) -> Request:
        """See ``Dialect``."""
        today = next((turn.today for turn in turns if turn.today), "")

        def opening(lines: Sequence[str]) -> str:
            return load_prompt("ui_tars/opening").fill(
                machine="phone" if is_phone(tools) else "computer",
                actions=signatures(_vocabulary(tools), tools, _MANNER),
                language=self.language,
                rules=load_prompt("rules").text,
                today=f"Today's date is {today}.\n" if today else "",
                goal=inert(goal),
                progress="\n".join(lines) or "Nothing yet.",
            )

        return Request(messages=lay_out("", turns, opening), sampling=self.sampling)

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """See ``Dialect``."""
        vocabulary, aim = _vocabulary(tools), Aim(projection, self.space)
        if native := native_call(reply):
            call = vocabulary.call(native.name, native.arguments, tools, aim)
            return Decision(thought=thought_of(reply.reasoning, reply.text), call=call)
        answer = split_reply(reply)
        found = find_written(answer, ACTION_MARK, lambda name: vocabulary.knows(name, tools))
        thought = thought_of(answer.thought, answer.text[: found.lead])
        call = vocabulary.call(found.call.name, with_names(found.call, vocabulary), tools, aim)
        return Decision(thought=thought, call=call)

    def say(self, decision: Decision, projection: Projection, tools: Registry) -> Reply:
        """See ``Dialect``."""
        pointing = Pointing(projection, self.space)
        phrase = put_into_words(decision.call, _vocabulary(tools), tools, pointing)
        points = tools.get(decision.call.name).points if not phrase.own else _BOXES
        action = written_call(phrase, lambda name: name in points, _boxed, quote="'")

        def write(thought: str) -> Reply:
            lead = f"Thought: {thought}\n" if thought else ""
            return Reply(text=f"{lead}Action: {action}")

        return said_safely(decision, write, self, projection, tools)

    def remember(self, reply: Reply) -> str:
        """Thought and action as they were given, up to the end of the first action."""
        try:
            answer = split_reply(reply)
            end = find_written(answer, ACTION_MARK, lambda _: False).call.end
        except UnreadableReplyError:
            return reply.text.strip()[: REMEMBERED // 4]
        return answer.text[:end].strip()[-REMEMBERED:]


def _vocabulary(tools: Registry) -> Vocabulary:
    return TARS_PHONE if is_phone(tools) else TARS_COMPUTER


def _boxed(point: JsonValue) -> str:
    x, y = point if isinstance(point, list) else (None, None)
    return f"'<|box_start|>({x},{y})<|box_end|>'"


def _written(name: str, arguments: Sequence[str]) -> str:
    return f"{name}({', '.join(arguments)})"


_MANNER: Final = Manner(_written, point="'<|box_start|>(x1,y1)<|box_end|>'", quote="'")


def with_names(call: WrittenCall, vocabulary: Vocabulary) -> dict[str, JsonValue]:
    """The arguments of ``call``, those without a name named by their order."""
    names = vocabulary.argument_names(call.name)
    missing = [name for name in names if name not in call.arguments]
    unnamed = dict(zip(missing, call.unnamed, strict=False))
    rest = {f"argument {place + 1}": value for place, value in enumerate(call.unnamed)}
    named = unnamed if len(call.unnamed) <= len(missing) else rest
    return {**named, **call.arguments}
