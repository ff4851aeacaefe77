"""The guard: rules, who is asked, and that nothing forbidden reaches the device."""

import io
from collections.abc import Iterable
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from tools.action import Action, Back, Hotkey, OpenApp, PressKey, Swipe, Tap, TypeText
from tools.approval import AlwaysApprover, Approver, NeverApprover, Request, TerminalApprover
from tools.device import Device, DeviceInfo, Observation
from tools.errors import DeniedError, NeedsHumanError
from tools.geometry import Box, Point, Size
from tools.guard import (
    DryRunDevice,
    GuardedDevice,
    Rule,
    cannot_be_undone,
    default_rules,
    target_labels,
    wants_ui_tree,
)
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

SIZE = Size(width=100, height=200)
FRAME = Screenshot(Image.new("RGB", (SIZE.width, SIZE.height)))


def _node(index: int, parent: int, box: tuple[int, int, int, int], **more: Any) -> UiNode:
    left, top, right, bottom = box
    return UiNode(index, parent, Box(left=left, top=top, right=right, bottom=bottom), **more)


TREE = UiTree(
    (
        _node(0, -1, (0, 0, 100, 200), kind="FrameLayout", package="com.shop"),
        _node(1, 0, (0, 0, 100, 50), kind="ViewGroup", clickable=True),
        _node(2, 1, (10, 10, 40, 40), kind="ImageView"),
        _node(3, 1, (50, 10, 90, 40), kind="TextView", text="Place  Order"),
        _node(4, 0, (0, 50, 100, 100), kind="Button", text="支付 ¥32.00", clickable=True),
        _node(5, 0, (0, 100, 50, 150), kind="ImageButton", description="Send", clickable=True),
        _node(6, 0, (50, 100, 100, 150), kind="EditText", hint="Payee", focused=True),
        _node(7, 0, (0, 150, 100, 200), kind="TextView", text="Paying attention, sender?"),
    )
)
ON_IMAGE, ON_PAY, ON_SEND = Point(x=20, y=20), Point(x=5, y=60), Point(x=5, y=120)
ON_FIELD, ON_TEXT, NOWHERE = Point(x=60, y=120), Point(x=5, y=180), Point(x=500, y=5)


class Recorder:
    """A device that remembers what was done to it."""

    def __init__(self, *, emulated: bool = False, tree: UiTree | None = TREE) -> None:
        self.info = DeviceInfo(
            name="r", kind="android", model="", release="", size=SIZE, density_dpi=160,
            locale="", emulated=emulated, animated=True, capture="none",
        )  # fmt: skip
        self.supports = frozenset({"tap"})
        self.tree = tree
        self.done: list[Action] = []
        self.closed = False

    def glance(self) -> Screenshot:
        return FRAME

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        return Observation(screenshot=seen or FRAME, app="com.shop", ui_tree=self.tree)

    def perform(self, action: Action) -> None:
        self.done.append(action)

    def close(self) -> None:
        self.closed = True


class Remembering:
    """Says what it is told to, and remembers what it was asked."""

    def __init__(self, *, answer: bool) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    def approve(self, request: Request) -> bool:
        self.asked.append(request)
        return self.answer


def _guarded(
    rules: Iterable[Rule], approver: Approver | None = None, *, look: bool = True
) -> tuple[GuardedDevice, Recorder]:
    recorder = Recorder()
    guarded = GuardedDevice(recorder, rules, approver or NeverApprover())
    assert isinstance(guarded, Device)
    if look:
        guarded.observe()
    return guarded, recorder


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (Tap(at=ON_IMAGE), ("Place  Order",)),
        (Tap(at=ON_PAY), ("支付 ¥32.00",)),
        (Tap(at=ON_SEND), ("Send",)),
        (Tap(at=ON_TEXT), ("Paying attention, sender?",)),
        (Tap(at=NOWHERE), ()),
        (Swipe(start=ON_PAY, end=ON_SEND), ("支付 ¥32.00", "Send")),
        (TypeText(text="Pay"), ("Payee",)),
        (PressKey(key="enter"), ("Payee",)),
        (Hotkey(keys=("ctrl", "a")), ("Payee",)),
        (OpenApp(name="Bank"), ("Bank",)),
        (Back(), ()),
    ],
)
def test_what_a_target_is_called(action: Action, wanted: tuple[str, ...]) -> None:
    assert target_labels(action, TREE) == wanted


def test_without_a_tree_nothing_has_a_name() -> None:
    assert target_labels(Tap(at=ON_PAY), None) == ()


def test_the_first_rule_that_fits_decides() -> None:
    guarded, recorder = _guarded(
        [
            Rule(verdict="allow", app="com.shop", text="支付"),
            Rule(verdict="deny", actions=("tap",), reason="taps are dear"),
        ]
    )
    guarded.perform(Tap(at=ON_PAY))
    guarded.perform(Back())
    with pytest.raises(DeniedError, match="taps are dear"):
        guarded.perform(Tap(at=ON_SEND))
    assert recorder.done == [Tap(at=ON_PAY), Back()]


@pytest.mark.parametrize(
    ("rule", "action", "denied"),
    [
        (Rule(verdict="deny", app="com.*"), Back(), True),
        (Rule(verdict="deny", app="org.*"), Back(), False),
        (Rule(verdict="deny", actions=("back",)), Back(), True),
        (Rule(verdict="deny", actions=("home",)), Back(), False),
        (Rule(verdict="deny", keys=("power",)), PressKey(key="power"), True),
        (Rule(verdict="deny", keys=("power",)), PressKey(key="enter"), False),
        (Rule(verdict="deny", keys=("a",)), Hotkey(keys=("ctrl", "a")), True),
        (Rule(verdict="deny", keys=("power",)), Tap(at=ON_PAY), False),
        (Rule(verdict="deny", text=r"\bSEND\b"), Tap(at=ON_SEND), True),
        (Rule(verdict="deny", text=r"\bsend\b"), Tap(at=ON_TEXT), False),
        (Rule(verdict="deny", app="com.shop", text="order"), Tap(at=ON_IMAGE), True),
    ],
)
def test_conditions(rule: Rule, action: Action, *, denied: bool) -> None:
    guarded, recorder = _guarded([rule])
    if denied:
        with pytest.raises(DeniedError):
            guarded.perform(action)
    else:
        guarded.perform(action)
    assert recorder.done == ([] if denied else [action])


def test_before_any_look_rules_about_the_app_do_not_fit() -> None:
    guarded, recorder = _guarded([Rule(verdict="deny", app="com.*")], look=False)
    guarded.perform(Back())
    assert recorder.done == [Back()]


def test_a_rule_is_checked_when_it_is_made() -> None:
    with pytest.raises(ValidationError, match="no regular expression"):
        Rule(verdict="ask", text="(")
    with pytest.raises(ValidationError):
        Rule.model_validate({"verdict": "perhaps"})
    assert Rule.model_validate({"verdict": "ask", "keys": ["power"]}).keys == ("power",)


def test_on_software_everything_is_allowed() -> None:
    assert default_rules(Recorder(emulated=True).info) == ()
    assert not wants_ui_tree(default_rules(Recorder(emulated=True).info))


@pytest.mark.parametrize("at", [ON_IMAGE, ON_PAY, ON_SEND])
def test_on_a_real_phone_what_cannot_be_undone_is_asked(at: Point) -> None:
    rules = default_rules(Recorder().info)
    assert wants_ui_tree(rules)
    person = Remembering(answer=True)
    guarded, recorder = _guarded(rules, person)
    guarded.perform(Tap(at=at))
    assert [request.action for request in person.asked] == [Tap(at=at)]
    assert recorder.done == [Tap(at=at)]
    guarded, recorder = _guarded(rules, Remembering(answer=False))
    with pytest.raises(DeniedError, match="person did not allow tap"):
        guarded.perform(Tap(at=at))
    assert recorder.done == []


def test_on_a_real_phone_the_rest_is_not_asked() -> None:
    person = Remembering(answer=False)
    guarded, recorder = _guarded(default_rules(Recorder().info), person)
    harmless: list[Action] = [Tap(at=ON_TEXT), Tap(at=ON_FIELD), PressKey(key="enter"), Back()]
    for action in harmless:
        guarded.perform(action)
    assert (recorder.done, person.asked) == (harmless, [])
    with pytest.raises(DeniedError, match="switch the phone off"):
        guarded.perform(PressKey(key="power"))


ENTER, SUBMIT = PressKey(key="enter"), TypeText(text="hi", submit=True)


@pytest.mark.parametrize(
    ("label", "kind", "action", "asks"),
    [
        ("Delete", "Button", ENTER, True),
        ("Delete all …", "Button", PressKey(key="space"), True),
        ("发送", "Button", ENTER, True),
        ("Send", "Button", Hotkey(keys=("ctrl", "enter")), True),
        ("Send a message", "EditText", SUBMIT, True),
        ("Send a message", "EditText", TypeText(text="hi"), False),
        ("Delete", "Button", PressKey(key="tab"), False),
        ("Cancel", "Button", ENTER, False),
        ("Dear Ann, send me the list, and delete the old one.", "EditText", ENTER, False),
        ("Delete the old list\nSend the new one", "EditText", ENTER, False),
    ],
)
def test_what_has_the_keys_is_pressed_by_them(
    label: str, kind: str, action: Action, asks: bool
) -> None:
    node = _node(0, -1, (0, 0, 100, 50), kind=kind, text=label, focused=True)
    person = Remembering(answer=True)
    recorder = Recorder(tree=UiTree((node,)))
    guarded = GuardedDevice(recorder, default_rules(recorder.info), person)
    guarded.observe()
    guarded.perform(action)
    assert bool(person.asked) is asks
    assert cannot_be_undone(action, (label,)) is asks


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


REQUEST = Request(Tap(at=ON_PAY), "com.shop", ("支付",), "it cannot be undone")


@pytest.mark.parametrize(
    ("typed", "wanted", "asked"),
    [("y\n", True, 1), ("YES\n", True, 1), ("n\n", False, 1), ("what\n\ny\n", True, 3),
     ("a\nb\nc\ny\n", False, 3)],
)  # fmt: skip
def test_the_person_is_asked(typed: str, *, wanted: bool, asked: int) -> None:
    shown = Terminal()
    assert TerminalApprover(Terminal(typed), shown).approve(REQUEST) is wanted
    question = "Allow tap (5, 60) on '支付' in com.shop (it cannot be undone)? [y/n] "
    assert shown.getvalue() == question * asked


@pytest.mark.parametrize(
    ("answers", "questions"),
    [
        (io.StringIO("y\n"), Terminal()),
        (Terminal("y\n"), io.StringIO()),
        (Terminal(""), Terminal()),
    ],
)
def test_without_a_person_it_never_waits(answers: io.StringIO, questions: io.StringIO) -> None:
    with pytest.raises(NeedsHumanError, match="支付"):
        TerminalApprover(answers, questions).approve(REQUEST)


def test_always_and_never() -> None:
    assert AlwaysApprover().approve(REQUEST)
    assert not NeverApprover().approve(REQUEST)


def test_a_dry_run_touches_nothing() -> None:
    recorder = Recorder()
    dry = DryRunDevice(recorder)
    assert isinstance(dry, Device)
    dry.perform(Tap(at=ON_PAY))
    assert (recorder.done, dry.skipped) == ([], [Tap(at=ON_PAY)])
    assert dry.observe(seen=FRAME).screenshot is dry.glance()
    assert (dry.info, dry.supports) == (recorder.info, recorder.supports)
    dry.close()
    assert recorder.closed


def test_looks_pass_through_the_guard() -> None:
    guarded, recorder = _guarded([])
    assert guarded.glance() is FRAME
    assert (guarded.info, guarded.supports) == (recorder.info, recorder.supports)
    guarded.close()
    assert recorder.closed
