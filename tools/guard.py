"""What may be done at all: rules that allow, ask or deny, in front of ``perform``.

A rule about text needs the accessibility tree of the last look: without one it cannot match, so
``wants_ui_tree`` says whether to fetch it.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tools.action import Action, Hotkey, OpenApp, PressKey, TypeText, points_of
from tools.approval import Approver, Request
from tools.device import Device, DeviceInfo, ForwardingDevice, Observation
from tools.errors import DeniedError
from tools.geometry import Frozen, Point
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

IRREVERSIBLE_WORDS = (
    "pay", "pay now", "buy", "purchase", "place order", "submit order", "checkout", "send",
    "delete", "remove", "erase", "uninstall", "transfer", "confirm payment", "factory reset",
    "reset phone", "format", "withdraw", "post", "publish", "unsubscribe",
)  # fmt: skip
IRREVERSIBLE_WORDS_ZH = (
    "支付", "付款", "购买", "下单", "提交订单", "确认订单", "结算", "发送", "发布", "删除", "移除",
    "清空", "抹掉", "卸载", "转账", "提现", "汇款", "恢复出厂", "重置手机", "格式化", "注销",
)  # fmt: skip


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


class Rule(Frozen):
    """A verdict on the actions that fit all of its conditions.

    Attributes:
        verdict: ``allow``, ``ask`` a person, or ``deny``.
        app: Shell-style pattern for what is in front, such as ``com.android.*``.
        actions: Kinds of action, such as ``tap``; empty for any.
        text: Regular expression, upper and lower case alike, sought in what the target is called;
            empty for any.
        keys: Keys pressed alone or together with others, or, for ``enter``, to submit a text that
            is typed; empty for any action.
        reason: What the person and the model are told.
    """

    verdict: Literal["allow", "ask", "deny"]
    app: str = "*"
    actions: Annotated[tuple[str, ...], Field(strict=False)] = ()
    text: Annotated[str, AfterValidator(_check_pattern)] = ""
    keys: Annotated[tuple[str, ...], Field(strict=False)] = ()
    reason: str = ""

    def fits(self, action: Action, app: str, labels: Iterable[str]) -> bool:
        """Whether this rule speaks about ``action``."""
        if self.actions and action.kind not in self.actions:
            return False
        if self.keys and not set(self.keys) & _keys_of(action):
            return False
        if not fnmatchcase(app, self.app):
            return False
        return not self.text or any(re.search(self.text, label, re.IGNORECASE) for label in labels)


_WORDS = "|".join(word.replace(" ", r"\s+") for word in IRREVERSIBLE_WORDS)
_WORDS_ZH = "|".join(IRREVERSIBLE_WORDS_ZH)
_WHY = "it may not be possible to undo this"
_IRREVERSIBLE = (
    Rule(
        verdict="ask",
        actions=("tap", "double_tap", "triple_click", "long_press"),
        text=rf"\b(?:{_WORDS})\b|{_WORDS_ZH}",
        reason=_WHY,
    ),
    Rule(  # what has the keys is pressed by them; a text in an editor that has them is no button
        verdict="ask",
        keys=("enter", "return", "space"),
        text=rf"^\W*(?:(?:{_WORDS})\b|{_WORDS_ZH}).{{0,24}}$",
        reason=_WHY,
    ),
)


def cannot_be_undone(action: Action, labels: Iterable[str]) -> bool:
    """Whether ``action`` on something so labelled pays, sends, deletes or the like."""
    told = tuple(labels)
    return any(rule.fits(action, "", told) for rule in _IRREVERSIBLE)


def default_rules(info: DeviceInfo) -> tuple[Rule, ...]:
    """Everything on a device of software; on a real one, ask before what cannot be undone."""
    if info.emulated:
        return ()
    return (
        *_IRREVERSIBLE,
        Rule(verdict="ask", keys=("power",), reason="it may switch the phone off"),
    )


def wants_ui_tree(rules: Iterable[Rule]) -> bool:
    """Whether one of ``rules`` can only be judged with the accessibility tree."""
    return any(rule.text for rule in rules)


class GuardedDevice(ForwardingDevice):
    """A device that does only what the rules and the approver allow.

    Args:
        device: The device itself.
        rules: The first one that fits decides; what no rule speaks about is allowed.
        approver: Who is asked.
    """

    def __init__(self, device: Device, rules: Iterable[Rule], approver: Approver) -> None:
        super().__init__(device)
        self._rules = tuple(rules)
        self._approver = approver
        self._seen: Observation | None = None

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look, and remember what was there for the next action."""
        self._seen = self._device.observe(seen=seen)
        return self._seen

    def perform(self, action: Action) -> None:
        """Carry out ``action``, if it may be done.

        Raises:
            DeniedError: A rule or the person says no.
            NeedsHumanError: A person must be asked, and nobody is there.
        """
        app = "" if self._seen is None else self._seen.app
        labels = target_labels(action, None if self._seen is None else self._seen.ui_tree)
        rule = next((rule for rule in self._rules if rule.fits(action, app, labels)), None)
        if rule is not None and rule.verdict != "allow":
            self._stop(rule, Request(action, app, labels, rule.reason))
        self._device.perform(action)

    def _stop(self, rule: Rule, request: Request) -> None:
        why = f": {rule.reason}" if rule.reason else ""
        if rule.verdict == "deny":
            raise DeniedError(f"The rules do not allow {request.action.kind} here{why}.")
        if not self._approver.approve(request):
            raise DeniedError(f"The person did not allow {request.action.kind} here{why}.")


class DryRunDevice(ForwardingDevice):
    """A device that is looked at but never touched.

    Args:
        device: The device itself.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.skipped: list[Action] = []

    def perform(self, action: Action) -> None:
        """Do nothing but remember ``action`` in ``skipped``."""
        self.skipped.append(action)


def target_labels(action: Action, tree: UiTree | None) -> tuple[str, ...]:
    """What the target of ``action`` is called: itself, what it lies in, and what that shows.

    Args:
        action: For text and keys the target is the field with the focus, for ``open_app`` the name.
        tree: The tree of the last look; ``None`` if there was none.
    """
    if isinstance(action, OpenApp):
        return (action.name,)
    if tree is None:
        return ()
    found: list[UiNode] = []
    if isinstance(action, TypeText | PressKey | Hotkey):
        found = [node for node in tree.nodes if node.focused]
    for point in points_of(action):
        found.extend(_around(tree, point))
    texts = [text for node in found for text in (node.text, node.description, node.hint) if text]
    return tuple(dict.fromkeys(texts))


def _around(tree: UiTree, point: Point) -> Iterator[UiNode]:
    under = [node for node in tree.nodes if node.box.contains(point)]
    if not under:
        return
    # The last one in the order of the dump is drawn on top of those before it.
    touched = under[-1]
    yield touched
    reacting = touched if touched.clickable else next(
        (node for node in tree.ancestors(touched) if node.clickable), None
    )  # fmt: skip
    if reacting is not None:
        yield reacting
        yield from tree.descendants(reacting)


def _keys_of(action: Action) -> set[str]:
    if isinstance(action, PressKey):
        return {action.key}
    if isinstance(action, TypeText):
        return {"enter"} if action.submit else set()
    return set(action.keys) if isinstance(action, Hotkey) else set()
