"""The tools every model is offered, as far as the device can do them."""

from typing import Annotated

from pydantic import Field

from tools.action import (
    Back,
    Direction,
    DoubleTap,
    Drag,
    Duration,
    FocusWindow,
    Home,
    Hotkey,
    Hover,
    Key,
    LongPress,
    MiddleClick,
    OpenApp,
    PressKey,
    Recents,
    RightClick,
    Scroll,
    Swipe,
    Tap,
    TripleClick,
    TypeText,
    Wait,
)
from tools.geometry import Box, Point
from tools.outcome import Finish, Note, Question, ToolContext
from tools.registry import Registry, Tool, tool

Share = Annotated[float, Field(gt=0, le=1)]
Words = Annotated[str, Field(min_length=1)]


@tool
def tap(at: Point) -> Tap:
    """Touch one point of the screen.

    Args:
        at: The middle of what to touch.
    """
    return Tap(at=at)


@tool
def double_tap(at: Point) -> DoubleTap:
    """Touch one point twice, quickly.

    Args:
        at: The middle of what to touch.
    """
    return DoubleTap(at=at)


@tool
def triple_click(at: Point) -> TripleClick:
    """Click one point three times, quickly, as to select a line or a paragraph.

    Args:
        at: The middle of what to click.
    """
    return TripleClick(at=at)


@tool
def right_click(at: Point) -> RightClick:
    """Click one point with the right button, as to open its menu.

    Args:
        at: The middle of what to click.
    """
    return RightClick(at=at)


@tool
def middle_click(at: Point) -> MiddleClick:
    """Click one point with the middle button.

    Args:
        at: The middle of what to click.
    """
    return MiddleClick(at=at)


@tool
def hover(at: Point) -> Hover:
    """Move the pointer to one point and press nothing, as to see a hint or a submenu.

    Args:
        at: Where to.
    """
    return Hover(at=at)


@tool
def long_press(at: Point, duration_s: Duration = 1.0) -> LongPress:
    """Hold one point, as to open its menu or to pick it up.

    Args:
        at: The middle of what to hold.
        duration_s: For how many seconds.
    """
    return LongPress(at=at, duration_s=duration_s)


@tool
def swipe(start: Point, end: Point, duration_s: Duration = 0.3) -> Swipe:
    """Move a finger over the screen and let go. To see more of a list, use scroll.

    Args:
        start: Where the finger goes down.
        end: Where it is lifted.
        duration_s: For how many seconds it moves; short is a fling.
    """
    return Swipe(start=start, end=end, duration_s=duration_s)


@tool
def drag(start: Point, end: Point, duration_s: Duration = 1.0) -> Drag:
    """Pick something up, move it and drop it.

    Args:
        start: The middle of what to move.
        end: Where to drop it.
        duration_s: For how many seconds it moves.
    """
    return Drag(start=start, end=end, duration_s=duration_s)


@tool
def scroll(
    direction: Direction, context: ToolContext, at: Point | None = None, amount: Share = 0.5
) -> Scroll:
    """Show more of a list or page.

    Args:
        direction: Where the part to be shown lies: down shows what comes further down.
        context: The screen; not for the model.
        at: A point on the list; the middle of the screen if left out.
        amount: How far, as a part of the screen.
    """
    middle = Box.of(context.observation.size).center
    return Scroll(at=middle if at is None else at, direction=direction, amount=amount)


@tool
def type_text(text: Words, *, clear: bool = False, submit: bool = False) -> TypeText:
    """Enter text into the field that has the focus. Tap the field first if none has.

    Args:
        text: What to enter, exactly.
        clear: Whether to empty the field first.
        submit: Whether to press enter afterwards.
    """
    return TypeText(text=text, clear=clear, submit=submit)


@tool
def press_key(key: Key) -> PressKey:
    """Press and release one key.

    Args:
        key: Which.
    """
    return PressKey(key=key)


@tool
def hotkey(keys: Annotated[tuple[str, ...], Field(min_length=2, max_length=4)]) -> Hotkey:
    """Press several keys together.

    Args:
        keys: Their names, the last one to press last, such as ["ctrl", "a"].
    """
    return Hotkey(keys=keys)


@tool
def open_app(name: Words) -> OpenApp:
    """Bring an app to the front.

    Args:
        name: Its name as it stands under its icon.
    """
    return OpenApp(name=name)


@tool(needs={"focus_window"})
def list_windows(context: ToolContext) -> str:
    """List the open windows by title and app, the one in front first.

    Args:
        context: The screen; not for the model.
    """
    windows = sorted(context.observation.windows, key=lambda window: not window.active)
    if not windows:
        return "No window is open."
    return "\n".join(f"{window.title} ({window.app})" for window in windows)


@tool
def focus_window(title: Words) -> FocusWindow:
    """Bring an open window to the front.

    Args:
        title: Its title, or enough of it to tell it from the others.
    """
    return FocusWindow(title=title)


@tool
def back() -> Back:
    """Go back one screen, or close what is open on top."""
    return Back()


@tool
def home() -> Home:
    """Go to the home screen."""
    return Home()


@tool
def recents() -> Recents:
    """Show the apps that were used lately."""
    return Recents()


@tool
def wait(duration_s: Duration = 1.0) -> Wait:
    """Do nothing for a while, as when something still loads.

    Args:
        duration_s: For how many seconds.
    """
    return Wait(duration_s=duration_s)


@tool
def note(text: Words) -> Note:
    """Write down something that will be needed on a later screen.

    Args:
        text: What to remember.
    """
    return Note(text=text)


@tool
def ask_user(question: Words) -> Question:
    """Ask the person what only they can know or decide.

    Args:
        question: One clear question.
    """
    return Question(text=question)


@tool
def finish(*, success: bool, answer: str = "") -> Finish:
    """End the task: it is done and the screen shows so, or it cannot be done.

    Args:
        success: Whether the goal is reached.
        answer: The answer the person asked for, or what was done, or why it cannot be done.
    """
    return Finish(success=success, answer=answer)


BUILTIN: tuple[Tool, ...] = (
    tap, double_tap, triple_click, right_click, middle_click, hover, long_press, swipe, drag,
    scroll, type_text, press_key, hotkey, open_app, list_windows, focus_window, back, home,
    recents, wait, note, ask_user, finish,
)  # fmt: skip


def builtin_registry() -> Registry:
    """All built-in tools, for any device."""
    return Registry(BUILTIN)
