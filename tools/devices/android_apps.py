"""Apps of an Android phone by the name a person sees.

The phone is asked for its launcher activities. Those whose label is plain text are known by it at
once; where the label lies in the app's resources, only the launcher itself shows it, so a name that
is not found is sought among the icons of the home screen.
"""

import re
import shlex
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tools.devices.adb_socket import AdbLink
from tools.devices.android_tree import DetailReader
from tools.errors import ActionFailedError
from tools.geometry import Point

_QUERY = (
    "cmd package query-activities -a android.intent.action.MAIN -c android.intent.category.LAUNCHER"
)
_ACTIVITY = re.compile(r"^ *Activity #\d+:", re.MULTILINE)
_NAME = re.compile(r"^ *name=(\S+)", re.MULTILINE)
_PACKAGE = re.compile(r"^ *packageName=(\S+)", re.MULTILINE)
_LABEL = re.compile(r"nonLocalizedLabel=(.*?) icon=")
_ALIKE = 82.0
_TIED = 5.0
_LISTED = 40
_GENERIC = {"com", "org", "net", "android", "google", "app", "apps", "mobile", "main", "cn", "io"}


@dataclass(frozen=True)
class App:
    """An app with an icon in the launcher.

    Attributes:
        package: Its id.
        activity: What the icon starts.
        label: What stands under the icon; empty if the phone keeps it in the app's resources.
    """

    package: str
    activity: str
    label: str

    @property
    def called(self) -> str:
        """The label, or the telling part of the package."""
        if self.label:
            return self.label
        telling = [part for part in self.package.split(".") if part not in _GENERIC]
        return telling[-1] if telling else self.package


def parse_activities(dump: str) -> tuple[App, ...]:
    """Read what ``cmd package query-activities`` prints."""
    apps: dict[str, App] = {}
    for part in _ACTIVITY.split(dump)[1:]:
        name, package = _NAME.search(part), _PACKAGE.search(part)
        if name is None or package is None:
            continue
        labels = [label for label in _LABEL.findall(part) if label != "null"]
        # The activity's own label stands before that of the whole app.
        found = App(package[1], name[1], labels[0] if labels else "")
        apps.setdefault(found.package, found)
    return tuple(apps.values())


def find_app(name: str, apps: tuple[App, ...]) -> App | None:
    """The app that ``name`` means; ``None`` if there is none.

    Raises:
        ActionFailedError: Several are as good.
    """
    for app in apps:
        if name == app.package:
            return app
    wanted = name.strip().casefold()
    for how in (
        lambda called: called == wanted,
        lambda called: "".join(called.split()) == "".join(wanted.split()),
    ):
        exact = [app for app in apps if how(app.called.casefold())]
        if exact:
            return _only(name, exact)
    scored = process.extract(
        wanted,
        [app.called.casefold() for app in apps],
        scorer=fuzz.ratio if len(wanted) < len("maps") else fuzz.WRatio,
        score_cutoff=_ALIKE,
        limit=None,
    )
    if not scored:
        return None
    best = scored[0][1]
    return _only(name, [apps[index] for _, score, index in scored if score > best - _TIED])


def is_called(name: str, app: App) -> bool:
    """Whether ``name`` is what ``app`` is called, case and white space aside.

    Of an app whose label the phone keeps to itself, any part of its package will do.
    """
    if name == app.package:
        return True
    wanted = "".join(name.split()).casefold()
    if app.label:
        return wanted == "".join(app.label.split()).casefold()
    return wanted in app.package.casefold()


def _only(name: str, apps: list[App]) -> App:
    if len(apps) > 1:
        listed = ", ".join(f"{app.called} ({app.package})" for app in apps[:_LISTED])
        raise ActionFailedError(f"Several apps could be {name!r}: {listed}. Give the package.")
    return apps[0]


class Apps:
    """Opens apps by name; the list is read once, and again when a name is not in it.

    Args:
        link: The way to the phone.
        details: Reads the home screen.
    """

    def __init__(self, link: AdbLink, details: DetailReader) -> None:
        self._link = link
        self._details = details
        self._known: tuple[App, ...] | None = None

    def list(self) -> tuple[App, ...]:
        """All apps with an icon, as the phone tells now.

        Raises:
            DeviceError: The device went away.
        """
        dump = self._link.run(_QUERY).decode("utf-8", "replace")
        self._known = parse_activities(dump)
        return self._known

    def misnamed(self, name: str) -> str:
        """See ``NamesApps``."""
        try:
            app = find_app(name, self.list())
        except ActionFailedError:  # several are as good: opening it will say so
            return ""
        if app is None or is_called(name, app):
            return ""
        return f"No app is called {name!r}. Did you mean {app.called!r} ({app.package})?"

    def open(self, name: str) -> None:
        """Bring the app called ``name`` to the front.

        Raises:
            ActionFailedError: There is no such app, or there are several.
            DeviceError: The device went away.
        """
        app = find_app(name, self._known) if self._known is not None else None
        app = app or find_app(name, self.list())
        if app is not None:
            self._start(app)
        elif (icon := self._icon(name)) is not None:
            self._link.shell(f"input tap {icon.x} {icon.y}")
        else:
            called = sorted({app.called for app in self._known or ()}, key=str.casefold)
            more = ", …" if len(called) > _LISTED else ""
            listed = ", ".join(called[:_LISTED]) + more
            raise ActionFailedError(f"There is no app called {name!r}. There are: {listed}.")

    def _start(self, app: App) -> None:
        component = shlex.quote(f"{app.package}/{app.activity}")
        # NEW_TASK | RESET_TASK_IF_NEEDED: as a launcher starts an app.
        started = self._link.shell(
            "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER "
            f"-f 0x10200000 -n {component}"
        )
        output = started.stdout + started.stderr
        if started.code != 0 or b"Error" in output:
            raise ActionFailedError(f"{app.called} cannot be opened: {started.complaint}")

    def _icon(self, name: str) -> Point | None:
        """Where the home screen shows an icon of that name; ``None`` if it does not."""
        if all(app.label for app in self._known or ()):
            return None  # every label is known: there is nothing left to find
        self._link.shell("input keyevent 3")
        tree = self._details.read(tree=True).ui_tree
        wanted = name.strip().casefold()
        for node in tree.nodes if tree is not None else ():
            if node.clickable and node.label.strip().casefold() == wanted:
                return node.box.center
        return None
