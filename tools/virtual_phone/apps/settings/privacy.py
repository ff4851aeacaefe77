"""Accessibility, security, location."""

from tools.virtual_phone.apps.settings.display import dark_theme, font_size_name
from tools.virtual_phone.apps.settings.rows import (
    Choice,
    choice_dialog,
    choice_row,
    group,
    is_on,
    link,
    note,
    page,
    switch,
)
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Avatar, ListItem, Page, SwitchRow, Widget

HOLD = Choice(
    "Touch & hold delay",
    ("secure", "long_press_timeout"),
    (("400", "Short"), ("1000", "Medium"), ("1500", "Long")),
)
LOCK = Choice("Screen lock", ("secure", "screen_lock"), (("none", "None"), ("swipe", "Swipe")))
LOCK_AFTER = Choice(
    "Lock after screen timeout",
    ("secure", "lock_screen_lock_after_timeout"),
    (("0", "Immediately"), ("5000", "5 seconds"), ("60000", "1 minute"), ("300000", "5 minutes")),
    default="5000",
)


def accessibility(ctx: Context) -> Page:
    """What makes the phone easier to see, hear and touch."""
    seeing = group(
        [
            link(
                ctx,
                "Font size",
                "FontSize",
                subtitle=ctx.t(font_size_name(ctx)),
                icon="format-size",
            ),
            dark_theme(ctx),
            switch(ctx, "Bold text", ("secure", "bold_text"), icon="format-bold"),
            switch(
                ctx,
                "High contrast text",
                ("secure", "high_text_contrast_enabled"),
                icon="format-text",
            ),
            switch(
                ctx,
                "Color inversion",
                ("secure", "accessibility_display_inversion_enabled"),
                icon="palette-outline",
            ),
            _animations(ctx),
        ],
        ctx.t("Display"),
    )
    other = group(
        [
            choice_row(ctx, HOLD),
            switch(ctx, "Captions", ("secure", "accessibility_captioning_enabled")),
        ],
        ctx.t("Interaction and audio"),
    )
    return page(ctx, "Accessibility", [seeing, other], overlay=choice_dialog(ctx, [HOLD]))


def security(ctx: Context) -> Page:
    """Lock screen, passwords, permissions."""
    lock = group([choice_row(ctx, LOCK), choice_row(ctx, LOCK_AFTER)], ctx.t("Device unlock"))
    more = group(
        [
            switch(ctx, "Show passwords", ("system", "show_password"), default="1"),
            switch(ctx, "Find My Device", ("secure", "find_my_device"), default="1"),
            link(ctx, "App permissions", "Apps"),
        ],
        ctx.t("Privacy"),
    )
    overlay = choice_dialog(ctx, [LOCK, LOCK_AFTER])
    return page(ctx, "Security & privacy", [lock, more], overlay=overlay)


def location(ctx: Context) -> Page:
    """The switch, and which apps asked for the location."""
    setting = ("secure", "location_mode")
    on = is_on(ctx, setting)
    use = SwitchRow(
        ctx.t("Use location"),
        on,
        lambda now: ctx.settings.put(*setting, "3" if now else "0"),
        key="location_mode",
    )
    if not on:
        words = note(ctx.t("Apps cannot see where this phone is."))
        return page(ctx, "Location", [group([use]), words])
    apps: list[Widget] = [
        ListItem(
            app.label,
            subtitle=ctx.t("Allowed only while in use"),
            leading=Avatar("", icon=app.icon, color=app.color),
        )
        for app in ctx.apps()
        if app.package.startswith("com.tapwright")
    ]
    parts: list[Widget] = [group([use])]
    if apps:
        parts.append(group(apps, ctx.t("Recent access")))
    return page(ctx, "Location", parts)


def _animations(ctx: Context) -> SwitchRow:
    setting = ("global", "animator_duration_scale")
    return SwitchRow(
        ctx.t("Remove animations"),
        ctx.settings.get(*setting, "1") == "0",
        lambda on: ctx.settings.put(*setting, "0" if on else "1"),
        icon="play",
        key="animator_duration_scale",
    )
