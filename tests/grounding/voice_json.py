"""Families that answer with one function call as JSON: Qwen, QVQ, GUI-Owl, and plain tool calls."""

import json
from random import Random
from typing import Any, Final

from tests.grounding.plan import Back, Done, Intent, SeeMore, Tap, Type
from tests.grounding.reader import Hit
from tests.grounding.saying import (
    Json,
    Pointer,
    Saying,
    fenced,
    messy_json,
    messy_point,
    often,
    thought,
)

_END: Final[Json] = {
    "name": "mobile_use",
    "arguments": {"action": "terminate", "status": "success"},
}
"""A call that must not be carried out: it stands in a thought, or after the call that counts."""


def qwen(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """Nothing but the call, as Qwen2.5-VL and Qwen2-VL are asked for; now and then some talk."""
    call = _tagged(_mobile_use(intent, pointer, random), random)
    if often(random):
        return Saying(call)
    talk = thought(intent)
    return Saying(random.choice([f"{talk}\n{call}", f"Thought: {talk}\n\n{call}", f"{call}\n"]))


def qwen_with_thought(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """Thought, action, call, as Qwen3-VL and GUI-Owl answer."""
    call = _tagged(_mobile_use(intent, pointer, random), random)
    says = thought(intent)
    if often(random):
        return Saying(f'Thought: {says}\nAction: "{_short(intent)}"\n{call}')
    return Saying(
        random.choice(
            [
                f"Action: {_short(intent)}\n{call}",
                f"**Thought:** {says}\n**Action:** {_short(intent)}\n\n{call}",
                f"{says}\n{call}",
                f"### Thought ###\n{says}\n\n### Action ###\n{call}",
            ]
        )
    )


def qwen_thinking(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """A long thought first, which the server takes out, or not, or only half of it."""
    call = _tagged(_mobile_use(intent, pointer, random), random)
    says = f"{thought(intent)} Should I say {json.dumps(_END)} already? Not yet."
    answer = f"Action: {_short(intent)}\n{call}"
    return random.choice(
        [
            Saying(answer, reasoning=says),
            Saying(f"<think>\n{says}\n</think>\n\n{answer}"),
            Saying(f"{says}\n</think>\n\n{answer}"),  # the template opens the thought
        ]
    )


def qvq(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """Thinks aloud without tags, and marks its final answer."""
    musing = (
        f"So, I've got this screenshot. {thought(intent)} Wait, let me double-check. "
        f"Maybe **Final Answer** should be the end: {json.dumps(_END)}? "
        "No, hold on, the booking isn't done by that. Okay, I'm confident now."
    )
    if often(random):
        call = _mobile_use(intent, pointer, random)
        tags = f"<tool_call>\n{json.dumps(call, ensure_ascii=False)}\n</tool_call>"
        return Saying(f"{musing}\n\n**Final Answer**\n\n{tags}")
    call = _mobile_use(intent, pointer, random)
    boxed = json.dumps(call, ensure_ascii=False).replace("_", r"\_")
    return Saying(
        random.choice(
            [
                f"{musing}\n\n**Final Answer**\n\n\\[ \\boxed{{{boxed}}} \\]",
                f"{musing}\n\n**Final Answer:** {_tagged(call, random)}",
                f"{musing}\n\n**Final Answer**\n\n{fenced(messy_json(call, random))}",
            ]
        )
    )


def native_tools(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """Tool calls as the protocol has them; now and then written into the text instead."""
    name, arguments = _own_tool(intent, pointer, random)
    says, plain = thought(intent), json.dumps(arguments, ensure_ascii=False)
    if often(random):
        return Saying(random.choice([says, ""]), calls=((name, plain),))
    written = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return random.choice(
        [
            Saying(says, calls=((name, messy_json(arguments, random)),)),
            Saying(says, calls=((f"functions.{name}", plain),)),
            Saying("", says, ((name, plain), ("finish", '{"success": false}'))),
            Saying(f"{says}\n{fenced(written)}"),
            Saying(f"{says}\n<tool_call>\n{written}\n</tool_call>"),
            Saying(written),
        ]
    )


def text_tools(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """The same calls as one JSON object in the text."""
    name, arguments = _own_tool(intent, pointer, random)
    call = {"thought": thought(intent), "name": name, "arguments": arguments}
    if often(random):
        return Saying(json.dumps(call, ensure_ascii=False))
    messy = messy_json(call, random)
    lead = random.choice(["", "Sure, here is the next step:\n\n"])
    return Saying(lead + random.choice([messy, fenced(messy)]))


def _mobile_use(intent: Intent, pointer: Pointer, random: Random) -> Json:
    return {"name": "mobile_use", "arguments": _arguments(intent, pointer, random)}


def _arguments(intent: Intent, pointer: Pointer, random: Random) -> Json:
    match intent:
        case Tap(hit=hit):
            return {"action": "click", "coordinate": _at(hit, pointer, random)}
        case Type(text=text):
            return {"action": "type", "text": text}
        case SeeMore():
            start, end = pointer.scroll()
            return {"action": "swipe", "coordinate": start, "coordinate2": end}
        case Back():
            return {"action": "system_button", "button": "Back"}
        case Done(answer=answer):
            ended = {"action": "terminate", "status": "success"}
            return random.choice([ended, {"action": "answer", "text": answer}])


def _at(hit: Hit, pointer: Pointer, random: Random) -> Any:
    point = pointer.middle(hit)
    return point if often(random) else messy_point(point, pointer.box(hit), random)


def _own_tool(intent: Intent, pointer: Pointer, random: Random) -> tuple[str, Json]:
    match intent:
        case Tap(hit=hit):
            return "tap", {"at": _at(hit, pointer, random)}
        case Type(text=text):
            return "type_text", {"text": text}
        case SeeMore():
            return "scroll", {"direction": "down"}
        case Back():
            return "back", {}
        case Done(answer=answer):
            return "finish", {"success": True, "answer": answer}


def _tagged(call: Json, random: Random) -> str:
    plain = json.dumps(call, ensure_ascii=False)
    if often(random):
        return f"<tool_call>\n{plain}\n</tool_call>"
    messy = messy_json(call, random)
    return random.choice(
        [
            f"<tool_call>\n{messy}\n</tool_call>",
            f"<tool_call>\n{fenced(messy)}\n</tool_call>",
            f"<tool_call>\n{plain}",
            f"<tool_call>\n<tool_call>\n{plain}\n</tool_call>\n</tool_call>",
            f"<tool_call>{plain}</tool_call>\n<tool_call>{json.dumps(_END)}</tool_call>",
            fenced(plain),
            f"<tool_call>\n{plain}}}\n</tool_call>",
        ]
    )


def _short(intent: Intent) -> str:
    """The action in a few words, without anything that reads like a call."""
    match intent:
        case Tap(hit=hit):
            return f"Tap on {hit.label}."
        case Type(text=text):
            return f"Type {text} into the search field."
        case SeeMore():
            return "Scroll down."
        case Back():
            return "Go back."
        case Done():
            return "Finish."
