"""AutoGLM-Phone, made from GLM-4.1V: ``<think>…</think><answer>do(action="Tap", …)</answer>``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pydantic import JsonValue

from agent.dialects.action_line import with_names
from agent.dialects.conversation import lay_out
from agent.dialects.dialect import REMEMBERED, Turn
from agent.dialects.function_call import native_call
from agent.dialects.reading.answer import split_reply, thought_of
from agent.dialects.reading.fit import Aim
from agent.dialects.reading.written_call import WrittenCall
from agent.dialects.reading.written_slot import ANSWER_MARK, find_written
from agent.dialects.saying.limits import CHINESE
from agent.dialects.saying.pointing import Pointing
from agent.dialects.saying.speech import said_safely
from agent.dialects.saying.wording import put_into_words
from agent.dialects.saying.written import written_call
from agent.dialects.written_words import GLM_PHONE, Manner, signatures
from agent.model import Reply, Request, Sampling
from agent.prompt import hash_of, inert, load_prompt
from agent.sight import Sizing
from agent.step import Decision
from tools.errors import BadArgumentsError, UnreadableReplyError, UnsayableError
from tools.geometry import Projection, Space
from tools.registry import Registry

# The processor counts every picture twice, as two frames of a film: half of its own bounds.
SIZING = Sizing(factor=28, min_pixels=112 * 112 // 2, max_pixels=1280 * 28 * 28)
_THOUGHT: Final = 600
_PLACES: Final = frozenset({"element", "start", "end"})
_SAYS_ZH: Final = {
    "Launch": "打开应用。",
    "Tap": "点击一个点。",
    "Type": "在当前输入框输入文字，替换原有内容。",
    "Swipe": "滑动，例如翻看列表。",
    "Long Press": "长按一个点。",
    "Double Tap": "双击一个点。",
    "Back": "返回上一屏。",
    "Home": "回到主屏幕。",
    "Wait": "等待一会儿。",
    "Take_over": "请用户做只有他能做或知道的事，例如输入密码。",
    "Note": "记下之后需要的内容。",
    "finish": "结束任务；message 是答案或做了什么。做不到时加上 success=False 并说明原因。",
}


@dataclass(frozen=True)
class AutoGlmDialect:
    """AutoGLM-Phone-9B.

    Attributes:
        name: Of the family.
        language: Of the prompt.
        sizing: How its pictures are sized.
        space: What its numbers mean.
        sampling: How tokens are drawn.
        window: Screenshots it is shown at least.
    """

    name: str = "autoglm_phone"
    language: Literal["en", "zh"] = "en"
    sizing: Sizing = SIZING
    space: Space = Space.NORM1000
    sampling: Sampling = field(
        default_factory=lambda: Sampling(top_p=0.85, frequency_penalty=0.2, max_tokens=3000)
    )
    window: int = 3

    @property
    def native(self) -> bool:
        """See ``Dialect``."""
        return False

    @property
    def prompt_hash(self) -> str:
        """Changes when the words of its prompts do."""
        names = (f"autoglm/system_{self.language}", f"autoglm/opening_{self.language}")
        return hash_of(load_prompt(name) for name in (*names, self._rules))

    @property
    def _rules(self) -> str:
        return "autoglm/rules_zh" if self.language == "zh" else "rules"

    def request(self, goal: str, turns: Sequence[Turn], tools: Registry) -> Request:
        """See ``Dialect``."""
        today = next((turn.today for turn in turns if turn.today), "")
        chinese = self.language == "zh"
        actions = signatures(GLM_PHONE, tools, _MANNERS[self.language])
        system = load_prompt(f"autoglm/system_{self.language}").fill(
            actions=actions, rules=load_prompt(self._rules).text
        )

        def opening(lines: Sequence[str]) -> str:
            date = f"今天的日期是 {today}。\n" if chinese else f"Today's date is {today}.\n"
            return load_prompt(f"autoglm/opening_{self.language}").fill(
                today=date if today else "",
                goal=inert(goal),
                progress="\n".join(lines) or ("无" if chinese else "Nothing yet."),
            )

        messages = lay_out(system, turns, opening, show_app=True)
        return Request(messages=messages, sampling=self.sampling)

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """See ``Dialect``."""
        aim = Aim(projection, self.space)
        if native := native_call(reply):
            written = WrittenCall(native.name, native.arguments, (), 0)
            thought = thought_of(reply.reasoning, reply.text)
        else:
            answer = split_reply(reply)
            found = find_written(answer, ANSWER_MARK, lambda name: _known(name, tools))
            written = found.call
            thought = thought_of(answer.thought, answer.text[: found.lead])
        word, arguments = _word(written)
        return Decision(thought=thought, call=GLM_PHONE.call(word, arguments, tools, aim))

    def say(self, decision: Decision, projection: Projection, tools: Registry) -> Reply:
        """See ``Dialect``."""
        pointing = Pointing(projection, self.space)
        phrase = put_into_words(decision.call, GLM_PHONE, tools, pointing)
        points = tools.get(decision.call.name).points if not phrase.own else _PLACES
        if phrase.word != "finish":
            if "action" in phrase.arguments:
                raise UnsayableError(f"It keeps the name action, which {phrase.word} takes too.")
            spoken = {"action": phrase.word, **phrase.arguments}
            phrase = replace(phrase, word="do", arguments=spoken)
        action = written_call(phrase, lambda name: name in points, _place, quote='"')

        def write(thought: str) -> Reply:
            return Reply(text=f"<think>{thought}</think>\n<answer>{action}</answer>")

        return said_safely(decision, write, self, projection, tools)

    def remember(self, reply: Reply) -> str:
        """Thought and action in the family's own form."""
        try:
            answer = split_reply(reply)
            found = find_written(answer, ANSWER_MARK, lambda name: name in ("do", "finish"))
        except UnreadableReplyError:
            return reply.text.strip()[: REMEMBERED // 4]
        thought = thought_of(answer.thought, answer.text[: found.lead])[:_THOUGHT]
        action = answer.text[found.start : found.call.end]
        return f"<think>{inert(thought)}</think>\n<answer>{action}</answer>"


def autoglm_phone(language: Literal["en", "zh"] = "en") -> AutoGlmDialect:
    """AutoGLM-Phone-9B, asked in ``language``."""
    suffix = "" if language == "en" else f"_{language}"
    return AutoGlmDialect(f"autoglm_phone{suffix}", language)


def _known(name: str, tools: Registry) -> bool:
    return name == "do" or GLM_PHONE.knows(name, tools)


def _word(call: WrittenCall) -> tuple[str, dict[str, JsonValue]]:
    if call.name != "do":
        return call.name, with_names(call, GLM_PHONE)
    unnamed = list(call.unnamed)
    action = call.arguments.get("action", unnamed.pop(0) if unnamed else None)
    if not isinstance(action, str) or not action.strip():
        raise BadArgumentsError("do cannot be called like this:\n- action: is missing")
    arguments = {key: value for key, value in call.arguments.items() if key != "action"}
    return action, with_names(WrittenCall(action, arguments, tuple(unnamed), 0), GLM_PHONE)


def _place(point: JsonValue) -> str:
    x, y = point if isinstance(point, list) else (None, None)
    return f"[{x},{y}]"


def _written(name: str, arguments: Sequence[str]) -> str:
    if name == "finish":
        return f"finish({', '.join(arguments)})"
    return f"do({', '.join([f'action={json.dumps(name)}', *arguments])})"


_MANNERS: Final = {
    "en": Manner(_written, point="[x,y]", quote='"'),
    "zh": Manner(_written, point="[x,y]", quote='"', says=_SAYS_ZH, limits=CHINESE),
}
