"""Sound & vibration."""

from tools.virtual_phone.apps.settings.rows import (
    Choice,
    choice_dialog,
    choice_row,
    group,
    page,
    switch,
)
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Column, Expand, Icon, Page, Row, Slider, Text, Widget

# Title, setting, highest value, value of a new phone, icon.
_VOLUMES = (
    ("Media volume", "volume_music", 15, 9, "music-note"),
    ("Call volume", "volume_voice", 7, 5, "phone-outline"),
    ("Ring volume", "volume_ring", 7, 5, "bell-ring-outline"),
    ("Notification volume", "volume_notification", 7, 5, "bell-outline"),
    ("Alarm volume", "volume_alarm", 7, 6, "alarm"),
)
RINGER = Choice(
    "Ringer mode", ("global", "mode_ringer"), (("2", "Ring"), ("1", "Vibrate"), ("0", "Silent"))
)
RINGTONE = Choice(
    "Phone ringtone",
    ("system", "ringtone"),
    tuple(
        (name.lower().replace(" ", "_"), name)
        for name in ("Harbor", "Birdsong", "Marimba", "Old phone")
    ),
)


def build(ctx: Context) -> Page:
    """Volumes, ringing, vibration."""
    volumes = group([_volume(ctx, *row) for row in _VOLUMES], ctx.t("Volume"))
    ringing = group(
        [
            choice_row(ctx, RINGER),
            choice_row(ctx, RINGTONE),
            switch(
                ctx,
                "Do Not Disturb",
                ("global", "zen_mode"),
                subtitle="Only get notified by important people and apps",
            ),
        ],
        ctx.t("Calls and notifications"),
    )
    vibration = group(
        [
            switch(ctx, "Vibrate for calls", ("system", "vibrate_when_ringing")),
            switch(ctx, "Touch vibration", ("system", "haptic_feedback_enabled"), default="1"),
        ],
        ctx.t("Vibration"),
    )
    system = group(
        [
            switch(ctx, "Touch sounds", ("system", "sound_effects_enabled"), default="1"),
            switch(
                ctx, "Screen locking sound", ("system", "lockscreen_sounds_enabled"), default="1"
            ),
        ],
        ctx.t("System sounds"),
    )
    overlay = choice_dialog(ctx, [RINGER, RINGTONE])
    return page(ctx, "Sound & vibration", [volumes, ringing, vibration, system], overlay=overlay)


def _volume(ctx: Context, title: str, key: str, highest: int, usual: int, icon: str) -> Widget:
    try:
        level = min(max(int(ctx.settings.get("system", key, str(usual))), 0), highest)
    except ValueError:
        level = usual

    def change(value: float) -> None:
        ctx.settings.put("system", key, str(round(value * highest)))

    percent = round(level / highest * 100)
    slider = Slider(key, level / highest, change, description=f"{ctx.t(title)}, {percent}%")
    head = Row([Expand(Text(ctx.t(title))), Text(f"{percent}%", color="on_surface_variant")])
    row = Row([Icon(icon if level else "volume-off"), Expand(slider)], gap=8)
    return Column([head, row], padding=(16, 10, 16, 0))
