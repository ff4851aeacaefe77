"""Families that write their action like a line of a program: UI-TARS and AutoGLM."""

from random import Random

from tests.grounding.plan import Back, Done, Intent, SeeMore, Tap, Type
from tests.grounding.reader import Hit
from tests.grounding.saying import Pointer, Saying, often, thought


def ui_tars(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """``Thought: …``, then ``Action: click(start_box='…')``."""
    action, says = _tars_action(intent, pointer, random), thought(intent)
    if often(random):
        return Saying(f"Thought: {says}\nAction: {action}")
    return Saying(
        random.choice(
            [
                f"Thought: {says}\nAction：{action}",
                f"Reflection: All went well.\nAction_Summary: {says}\nAction: {action}",
                f"Thought: {says}\nAction: {action}\n\nfinished(content='too early')",
                f"Thought: {says}\n\nAction:\n```\n{action}\n```",
                f"{says}\nAction: {action}\n",
                f"Thought: {says}\n**Action:** {action}",
            ]
        )
    )


def autoglm(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """``<think>…</think><answer>do(action="Tap", …)</answer>``."""
    return _glm(intent, pointer, random, thought(intent))


def autoglm_zh(intent: Intent, pointer: Pointer, random: Random) -> Saying:
    """The same, thought in Chinese."""
    return _glm(intent, pointer, random, f"我看到了当前屏幕，下一步是：{_in_chinese(intent)}。")


def _glm(intent: Intent, pointer: Pointer, random: Random, says: str) -> Saying:
    action = _glm_action(intent, pointer, random)
    if often(random):
        return Saying(f"<think>{says}</think>\n<answer>{action}</answer>")
    decoy = f'{says} finish(message="订好了") 还太早。'
    return random.choice(
        [
            Saying(f"<think>{decoy}</think><answer>{action}"),
            Saying(f"{says}\n{action}"),
            Saying(f"{decoy}</think>\n<answer>{action}</answer>"),
            Saying(f"<answer>{action}</answer>", reasoning=says),
            Saying(f"<think>{says}</think>\n```python\n{action}\n```"),
            Saying(action),
        ]
    )


def _tars_action(intent: Intent, pointer: Pointer, random: Random) -> str:
    match intent:
        case Tap(hit=hit):
            return f"click({_tars_point(hit, pointer, random)})"
        case Type(text=text):
            return random.choice([f"type(content='{text}')", f'type(content="{text}")'])
        case SeeMore():
            x, y = pointer.scroll()[0]
            at = f"start_box='<|box_start|>({x},{y})<|box_end|>'"
            return f"scroll({at}, direction='down')"
        case Back():
            return "press_back()"
        case Done(answer=answer):
            return random.choice(["finished()", f"finished(content='{answer}')"])


def _tars_point(hit: Hit, pointer: Pointer, random: Random) -> str:
    x, y = pointer.middle(hit)
    if often(random):
        return f"start_box='<|box_start|>({x},{y})<|box_end|>'"
    left, top, right, bottom = pointer.box(hit)
    return random.choice(
        [
            f"start_box='({x},{y})'",
            f"point='<point>{x} {y}</point>'",
            f"start_box='[{left}, {top}, {right}, {bottom}]'",
            f"start_box='<bbox>{left} {top} {right} {bottom}</bbox>'",
            f'start_box="({x}, {y})"',
            f"start_box=({x},{y})",
        ]
    )


def _glm_action(intent: Intent, pointer: Pointer, random: Random) -> str:
    forms = _glm_forms(intent, pointer)
    return forms[0] if often(random) else random.choice(forms)


def _glm_forms(intent: Intent, pointer: Pointer) -> list[str]:
    match intent:
        case Tap(hit=hit):
            x, y = pointer.middle(hit)
            return [
                f'do(action="Tap", element=[{x},{y}])',
                f"do(action='Tap', element=[{x}, {y}])",
                f'do(action="Tap", element=[{x},{y}], message="next")',
                f'do(action = "Tap", element = [{x}, {y}])',
                f'do(action="Tap"，element=[{x}，{y}])',
            ]
        case Type(text=text):
            return [f'do(action="Type", text="{text}")', f"do(action='Type', text='{text}')"]
        case SeeMore():
            start, end = pointer.scroll()
            return [f'do(action="Swipe", start={start}, end={end})']
        case Back():
            return ['do(action="Back")', "do(action='Back')"]
        case Done(answer=answer):
            return [f'finish(message="{answer}")', f"finish(message='{answer}')"]


def _in_chinese(intent: Intent) -> str:
    match intent:
        case Tap(hit=hit):
            return f"点击“{hit.label}”"
        case Type(text=text):
            return f"输入{text}"
        case SeeMore():
            return "向下滚动"
        case Back():
            return "返回"
        case Done():
            return "任务已完成"
