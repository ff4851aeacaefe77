"""Status bar, navigation bar and toast, out of primitives."""

from __future__ import annotations

from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import Act, FixedText, NavKey, Sem, Surface
from tools.virtual_phone.ui.strings import say
from tools.virtual_phone.ui.view import Chrome
from tools.virtual_phone.ui.widget_layout import Column, Expand, Gap, Icon, Row, Text, Widget

STATUS_HEIGHT = 28.0
"""Height of the status bar, dp."""
NAV_SIZE = 48.0
"""Height of the navigation bar, dp; in landscape its width, at the right edge."""


def status_bar(chrome: Chrome, color: str) -> Widget:
    """Time and notifications at the left, connections and battery at the right."""
    parts: list[Widget] = [FixedText(chrome.time_text, size=14, color=color, weight="medium")]
    parts += [Icon(name, size=16, color=color) for name in chrome.notification_icons[:4]]
    parts.append(Expand(Gap(0)))
    right: list[str] = []
    if chrome.do_not_disturb:
        right.append("minus-circle")
    if chrome.bluetooth:
        right.append("bluetooth")
    if chrome.wifi:
        right.append("wifi-strength-4")
    right.append("airplane" if chrome.airplane else "network-strength-4")
    right.append(_battery_icon(chrome))
    parts += [Icon(name, size=16, color=color) for name in right]
    parts.append(FixedText(f"{chrome.battery}%", size=12, color=color, weight="medium"))
    return Surface(
        Row(parts, gap=5), padding=(16, 0), min_height=STATUS_HEIGHT, y="center", act=Act()
    )


def nav_bar(chrome: Chrome, color: str, context: Context) -> Widget:
    """Back, home and overview: along the bottom, or down the right side in landscape."""
    locale = context.metrics.locale
    hiding = chrome.keyboard is not None
    back = _nav_button(
        "back",
        "chevron-down" if hiding else "menu-left",
        30 if hiding else 40,
        say("Hide keyboard" if hiding else "Back", locale),
        color,
    )
    home = _nav_button("home", "circle", 17, say("Home", locale), color)
    recents = _nav_button("recents", "square-rounded", 18, say("Overview", locale), color)
    spaces = Expand(Gap(0), weight=0.5)
    if context.metrics.landscape:
        return Column((spaces, Expand(recents), Expand(home), Expand(back), spaces))
    return Row((spaces, Expand(back), Expand(home), Expand(recents), spaces), align="stretch")


def toast(text: str) -> Widget:
    """A short message in a pill."""
    return Surface(
        Text(text, style="small", color="inverse_on_surface", align="center", max_lines=3),
        fill="inverse_surface",
        radius=24,
        padding=(20, 12),
        max_width=344,
    )


def _nav_button(nav: NavKey, icon: str, size: float, description: str, color: str) -> Widget:
    return Surface(
        Icon(icon, size=size, color=color),
        min_height=NAV_SIZE,
        min_width=NAV_SIZE,
        x="center",
        y="center",
        act=Act(nav=nav),
        sem=Sem("ImageView", description=description, key=nav),
    )


def _battery_icon(chrome: Chrome) -> str:
    if chrome.charging:
        return "battery-charging"
    tens = max(10, round(chrome.battery / 10) * 10)
    return "battery" if tens >= 100 else f"battery-{tens}"
