"""Where on the screen the thing is that a step names; it may be waited for."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.suite.act.scene import Pauses, Play, Scene
from agent.suite.language.form import Target
from agent.suite.look.find import NotFound, find, reacts
from agent.suite.look.patch import find_patch
from tools.geometry import ModelPoint, Point, Projection, Space
from tools.ui_tree import UiNode, UiTree


@dataclass(frozen=True)
class Spot:
    """A place to act on.

    Attributes:
        at: The point, device px.
        source: What it was found in: ``tree``, ``patch`` or ``point``.
        how: By what, in words.
        node: The element; ``None`` if it was not found in the tree.
    """

    at: Point
    source: str
    how: str
    node: UiNode | None = None


def wait_for_target(
    scene: Scene,
    target: Target,
    until_s: float,
    prefer: Callable[[UiTree, UiNode], bool] = reacts,
    *,
    enabled: bool = True,
) -> Play[Spot | NotFound]:
    """The place of ``target``, as soon as it is there.

    Args:
        scene: What is there.
        target: What a task names.
        until_s: When to stop waiting, on the scene's clock.
        prefer: See ``find``.
        enabled: Whether it must be of use.
    """
    pauses = Pauses(scene, until_s)
    while True:
        spot = spot_of(scene, target, prefer, enabled=enabled)
        if isinstance(spot, Spot):
            return spot
        again = yield from pauses.one(spot.why)
        if not again:
            return spot


def spot_of(
    scene: Scene,
    target: Target,
    prefer: Callable[[UiTree, UiNode], bool] = reacts,
    *,
    enabled: bool = True,
) -> Spot | NotFound:
    """The place of ``target`` on the present screen.

    Raises:
        TaskError: Its picture cannot be read.
    """
    now = scene.now
    if target.at is not None:
        x, y = target.at
        point = ModelPoint(x=float(x), y=float(y), space=Space.NORM1000)
        at = Projection(shown=now.size, device=now.size).to_device(point)
        return Spot(at, "point", "the point")
    if target.patch is not None:
        found_at, how = find_patch(scene.folder / target.patch, now.screenshot)
        return NotFound(how) if found_at is None else Spot(found_at, "patch", how)
    if now.ui_tree is None:
        return NotFound("the UI tree of this screen cannot be read")
    found = find(target, now.ui_tree, prefer=prefer)
    if isinstance(found, NotFound):
        return found
    if enabled and not found.node.enabled:
        return NotFound("it is there, but it is disabled")
    return Spot(free_point(now.ui_tree, found.node), "tree", f"tree: {found.how}", found.node)


def free_point(tree: UiTree, node: UiNode) -> Point:
    """Where to touch ``node``: its middle, unless something else lies on top of it there."""
    box = node.box
    family = {node.index, *(each.index for each in tree.descendants(node))}
    on_top = [
        each.box
        for each in tree.nodes[node.index + 1 :]
        if each.index not in family and (each.clickable or each.checkable) and each.box.area
    ]
    # Some rows reach under a floating button; their other half is as good.
    quarters = [
        Point(x=box.left + box.width * across // 4, y=box.top + box.height * down // 4)
        for across, down in ((2, 2), (1, 2), (3, 2), (2, 1), (2, 3))
    ]
    free = [point for point in quarters if not any(other.contains(point) for other in on_top)]
    return free[0] if free else box.center
