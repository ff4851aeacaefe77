"""Apps of a desktop by the name a person sees: its desktop files on Linux, its search elsewhere."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from tools.clock import Clock
from tools.devices.desktop_kinds import SETTINGS, chosen_for, data_folders, kind_called
from tools.devices.desktop_session import DesktopSession
from tools.devices.desktop_shell import SEEN_BY_READERS
from tools.devices.x11_windows import XWindow, XWindows
from tools.errors import ActionFailedError

_ALIKE: Final = 84.0
_TIED: Final = 4.0
_LISTED: Final = 40
_START_S, _FRONT_S, _POLL_S = 15.0, 1.0, 0.05
_STARTED: Final[list[subprocess.Popen[bytes]]] = []
"""Held, as apps outlive what started them."""
_FIELD_CODE: Final = re.compile(r"%[a-zA-Z]")


@dataclass(frozen=True)
class DesktopApp:
    """An app with an entry in the menu.

    Attributes:
        id: Name of its desktop file without the end, such as ``org.xfce.mousepad``.
        names: What it is called in any language: its own name first, then what it is for.
        command: What starts it.
        window_class: Class of its windows in small letters, as far as it says.
        categories: What kind of app it is, in the words of the menu specification.
    """

    id: str
    names: tuple[str, ...]
    command: tuple[str, ...]
    window_class: str
    categories: frozenset[str] = frozenset()

    @property
    def classes(self) -> frozenset[str]:
        """What its windows may call themselves."""
        program = Path(self.command[0]).name.lower()
        return frozenset(
            {self.window_class, program, self.id.lower(), self.id.split(".")[-1].lower()}
        )


def read_desktop_file(text: str, name: str) -> DesktopApp | None:
    """Read a desktop file; ``None`` if it is no app, or one that menus do not show."""
    entry: dict[str, str] = {}
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[Desktop Entry]"
        elif inside and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            entry.setdefault(key.strip(), value.strip())
    hidden = any(entry.get(key) == "true" for key in ("NoDisplay", "Hidden", "Terminal"))
    if entry.get("Type") != "Application" or hidden or "Exec" not in entry:
        return None
    try:
        words = shlex.split(entry["Exec"])
    except ValueError:
        return None
    command = tuple(word for word in words if not _FIELD_CODE.fullmatch(word))
    called = [
        value
        for kind in ("Name", "GenericName")
        for key, value in entry.items()
        if value and (key == kind or key.startswith(f"{kind}["))
    ]
    if not command or not called:
        return None
    names = tuple(dict.fromkeys([entry.get("Name", called[0]), *called]))
    categories = frozenset(entry.get("Categories", "").split(";")) - {""}
    return DesktopApp(name, names, command, entry.get("StartupWMClass", "").lower(), categories)


def find_desktop_app(
    name: str,
    apps: tuple[DesktopApp, ...],
    chosen: Callable[[str], tuple[str, ...]] = lambda _: (),
) -> DesktopApp:
    """The app that ``name`` means.

    What it is called comes first, then what starts it, then its kind ("files", "editor"), then what
    is nearly called so. Of several, what only sets another app up is not meant.

    Args:
        name: As a person says it.
        apps: All apps.
        chosen: Tells the ids of the apps that are chosen for a MIME type, the first choice first.

    Raises:
        ActionFailedError: There is none, or there are several as good.
    """
    wanted = name.strip().casefold()
    for app in apps:
        if wanted == app.id.casefold():
            return app
    exact = [app for app in apps if wanted in {each.casefold() for each in app.names}]
    kind = kind_called(wanted)
    choice = chosen(kind.opens) if kind is not None else ()
    if exact:
        # An app of just this name stands before those that are only of this kind.
        named = [app for app in exact if app.names[0].casefold() == wanted]
        return _only(name, named or exact, choice)
    started = [app for app in apps if wanted == Path(app.command[0]).name.casefold()]
    if started:
        # Its settings and the like are the same program with more said to it.
        plain = min(len(app.command) for app in started)
        return _only(name, [app for app in started if len(app.command) == plain])
    alike = _alike({wanted}, apps)
    if kind is not None:
        of_kind = [app for app in apps if kind.category in app.categories]
        # Of several that nobody chose from, that which is nearly called so, if it is one.
        first = [app for app in of_kind if app.id in choice] or _plain(alike)
        alike = [app for app in of_kind if app in first] or of_kind or _alike(kind.names, apps)
    if not alike:
        called = sorted({app.names[0] for app in apps}, key=str.casefold)
        more = ", …" if len(called) > _LISTED else ""
        listed = ", ".join(called[:_LISTED]) + more
        raise ActionFailedError(f"There is no app called {name!r}. There are: {listed}.")
    return _only(name, alike, choice)


def _alike(wanted: Collection[str], apps: tuple[DesktopApp, ...]) -> list[DesktopApp]:
    """The apps that are nearly called so, in one of these ways, as good as each other."""
    choices = {(app, called): called.casefold() for app in apps for called in app.names}
    scored: list[tuple[str, float, tuple[DesktopApp, str]]] = []
    for each in wanted:
        scorer = fuzz.ratio if len(each) < 4 else fuzz.WRatio
        scored += process.extract(each, choices, scorer=scorer, score_cutoff=_ALIKE, limit=None)
    best = max((score for _, score, _ in scored), default=0.0)
    return list(dict.fromkeys(key[0] for _, score, key in scored if score > best - _TIED))


def _plain(apps: list[DesktopApp]) -> list[DesktopApp]:
    """``apps`` without what only sets others up, unless there is nothing else."""
    return [app for app in apps if SETTINGS not in app.categories] or apps


def _only(name: str, apps: list[DesktopApp], choice: tuple[str, ...] = ()) -> DesktopApp:
    plain = _plain(apps)
    if len(plain) == 1:
        return plain[0]
    by_id = {app.id: app for app in plain}
    if found := next((by_id[each] for each in choice if each in by_id), None):
        return found
    listed = ", ".join(f"{app.names[0]} ({app.id})" for app in plain[:_LISTED])
    raise ActionFailedError(f"Several apps could be {name!r}: {listed}. Name one of them.")


class LinuxApps:
    """Opens apps by their desktop files.

    Args:
        session: Says where desktop files are.
        windows: Tells which windows are open.
        clock: Waits for a window to open.
    """

    def __init__(self, session: DesktopSession, windows: XWindows, clock: Clock) -> None:
        self._session = session
        self._windows = windows
        self._clock = clock

    def list(self) -> tuple[DesktopApp, ...]:
        """All apps that menus show, as they are now."""
        found: dict[str, DesktopApp | None] = {}
        for path in self._files():
            if path.stem in found:
                continue  # a file of the user stands before the system's
            try:
                app = read_desktop_file(
                    path.read_text(encoding="utf-8", errors="replace"), path.stem
                )
            except OSError:
                continue
            usable = app is not None and shutil.which(app.command[0]) is not None
            found[path.stem] = app if usable else None
        return tuple(app for app in found.values() if app is not None)

    def open(self, name: str) -> None:
        """Bring the app called ``name`` to the front; start it if it has no window.

        Raises:
            ActionFailedError: There is no such app, or it opens no window.
            DeviceError: The desktop went away.
        """
        variables = self._session.variables
        app = find_desktop_app(name, self.list(), lambda opens: chosen_for(opens, variables))
        before = self._windows.windows()
        if (open_already := _window_of(app, before)) is not None:
            self._windows.activate(open_already)
            if self._await(lambda: self._is_in_front(app), lambda: ""):
                raise ActionFailedError(f"{app.names[0]} is open, but does not come to the front.")
            return
        known = {window.handle for window in before}
        try:
            process_ = subprocess.Popen(  # noqa: S603 - the command of an installed desktop file
                app.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd=Path.home(),
                env={**os.environ, **self._session.variables, **SEEN_BY_READERS},
            )
        except OSError as error:
            raise ActionFailedError(
                f"{app.names[0]} cannot be started: {error.strerror}."
            ) from error

        _STARTED[:] = [each for each in _STARTED if each.poll() is None]
        _STARTED.append(process_)

        def opened() -> bool:
            return any(window.handle not in known for window in self._windows.windows())

        def failed() -> str:
            code = process_.poll()
            return f"it ended at once with code {code}" if code else ""

        why = self._await(opened, failed)
        if why:
            raise ActionFailedError(f"{app.names[0]} did not open: {why}.")
        self._bring_forward(known)

    def _is_in_front(self, app: DesktopApp) -> bool:
        """Whether a window of ``app`` has the keys: its dialog may keep them."""
        active = self._windows.active()
        front = tuple(each for each in self._windows.windows() if each.handle == active)
        return _window_of(app, front) is not None

    def _bring_forward(self, known: set[int]) -> None:
        """A new window has the keys a moment later; a window manager may want to be asked."""
        end_s = self._clock.now() + _FRONT_S
        while self._windows.active() in known | {0} and self._clock.now() < end_s:
            self._clock.sleep(_POLL_S)
        if self._windows.active() in known | {0}:
            new = [window for window in self._windows.windows() if window.handle not in known]
            for window in new[-1:]:
                self._windows.activate(window)

    def _await(self, happened: Callable[[], bool], failed: Callable[[], str]) -> str:
        """Wait; return why it came to nothing, or nothing."""
        end_s = self._clock.now() + _START_S
        while not happened():
            if why := failed():
                return why
            if self._clock.now() >= end_s:
                return f"no window within {_START_S:g} s"
            self._clock.sleep(_POLL_S)
        return ""

    def _files(self) -> Iterator[Path]:
        for folder in data_folders(self._session.variables):
            yield from sorted((folder / "applications").glob("*.desktop"))


def _window_of(app: DesktopApp, windows: tuple[XWindow, ...]) -> XWindow | None:
    matching = [window for window in windows if window.app and window.app in app.classes]
    return matching[-1] if matching else None
