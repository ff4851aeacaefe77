"""Screens written by hand as accessibility trees, for what no app of the virtual phone shows."""

from datetime import datetime
from xml.sax.saxutils import quoteattr

from PIL import Image

from agent.policies.rules.policy import RulesPolicy
from agent.step import Decision, Step
from tools.device import Observation
from tools.screen import Screenshot
from tools.ui_tree import parse_ui_tree

SIZE = (1080, 2400)
ROW = 150


def button(text: str, *, kind: str = "Button", **more: str) -> dict[str, str]:
    """Something to press."""
    return {"class": kind, "text": text, "clickable": "true", **more}


def field(hint: str, text: str = "", *, focused: bool = False) -> dict[str, str]:
    """Something to fill."""
    return {
        "class": "EditText",
        "hint": hint,
        "text": text,
        "clickable": "true",
        "focused": "true" if focused else "false",
    }


def label(text: str) -> dict[str, str]:
    """Plain text."""
    return {"class": "TextView", "text": text}


def screen(
    *rows: dict[str, str],
    app: str = "com.example",
    activity: str = ".Main",
    window: tuple[int, int] = (0, SIZE[1]),
) -> Observation:
    """One row below the other, in a window from the first to the second pixel row."""
    top, bottom = window
    nodes = "".join(_node(top, at, row, app) for at, row in enumerate(rows))
    xml = (
        f'<hierarchy rotation="0"><node class="FrameLayout" package="{app}" '
        f'bounds="[0,{top}][{SIZE[0]},{bottom}]">{nodes}</node></hierarchy>'
    )
    return Observation(
        Screenshot(Image.new("RGB", SIZE)),
        app=app,
        activity=activity,
        ui_tree=parse_ui_tree(xml.encode()),
        device_time=datetime(2027, 1, 4, 9, 30),
    )


def _node(top: int, at: int, row: dict[str, str], app: str) -> str:
    start = top + 100 + at * ROW
    words = {"package": app, "bounds": f"[0,{start}][1080,{start + 120}]", **row}
    return "<node " + " ".join(f"{key}={quoteattr(value)}" for key, value in words.items()) + "/>"


class Player:
    """The policy inside an app, shown one screen after the other."""

    def __init__(self, goal: str) -> None:
        self.goal = goal
        self.policy = RulesPolicy(in_app=True)
        self.history: list[Step] = []

    def sees(self, observation: Observation) -> Decision:
        """What it decides on this screen."""
        decision = self.policy.decide(self.goal, observation, self.history)
        self.history.append(Step(index=len(self.history), decision=decision))
        return decision
