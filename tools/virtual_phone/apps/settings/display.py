"""Display and font size."""

from functools import partial

from tools.virtual_phone.apps.settings.rows import (
    Choice,
    choice_dialog,
    choice_row,
    group,
    link,
    page,
    switch,
)
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Card,
    Column,
    Expand,
    Icon,
    Page,
    RadioRow,
    Row,
    Slider,
    SwitchRow,
    Text,
)

FONT_SIZES = (("0.85", "Small"), ("1.0", "Default"), ("1.15", "Large"), ("1.3", "Largest"))
TIMEOUT = Choice(
    "Screen timeout",
    ("system", "screen_off_timeout"),
    (
        ("15000", "15 seconds"),
        ("30000", "30 seconds"),
        ("60000", "1 minute"),
        ("120000", "2 minutes"),
        ("300000", "5 minutes"),
        ("600000", "10 minutes"),
        ("1800000", "30 minutes"),
    ),
    icon="timer-outline",
    default="600000",
)
_MAX_BRIGHTNESS = 255


def build(ctx: Context) -> Page:
    """Brightness, theme, text, timeout, rotation."""
    brightness = group([brightness_slider(ctx), _adaptive(ctx)], ctx.t("Brightness"))
    looks = group(
        [
            dark_theme(ctx),
            link(
                ctx,
                "Font size",
                "FontSize",
                subtitle=ctx.t(font_size_name(ctx)),
                icon="format-size",
            ),
            switch(
                ctx,
                "Night Light",
                ("secure", "night_display_activated"),
                subtitle="Tints the screen amber",
                icon="weather-night",
            ),
        ],
        ctx.t("Appearance"),
    )
    other = group(
        [
            choice_row(ctx, TIMEOUT),
            switch(
                ctx,
                "Auto-rotate screen",
                ("system", "accelerometer_rotation"),
                icon="screen-rotation",
            ),
        ],
        ctx.t("Other controls"),
    )
    overlay = choice_dialog(ctx, [TIMEOUT])
    return page(ctx, "Display", [brightness, looks, other], overlay=overlay)


def brightness_slider(ctx: Context) -> Column:
    """The screen's brightness, 0 to 255 in the settings."""
    try:
        level = float(ctx.settings.get("system", "screen_brightness", "128"))
    except ValueError:
        level = _MAX_BRIGHTNESS / 2
    share = min(max(level / _MAX_BRIGHTNESS, 0.0), 1.0)

    def change(value: float) -> None:
        ctx.settings.put("system", "screen_brightness", str(round(value * _MAX_BRIGHTNESS)))

    slider = Slider(
        "brightness",
        share,
        change,
        description=ctx.t("Brightness level, {n}%", n=round(share * 100)),
    )
    title = Row([Expand(Text(ctx.t("Brightness level"))), Text(f"{round(share * 100)}%")])
    row = Row([Icon("brightness-5"), Expand(slider), Icon("brightness-7")], gap=8)
    return Column([title, row], padding=(16, 12, 16, 4))


def dark_theme(ctx: Context) -> SwitchRow:
    """The switch for the dark theme."""
    return SwitchRow(
        ctx.t("Dark theme"),
        ctx.settings.dark,
        lambda on: ctx.settings.put("secure", "ui_night_mode", "2" if on else "1"),
        subtitle=ctx.t("On") if ctx.settings.dark else ctx.t("Off"),
        icon="theme-light-dark",
        key="ui_night_mode",
    )


def font_size_name(ctx: Context) -> str:
    """The English name of the text size nearest to the one set."""
    return FONT_SIZES[_step(ctx)][1]


def font_size(ctx: Context) -> Page:
    """A preview, a slider with four steps, and the steps by name."""
    step = _step(ctx)
    last = len(FONT_SIZES) - 1

    def choose(index: int) -> None:
        ctx.settings.put("system", "font_scale", FONT_SIZES[index][0])

    preview = Card(
        Column(
            [
                Text(ctx.t("Preview"), style="caption", color="on_surface_variant"),
                Text(ctx.t("Sample text"), style="title"),
                Text(ctx.t("The quick brown fox jumps over the lazy dog, and is home by dusk.")),
            ],
            gap=8,
        ),
        color="secondary_container",
        padding=20,
    )
    slider = Slider(
        "font_size",
        step / last,
        lambda value: choose(round(value * last)),
        description=ctx.t("Font size, {name}", name=ctx.t(FONT_SIZES[step][1])),
    )
    small, big = Icon("format-size", size=18), Icon("format-size", size=30)
    bar = Row([small, Expand(slider), big], gap=8, padding=(16, 8))
    radios = [
        RadioRow(ctx.t(name), index == step, partial(choose, index), key=f"size_{name.lower()}")
        for index, (_, name) in enumerate(FONT_SIZES)
    ]
    return page(ctx, "Font size", [preview, group([bar]), group(radios)])


def _adaptive(ctx: Context) -> SwitchRow:
    return switch(
        ctx,
        "Adaptive brightness",
        ("system", "screen_brightness_mode"),
        subtitle="Adjusts to the light around you",
    )


def _step(ctx: Context) -> int:
    scale = ctx.settings.font_scale
    return min(range(len(FONT_SIZES)), key=lambda i: abs(float(FONT_SIZES[i][0]) - scale))
