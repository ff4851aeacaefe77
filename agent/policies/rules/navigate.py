"""Getting to the app, to the right part of it, and to where a new thing is begun."""

from agent.policies.rules.patience import pause
from agent.policies.rules.text import normal, says
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.policies.rules.view import Element
from agent.step import Decision


def go_to_app(turn: Turn) -> Decision | None:
    """Open the app of the errand from the home screen, and come back to it when it was left."""
    memory = turn.memory
    if memory.app:
        return _return_to_app(turn)
    if memory.tries["app pressed"] and turn.view.app != memory.launcher:
        if turn.view.is_dialog or "permission" in turn.view.app:
            return None  # a question before the app shows: see interruptions.py
        memory.app = turn.view.app
        return None
    if turn.view.on_desktop:
        opening = memory.tries["app pressed"] and pause(turn, "no window is in front yet")
        return opening or _open_by_name(turn)
    if "launcher" not in turn.view.app and turn.try_once("home"):
        return decision("Start from the home screen", "home")
    memory.launcher = turn.view.app
    icon = _icon(turn)
    if icon is not None and turn.try_once(f"icon|{icon.label}", times=MAX_TRIES):
        memory.tries["app pressed"] += 1
        return turn.tap(icon, f"Open the app {icon.label!r}")
    more = turn.scroll("Look for the app further down")
    if more is not None:
        return more
    return _open_by_name(turn)


def _icon(turn: Turn) -> Element | None:
    for phrase in turn.intent.app:
        for item in turn.view.pressables:
            if says(item.label, (phrase,)) == 3:
                return item
    scored = [(item.says(turn.intent.app), item) for item in turn.view.pressables]
    good = [pair for pair in scored if pair[0] >= 1 and len(pair[1].label.split()) <= 3]
    return max(good, key=lambda pair: pair[0])[1] if good else None


def _open_by_name(turn: Turn) -> Decision:
    """The icon may be out of sight: the device knows its apps by name too."""
    for name in (*_known_of_offered(turn), *turn.intent.app[:MAX_TRIES]):
        if turn.try_once(f"open_app|{name}"):
            turn.memory.tries["app pressed"] += 1
            why = "Open" if turn.view.on_desktop else "No icon fits; ask the device for"
            return decision(f"{why} {name!r}", "open_app", name=name)
    if turn.memory.offered:
        listed = ", ".join(turn.memory.offered)
        told = f"Several apps could be meant: {listed}. Name one of them in the goal."
        return finish(told, success=False)
    return finish(
        f"I found no app for this: looked for {', '.join(turn.intent.app[:5])}.", success=False
    )


def _known_of_offered(turn: Turn) -> tuple[str, ...]:
    """Those of the apps the device would choose from that go by a name of this errand's apps."""
    told = {
        normal(name): app
        for app in reversed(turn.memory.offered)
        for name in (app, app.rpartition(".")[2])
    }
    return tuple(told[normal(name)] for name in turn.intent.app if normal(name) in told)


def _return_to_app(turn: Turn) -> Decision | None:
    memory = turn.memory
    if turn.view.app == memory.app or turn.view.is_dialog or "permission" in turn.view.app:
        return None
    if turn.view.app == memory.launcher:
        icon = _icon(turn)
        if icon is not None and turn.try_once("reopened", times=MAX_TRIES):
            return turn.tap(icon, f"Go back to {icon.label!r}")
        return None
    if turn.view.on_desktop:
        if turn.view.tree.nodes and turn.try_once(f"strayed|{turn.view.app}", times=MAX_TRIES):
            why = f"{turn.view.app} is another app: go back to {memory.app}"
            return decision(why, "focus_window", title=memory.app)
        return None if turn.view.app else _return_from_nowhere(turn)
    if turn.try_once(f"strayed|{turn.view.app}", times=MAX_TRIES):
        return decision(f"{turn.view.app} is another app: go back", "back")
    return None


def _return_from_nowhere(turn: Turn) -> Decision | None:
    """No window has the keys: one is about to, or a click beside all windows took them away."""
    waiting = pause(turn, "no window is in front")
    if waiting is None and turn.try_once("nowhere", times=MAX_TRIES):
        app = turn.memory.app
        return decision(f"No window is in front: go back to {app}", "focus_window", title=app)
    return waiting


def go_to_section(turn: Turn) -> Decision | None:
    """Choose the tab that the errand belongs to, once."""
    if not turn.intent.errand.section or turn.memory.tries["section"]:
        return None
    for item in turn.view.pressables:
        if item.says(turn.intent.errand.section) == 3:
            turn.memory.tries["section"] += 1
            if item.selected:
                return None
            return turn.tap(item, f"Go to {item.label!r}")
    return None


def starts_here(turn: Turn) -> Element | None:
    """What begins a new one on this screen, if that has still to be done."""
    errand, memory = turn.intent.errand, turn.memory
    if (
        not errand.start
        or memory.committed
        or memory.verified
        or memory.tries["begun"] >= MAX_TRIES
    ):
        return None
    button = turn.find(errand.start) or _plus(turn)
    return None if button is None or turn.pressed(button) else button


def begin(turn: Turn) -> Decision | None:
    """Press what begins a new one, while none of the fields is on the screen."""
    button = starts_here(turn)
    if button is None:
        return None
    turn.memory.tries["begun"] += 1
    return turn.tap(button, f"Begin with {button.label!r}")


def _plus(turn: Turn) -> Element | None:
    return next((item for item in turn.view.pressables if item.says(turn.words.create) == 3), None)
