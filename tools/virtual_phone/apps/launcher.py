"""The home screen: a clock, the apps, a search over them, and the recent tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.context import AppInfo, Context, TaskInfo
from tools.virtual_phone.ui.widgets import (
    AppIcon,
    Avatar,
    Button,
    Card,
    Column,
    Expand,
    Gap,
    Grid,
    Icon,
    IconButton,
    Pad,
    Page,
    Picture,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_COLUMNS = 4
_COLUMNS_LANDSCAPE = 7
_SEARCH = "search"
_DARK_WALLPAPER = "#131a2c"


def home_screen(ctx: Context) -> Page:
    """The home screen."""
    clock = Column(
        [
            Text(ctx.format_time(ctx.now), style="display", align="center", key="clock"),
            Gap(4),
            Text(
                ctx.format_date(ctx.now.date()),
                style="subtitle",
                align="center",
                color="on_surface_variant",
                key="date",
            ),
        ],
        padding=(24, 40, 24, 28),
    )
    search = Card(
        Row([Icon("magnify"), Text(ctx.t("Search apps"), color="on_surface_variant")], gap=12),
        on_tap=lambda: ctx.push("Search"),
        key="search_bar",
        color="surface_container_high",
        padding=(16, 12),
    )
    body = Column(
        [
            clock,
            Pad(search, (20, 0, 20, 0)),
            Pad(_grid(ctx, _launchable(ctx)), (12, 28, 12, 24)),
        ]
    )
    background = _DARK_WALLPAPER if ctx.settings.dark else "primary_container"
    return Page(Scroll(body, key="home"), background=background)


def search(ctx: Context) -> Page:
    """Apps whose label holds what is typed."""
    typed = ctx.text(_SEARCH).strip().casefold()
    found = [app for app in _launchable(ctx) if typed in _names(app)]

    def open_first(_: str) -> None:
        if found:
            ctx.open_app(found[0].package)

    field = TextField(
        _SEARCH,
        ctx.t("Search apps"),
        hint=ctx.t("Search apps"),
        kind="search",
        on_change=lambda _: None,
        on_submit=open_first,
    )
    none = Text(ctx.t("No apps found"), color="on_surface_variant", align="center")
    results: Widget = _grid(ctx, found) if found else none
    top = TopBar("", on_back=ctx.pop, search=field)
    return Page(Scroll(Pad(results, (12, 24)), key="results"), top=top)


def recents(ctx: Context) -> Page:
    """The running tasks as cards, the latest first."""
    tasks = ctx.tasks()
    if not tasks:
        empty = Column(
            [
                Icon("cards-outline", size=48),
                Gap(12),
                Text(ctx.t("No recent apps"), align="center", color="on_surface_variant"),
            ],
            align="center",
            padding=(24, 96),
        )
        return Page(empty, top=TopBar(ctx.t("Recent apps")))

    def clear_all() -> None:
        for task in tasks:
            ctx.close_task(task.app.package)
        ctx.pop()

    cards = [_task_card(ctx, task) for task in tasks]
    clear = Button(ctx.t("Clear all"), clear_all, kind="tonal", key="clear_all", icon="close")
    body = Column([*cards, Row([clear], justify="center")], gap=12, padding=16)
    return Page(Scroll(body, key="recents"), top=TopBar(ctx.t("Recent apps")))


def _task_card(ctx: Context, task: TaskInfo) -> Widget:
    app = task.app
    close = IconButton(
        "close",
        ctx.t("Close {app}", app=app.label),
        lambda: ctx.close_task(app.package),
        key=f"close_{app.package}",
    )
    head = Row(
        [
            Avatar(app.label[:1], icon=app.icon, color=app.color, size=40),
            Expand(Text(app.label, style="title", max_lines=1)),
            close,
        ],
        gap=16,
    )
    return Card(
        Column([head, Pad(Picture(app.icon, height=120), (0, 8, 8, 4))]),
        on_tap=lambda: ctx.open_app(app.package),
        key=f"task_{app.package}",
        description=app.label,
        padding=(16, 12, 8, 12),
    )


def _launchable(ctx: Context) -> Sequence[AppInfo]:
    return [app for app in ctx.apps() if app.in_launcher]


def _names(app: AppInfo) -> str:
    # The package's last part is the app's English name in any language of the phone.
    return f"{app.label} {app.package.rpartition('.')[2]}".casefold()


def _grid(ctx: Context, apps: Sequence[AppInfo]) -> Widget:
    icons = [
        AppIcon(
            app.icon,
            app.label,
            _opener(ctx, app.package),
            color=app.color,
            key=f"app_{app.package}",
        )
        for app in apps
    ]
    columns = _COLUMNS_LANDSCAPE if ctx.landscape else _COLUMNS
    return Grid(icons, columns=columns, gap=16)


def _opener(ctx: Context, package: str) -> Callable[[], None]:
    return lambda: ctx.open_app(package)


class LauncherApp(App):
    """The home app."""

    package: ClassVar[str] = "com.android.launcher3"
    label: ClassVar[str] = "Home"
    icon: ClassVar[str] = "home"
    color: ClassVar[str] = "#3f51b5"
    home: ClassVar[str] = "Launcher"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Launcher": home_screen,
        "Search": search,
        "Recents": recents,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {
        "Search": lambda ctx: ctx.focus(_SEARCH),
    }
    in_launcher: ClassVar[bool] = False
    permission: ClassVar[str] = ""
    traps: ClassVar[bool] = False
