"""Battery and storage."""

from tools.virtual_phone.apps.settings.rows import fact, group, page, switch
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Card,
    Column,
    Expand,
    Gap,
    Icon,
    ListItem,
    Page,
    Row,
    Text,
    Widget,
)

LEVEL = 85
"""Per cent; the phone's battery does not drain."""
# Title, icon, colour, gigabytes.
_STORED = (
    ("System", "cellphone", "#5f6368", 18.4),
    ("Apps", "apps", "#d1661d", 14.2),
    ("Images", "image-outline", "#1e8e3e", 8.7),
    ("Videos", "movie-outline", "#c2410c", 3.9),
    ("Audio", "music-note", "#6750a4", 1.4),
    ("Documents", "file-document-outline", "#3367d6", 0.8),
)
_CAPACITY = 128


def battery(ctx: Context) -> Page:
    """The level, Battery Saver and more."""
    level = Column(
        [
            Text(f"{LEVEL}%", style="display", key="level"),
            Text(ctx.t("About 1 day and 6 hours left"), color="on_surface_variant"),
            _bar([("primary", LEVEL), ("surface_container_highest", 100 - LEVEL)]),
        ],
        gap=8,
        padding=(8, 8),
    )
    saving = group(
        [
            switch(
                ctx,
                "Battery Saver",
                ("global", "low_power"),
                subtitle="Extends battery life by limiting features",
                icon="leaf",
            ),
            switch(
                ctx,
                "Adaptive Battery",
                ("global", "adaptive_battery_management_enabled"),
                subtitle="Limits battery for apps you rarely use",
                icon="speedometer",
                default="1",
            ),
        ]
    )
    usage = group(
        [
            fact(ctx, "Screen time since last full charge", ctx.t("2 hours and 10 minutes")),
            fact(ctx, "Battery health", ctx.t("Good")),
        ]
    )
    return page(ctx, "Battery", [level, saving, usage])


def storage(ctx: Context) -> Page:
    """How much is used, and by what."""
    used = sum(size for _, _, _, size in _STORED)
    shares = [(color, size) for _, _, color, size in _STORED]
    head = Column(
        [
            Row([Text(f"{used:.1f} GB", style="display")]),
            Text(
                ctx.t("used of {total} GB", total=_CAPACITY),
                color="on_surface_variant",
            ),
            _bar([*shares, ("surface_container_highest", _CAPACITY - used)]),
        ],
        gap=8,
        padding=(8, 8),
    )
    rows = [
        ListItem(
            ctx.t(title),
            leading=Icon(icon, color=color),
            trailing=Text(f"{size} GB", color="on_surface_variant"),
        )
        for title, icon, color, size in _STORED
    ]
    return page(ctx, "Storage", [head, group(rows)])


def _bar(parts: list[tuple[str, float]]) -> Widget:
    """A bar of shares, each a (colour, size)."""
    pieces = [
        Expand(Card(Gap(0), color=color, padding=(0, 6)), weight=size) for color, size in parts
    ]
    return Row(pieces, gap=3, padding=(0, 8, 0, 0))
