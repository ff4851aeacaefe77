"""The verbs that need no model: each finds what it names and acts on it."""

from agent.suite.act.inner import ask_for_one
from agent.suite.act.locate import Spot, spot_of, wait_for_target
from agent.suite.act.scene import Pauses, Play, Scene, StepFailedError
from agent.suite.act.words import condition_words, target_words
from agent.suite.language import verbs
from agent.suite.language.form import Condition, Target
from agent.suite.look.condition import holds
from agent.suite.look.find import NotFound, accepts_text
from tools.action import (
    Action,
    Back,
    DoubleTap,
    Drag,
    Home,
    Hotkey,
    LongPress,
    PressKey,
    Scroll,
    Swipe,
    Tap,
    TypeText,
    Wait,
)
from tools.geometry import Box, Point
from tools.ui_tree import UiNode, UiTree

FIND_S = 5.0
"""How long a thing is waited for, unless the step says."""
_LONGEST_WAIT_S = 5.0
_EDGE = 0.08
"""Part of the screen at each edge where a swipe means something of its own."""
_DRAG_S, _SWIPE_S = 1.0, 0.3
_STRETCH, _NUDGE = 0.5, 0.2
_DEVICE = "device"


def touch(
    scene: Scene, verb: verbs.Tap | verbs.DoubleTap | verbs.LongPress, until_s: float
) -> Play[None]:
    """Tap, tap twice or hold a thing; where it is not found, the inner policy may know it."""
    spot = yield from wait_for_target(scene, verb, until_s)
    kinds = {verbs.Tap: "tap", verbs.DoubleTap: "double_tap", verbs.LongPress: "long_press"}
    if isinstance(spot, NotFound):
        yield from ask_for_one(scene, verb, kinds[type(verb)], str(spot))
        return
    action: Action
    match verb:
        case verbs.Tap():
            action = Tap(at=spot.at)
        case verbs.DoubleTap():
            action = DoubleTap(at=spot.at)
        case verbs.LongPress():
            action = LongPress(at=spot.at, duration_s=min(verb.hold_s, 60.0))
    yield from _act_at(scene, action, spot)


def enter(scene: Scene, verb: verbs.Type, until_s: float) -> Play[None]:
    """Enter a text, into a field if one is named."""
    if verb.into is not None:
        spot = yield from wait_for_target(scene, verb.into, until_s, accepts_text)
        if isinstance(spot, NotFound):
            yield from ask_for_one(scene, verb.into, "tap", str(spot))
        elif spot.node is None or not spot.node.focused:
            yield from _act_at(scene, Tap(at=spot.at), spot)
    scene.provenance[_DEVICE] += 1
    if verb.text:
        yield from scene.perform(
            TypeText(text=verb.text, clear=verb.clear, submit=verb.submit), "into the focus"
        )
        return
    # The tool that enters text takes no empty one: something is put in its place, and taken away.
    yield from scene.perform(TypeText(text="x", clear=True), "in the place of what is there")
    yield from scene.perform(PressKey(key="delete"), "and nothing in its place")
    if verb.submit:
        yield from scene.perform(PressKey(key="enter"), "submit")


def press(scene: Scene, verb: verbs.Key) -> Play[None]:
    """Press a key, or several together."""
    keys = verb.keys
    one = PressKey.model_validate({"key": keys[0]}) if len(keys) == 1 else None
    action = one if one is not None else Hotkey(keys=keys)
    scene.provenance[_DEVICE] += 1
    for _ in range(verb.times):
        yield from scene.perform(action)


def simple(scene: Scene, verb: verbs.Open | verbs.Back | verbs.Home) -> Play[None]:
    """Open an app, go back, go home."""
    scene.provenance[_DEVICE] += 1
    match verb:
        case verbs.Open():
            yield from scene.open_app(verb.app)
        case verbs.Back():
            yield from scene.perform(Back())
        case verbs.Home():
            yield from scene.perform(Home())


def swipe(scene: Scene, verb: verbs.Swipe, until_s: float) -> Play[None]:
    """Move a finger in a direction, or from one thing to another."""
    if verb.start is not None and verb.to is not None:
        start = yield from _found(scene, verb.start, until_s)
        end = yield from _found(scene, verb.to, until_s)
        kind = Drag if verb.drag else Swipe
        duration_s = _DRAG_S if verb.drag else _SWIPE_S
        action = kind(start=start.at, end=end.at, duration_s=duration_s)
        yield from _act_at(scene, action, start)
        return
    area = _inner(Box.of(scene.now.size))
    how = "the screen"
    if verb.on is not None:
        on = yield from _found(scene, verb.on, until_s)
        how = on.how
        if on.node is not None:
            area = on.node.box.intersection(area)
        else:
            way = round(verb.distance * min(area.width, area.height) / 2)
            area = Box(left=on.at.x, top=on.at.y, right=on.at.x + 1, bottom=on.at.y + 1)
            area = area.grown(way).intersection(_inner(Box.of(scene.now.size)))
    scene.provenance["tree" if verb.on is not None else _DEVICE] += 1
    assert verb.direction is not None  # noqa: S101 - held by the language
    begin, finish = _stroke(area, verb.direction, verb.distance)
    yield from scene.perform(Swipe(start=begin, end=finish), how)


def scroll_to(scene: Scene, verb: verbs.ScrollTo, until_s: float) -> Play[None]:
    """Scroll until a thing is in view, or nothing moves any more.

    What counts as the thing is what counts for a tap, and a list that has come to its end is waited
    for as long: its entries may still be on their way.
    """
    patience: Pauses | None = None
    spot = spot_of(scene, verb, enabled=False)
    swipes = 0
    while isinstance(spot, NotFound) or _at_edge(scene, spot, verb.direction):
        amount = _STRETCH if isinstance(spot, NotFound) else _NUDGE
        at_end = swipes >= verb.max_swipes or scene.time_s() >= until_s
        if not at_end:
            swipes += 1
            before = _content(scene)
            area = _scrollable(scene, verb.direction)
            scroll = Scroll(at=area.center, direction=verb.direction, amount=amount)
            yield from scene.perform(scroll, f"to {target_words(verb)}")
            at_end = _content(scene) == before
            spot = spot_of(scene, verb, enabled=False)
        if at_end and isinstance(spot, Spot):
            break
        if at_end and isinstance(spot, NotFound):
            if patience is None:
                patience = Pauses(scene, min(until_s, scene.time_s() + FIND_S))
            again = yield from patience.one(f"for {target_words(verb)}")
            if not again:
                told = "one swipe" if swipes == 1 else f"{swipes} swipes"
                raise StepFailedError(f"It did not come into view in {told}: {spot}.")
            spot = spot_of(scene, verb, enabled=False)
    assert isinstance(spot, Spot)  # noqa: S101 - the loop ends with one
    scene.provenance[spot.source] += 1
    if not swipes:
        yield from scene.note(f"{target_words(verb)} is in view already ({spot.how}).")


def wait(scene: Scene, verb: verbs.Wait, until_s: float) -> Play[None]:
    """Wait for a condition, or for a time of the device."""
    scene.provenance[_DEVICE] += 1
    if verb.time_s is None:
        yield from wait_until(scene, verb, until_s)
        return
    left_s = verb.time_s
    while left_s > 0:
        part_s = min(left_s, _LONGEST_WAIT_S)
        yield from scene.perform(Wait(duration_s=part_s))
        left_s = round(left_s - part_s, 3)


def wait_until(scene: Scene, condition: Condition, until_s: float) -> Play[None]:
    """Look again and again until a condition holds.

    Raises:
        StepFailedError: It does not in time.
    """
    pauses = Pauses(scene, until_s)
    began_s = scene.time_s()
    while not (held := holds(condition, scene.now)).holds:
        again = yield from pauses.one(f"for {condition_words(condition)}")
        if not again:
            spent_s = scene.time_s() - began_s
            raise StepFailedError(
                f"{condition_words(condition)} did not come within {spent_s:.1f} s: {held.why}"
            )


def _found(scene: Scene, target: Target, until_s: float) -> Play[Spot]:
    spot = yield from wait_for_target(scene, target, until_s)
    if isinstance(spot, NotFound):
        raise StepFailedError(f"{target_words(target)} cannot be used: {spot}.")
    return spot


def _act_at(scene: Scene, action: Action, spot: Spot) -> Play[None]:
    scene.provenance[spot.source] += 1
    yield from scene.perform(action, spot.how)


def _inner(box: Box) -> Box:
    return Box(
        left=box.left + round(_EDGE * box.width),
        top=box.top + round(_EDGE * box.height),
        right=box.right - round(_EDGE * box.width),
        bottom=box.bottom - round(_EDGE * box.height),
    )


def _stroke(area: Box, direction: str, distance: float) -> tuple[Point, Point]:
    """Where a finger goes down and up again; the way lies in the middle of ``area``."""
    middle = area.center
    across, along = round(area.width * distance / 2), round(area.height * distance / 2)
    dx, dy = {"up": (0, -along), "down": (0, along), "left": (-across, 0), "right": (across, 0)}[
        direction
    ]
    return (
        Point(
            x=_within(middle.x - dx, area.left, area.right),
            y=_within(middle.y - dy, area.top, area.bottom),
        ),
        Point(
            x=_within(middle.x + dx, area.left, area.right),
            y=_within(middle.y + dy, area.top, area.bottom),
        ),
    )


def _within(value: int, low: int, high: int) -> int:
    return min(max(value, low), max(low, high - 1))


def _scrollable(scene: Scene, direction: str) -> Box:
    """The largest list or page that can be scrolled; the screen if the tree tells of none."""
    tree = scene.now.ui_tree
    lists = [] if tree is None else [node for node in tree.nodes if node.scrollable]
    if direction in {"left", "right"}:
        flat = [node for node in lists if node.box.width > node.box.height]
        lists = flat or lists
    boxes = [node.box for node in lists if node.box.area]
    return max(boxes, key=lambda box: box.area) if boxes else Box.of(scene.now.size)


def _at_edge(scene: Scene, spot: Spot, direction: str) -> bool:
    """Whether the thing lies at that edge of its list from which it comes, perhaps cut off."""
    tree, node = scene.now.ui_tree, spot.node
    if tree is None or node is None:
        return False
    area = _list_around(tree, node)
    if area is None:
        return False
    return {
        "down": node.box.bottom >= area.bottom,
        "up": node.box.top <= area.top,
        "right": node.box.right >= area.right,
        "left": node.box.left <= area.left,
    }[direction] and area != node.box


def _list_around(tree: UiTree, node: UiNode) -> Box | None:
    return next((each.box for each in tree.ancestors(node) if each.scrollable), None)


def _content(scene: Scene) -> object:
    """What tells whether a scroll has moved anything."""
    tree = scene.now.ui_tree
    if tree is None:
        return scene.now.screenshot.grey.tobytes()
    return [(node.label, node.box) for node in tree.nodes]
