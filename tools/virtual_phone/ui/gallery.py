"""Sample pages that show every widget, for looking at and for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tools.virtual_phone.ui import widgets as w
from tools.virtual_phone.ui.view import Chrome, KeyboardState, ViewState

_CHINESE = {
    "Flights": "航班",
    "From": "出发地",
    "To": "目的地",
    "Helsinki (HEL)": "赫尔辛基 (HEL)",
    "Shanghai (PVG)": "上海浦东 (PVG)",
    "Departure": "出发日期",
    "Thu, Jan 28": "1月28日 周四",
    "Passenger name": "乘客姓名",
    "As in the passport": "与护照一致",
    "Note": "备注",
    "One way": "单程",
    "Round trip": "往返",
    "Multi-city": "多城市",
    "Direct flights only": "仅看直飞",
    "Search flights": "搜索航班",
    "Passengers": "乘客人数",
    "Adults and children over 2": "成人及两岁以上儿童",
    "Network & internet": "网络和互联网",
    "Mobile, Wi-Fi, hotspot": "移动网络、WLAN、热点",
    "Airplane mode": "飞行模式",
    "Cancel": "取消",
    "OK": "确定",
    "Settings": "设置",
    "Prices may change before you pay.": "付款前价格可能会有变动。",
    "Not available on this flight": "此航班不提供",
}
_ON, _OFF = True, False
_LONG = (
    "Two bags of 23 kg are included. Changes cost 60 € until the day before departure; "
    "after that the fare is lost → see the rules. 行李额两件，每件二十三公斤；起飞前一天可以改签。"
)


@dataclass(frozen=True)
class Sample:
    """A page with the state and the chrome it is shown in."""

    name: str
    page: w.Page
    view: ViewState = field(default_factory=ViewState)
    chrome: Chrome = field(default_factory=Chrome)


def samples(locale: str = "en") -> tuple[Sample, ...]:
    """All sample pages, in the language as far as they are translated."""

    def say(text: str) -> str:
        return _CHINESE.get(text, text) if locale == "zh" else text

    texts = {"name": "Zoë Müller", "pin": "secret"}
    note = "Window seat, please.\nVegetarian meal."
    return (
        Sample("form", _form(say), ViewState(texts=texts)),
        Sample(
            "form-typing",
            _form(say),
            ViewState(texts=texts, focus="name", scroll={"form": 120}),
            Chrome(keyboard=KeyboardState(enter="next", shift=True), battery=72),
        ),
        Sample(
            "symbols",
            _form(say),
            ViewState(texts={**texts, "note": note}, focus="note", scroll={"form": 900}),
            Chrome(keyboard=KeyboardState(layout="symbols")),
        ),
        Sample(
            "numbers",
            _form(say),
            ViewState(focus="pin", scroll={"form": 900}),
            Chrome(keyboard=KeyboardState(layout="numbers", enter="done")),
        ),
        Sample("list", _list(say), chrome=Chrome(notification_icons=("email-outline", "chat"))),
        Sample("settings", _settings(say), chrome=Chrome(airplane=True, wifi=False, battery=34)),
        Sample("controls", _controls(say), chrome=Chrome(toast="Saved to favourites")),
        Sample("texts", _texts()),
        Sample("date", _dialog(say, _date_picker())),
        Sample("time", _dialog(say, w.TimePicker(14, 5, _ignore_two, key="time"))),
        Sample("alert", _dialog(say, w.Text(_LONG, style="small", color="on_surface_variant"))),
        Sample("sheet", _sheet(say)),
        Sample("menu", _menu(say)),
        Sample("launcher", _launcher(), chrome=Chrome(status_bar_light=True)),
    )


def _ignore() -> None:
    """A handler that does nothing."""


def _ignore_one(_value: object) -> None:
    """A handler that does nothing."""


def _ignore_two(_first: object, _second: object) -> None:
    """A handler that does nothing."""


def _bar(say: Callable[[str], str]) -> w.TopBar:
    actions = (
        w.IconButton("magnify", "Search", _ignore),
        w.IconButton("dots-vertical", "More options", _ignore),
    )
    return w.TopBar(say("Flights"), on_back=_ignore, actions=actions)


def _form(say: Callable[[str], str]) -> w.Page:
    fields = (
        w.Segmented(
            (say("One way"), say("Round trip"), say("Multi-city")), 1, _ignore_one, key="trip"
        ),
        w.PickerField(
            say("From"), say("Helsinki (HEL)"), _ignore, icon="airplane-takeoff", key="from"
        ),
        w.PickerField(
            say("To"),
            "",
            _ignore,
            icon="airplane-landing",
            placeholder="Where to?",
            key="to",
            error="Choose where to fly",
        ),
        w.Row(
            (
                w.Expand(
                    w.PickerField(
                        say("Departure"), say("Thu, Jan 28"), _ignore, icon="calendar", key="out"
                    )
                ),
                w.Expand(
                    w.PickerField(
                        say("Departure"), say("Thu, Jan 28"), _ignore, icon="calendar", key="back"
                    )
                ),
            ),
            gap=12,
        ),
        w.TextField(
            "name",
            say("Passenger name"),
            hint="Given name and surname",
            supporting=say("As in the passport"),
        ),
        w.TextField(
            "mail",
            "Email",
            kind="email",
            leading_icon="email-outline",
            error="This is not an address",
        ),
        w.TextField("pin", "PIN", kind="password"),
        w.TextField("note", say("Note"), kind="multiline", min_lines=2),
        w.Stepper(
            say("Passengers"), 2, _ignore_one, subtitle=say("Adults and children over 2"), key="pax"
        ),
        w.Checkbox(say("Direct flights only"), _ON, _ignore_one, key="direct"),
        w.Button(say("Search flights"), _ignore, icon="magnify", key="search", expand=True),
    )
    return w.Page(w.Scroll(w.Column(fields, gap=16, padding=16), key="form"), top=_bar(say))


def _list(say: Callable[[str], str]) -> w.Page:
    rows = [
        w.ListItem(
            f"AY {70 + number} · {say('Helsinki (HEL)')} → {say('Shanghai (PVG)')}",
            subtitle=f"0{number % 9 + 1}:15 – 1{number % 9}:40 · {say('Direct flights only')}",
            leading=w.Avatar("AY", color=("primary", "tertiary", "#1a73e8")[number % 3]),
            trailing=w.Text(f"€{410 + 13 * number}", style="label"),
            on_tap=_ignore,
            key=f"flight-{number}",
            selected=number == 2,
        )
        for number in range(25)
    ]
    nav = w.NavBar(
        (
            ("airplane", say("Flights")),
            ("ticket-outline", "My trips"),
            ("account-outline", "Account"),
        ),
        0,
        _ignore_one,
    )
    return w.Page(
        w.Scroll(w.Column(rows)),
        top=_bar(say),
        nav=nav,
        fab=w.Fab("filter-variant", "Filter", _ignore),
    )


def _settings(say: Callable[[str], str]) -> w.Page:
    rows = (
        w.Pad(w.TextField("query", "", hint="Search settings", kind="search"), (16, 8)),
        w.ListItem(
            say("Network & internet"),
            subtitle=say("Mobile, Wi-Fi, hotspot"),
            leading=w.Icon("wifi"),
            on_tap=_ignore,
        ),
        w.Divider(),
        w.SwitchRow(say("Airplane mode"), _ON, _ignore_one, icon="airplane", key="airplane"),
        w.SwitchRow(
            "Bluetooth",
            _OFF,
            _ignore_one,
            subtitle=say("Not available on this flight"),
            icon="bluetooth",
        ),
        w.SwitchRow("NFC", _ON, _ignore_one, enabled=False),
        w.RadioRow("Light", _ON, _ignore),
        w.RadioRow("Dark", _OFF, _ignore, subtitle="Saves the battery"),
        w.Pad(w.Slider("bright", 0.4, _ignore_one, description="Brightness"), (16, 0)),
        w.ListItem(
            "Not to be opened",
            subtitle="Disabled",
            enabled=False,
            on_tap=_ignore,
            trailing=w.Icon("chevron-right"),
        ),
        w.ListItem(
            "Delete",
            leading=w.Icon("delete-outline", color="error"),
            on_tap=_ignore,
            trailing=w.IconButton("information-outline", "About deleting", _ignore),
        ),
    )
    top = w.TopBar(say("Settings"), search=None, subtitle="Virtual phone")
    return w.Page(w.Scroll(w.Column(rows, padding=(0, 8)), key="settings"), top=top)


def _controls(say: Callable[[str], str]) -> w.Page:
    kinds: tuple[w.ButtonKind, ...] = ("filled", "tonal", "outlined", "text")
    buttons = [w.Button(kind.title(), _ignore, kind=kind) for kind in kinds]
    buttons += [w.Button("Off", _ignore, kind=kind, enabled=False) for kind in kinds]
    chips = [
        w.Chip(text, selected=number == 1, on_tap=_ignore, icon="seat" if number == 2 else "")
        for number, text in enumerate(
            ("Cheapest", "Fastest", "Economy", "Morning", "1 stop", "Refundable")
        )
    ]
    cards = [
        w.Card(
            w.Column(
                (
                    w.Picture(icon, height=88, radius=8),
                    w.Text(name, style="subtitle", max_lines=1),
                    w.Text(price, style="small"),
                ),
                gap=6,
            ),
            on_tap=_ignore,
            padding=10,
            selected=number == 1,
            key=f"card-{number}",
        )
        for number, (icon, name, price) in enumerate(
            (("headphones", "Headphones", "€59.00"), ("watch", "Watch with a long name", "€120.00"))
        )
    ]
    parts = (
        w.Tabs(("Overview", "Seats", "Baggage"), 0, _ignore_one, key="tabs"),
        w.Banner(
            say("Prices may change before you pay."),
            action=w.Button("Got it", _ignore, kind="text"),
        ),
        w.Banner("The card was declined.", icon="alert-circle-outline", color="error_container"),
        w.Wrap(buttons),
        w.Wrap(chips),
        w.Grid(cards, columns=2, gap=12),
        w.Row(
            (
                w.Switch(_ON, _ignore_one, description="One"),
                w.Switch(_OFF, _ignore_one, description="Two"),
                w.Avatar("Z", color="tertiary"),
                w.Avatar("", icon="account", color="secondary_container"),
                w.Icon("star", color="warning"),
            ),
            gap=16,
        ),
        w.Row((w.Text("Total"), w.Text("€1,024.00", style="title")), justify="between"),
        w.Progress(text="Looking for flights…"),
    )
    bottom = w.Pad(w.Button("Continue", _ignore, expand=True), (16, 8))
    return w.Page(w.Scroll(w.Column(parts, gap=16, padding=16)), top=_bar(say), bottom=bottom)


def _texts() -> w.Page:
    styles: tuple[w.TextStyle, ...] = (
        "display",
        "headline",
        "title",
        "subtitle",
        "body",
        "small",
        "label",
        "caption",
    )
    parts: list[w.Widget] = [w.Text(f"{style.title()} 航班 → ✓", style=style) for style in styles]
    parts += [
        w.Card(w.Text(_LONG)),
        w.Card(w.Text(_LONG, max_lines=2, style="small")),
        w.Text("Averyveryverylongwordthatdoesnotfitintothewidthofthescreenatall", style="title"),
        w.Text("Centred", align="center"),
        w.Text("At the end", align="end", color="primary"),
        w.Row(
            (
                w.Expand(w.Text("This gives way, and wraps when there is too little room")),
                w.Text("This too is rather long"),
            )
        ),
    ]
    return w.Page(w.Column(parts, gap=12, padding=16))


def _date_picker() -> w.Widget:
    return w.DatePicker(
        date(2027, 1, 28),
        date(2027, 1, 1),
        _ignore_one,
        _ignore_one,
        minimum=date(2027, 1, 4),
        key="day",
        today=date(2027, 1, 4),
    )


def _dialog(say: Callable[[str], str], body: w.Widget) -> w.Page:
    actions = (
        w.Button(say("Cancel"), _ignore, kind="text"),
        w.Button(say("OK"), _ignore, kind="text", key="ok"),
    )
    form = _form(say)
    return w.Page(
        form.body,
        top=form.top,
        overlay=w.Dialog(say("Departure"), body, actions, on_dismiss=_ignore),
    )


def _sheet(say: Callable[[str], str]) -> w.Page:
    rows = [
        w.ListItem(name, leading=w.Icon(icon), on_tap=_ignore)
        for icon, name in (
            ("share-variant", "Share"),
            ("link", "Copy link"),
            ("delete-outline", "Delete"),
        )
    ]
    form = _form(say)
    return w.Page(
        form.body, top=form.top, overlay=w.BottomSheet("AY 72", w.Column(rows), on_dismiss=_ignore)
    )


def _menu(say: Callable[[str], str]) -> w.Page:
    items = (("Refresh", _ignore), (say("Settings"), _ignore), ("Help & feedback", _ignore))
    form = _form(say)
    return w.Page(form.body, top=form.top, overlay=w.Menu(items, on_dismiss=_ignore, key="menu"))


def _launcher() -> w.Page:
    apps = (
        ("airplane", "Bookings", "#1a73e8"),
        ("cog", "Settings", "#5f6368"),
        ("account", "Contacts", "#1e8e3e"),
        ("message-text", "Messages", "#8430ce"),
        ("clock", "Clock", "#3c4043"),
        ("note-text", "Notes", "#f9ab00"),
        ("cart", "Shop", "#d93025"),
        ("folder", "Files", "#129eaf"),
    )
    icons = [
        w.AppIcon(icon, label, _ignore, color=color, label_color="#ffffff")
        for icon, label, color in apps
    ]
    return w.Page(
        w.Column((w.Expand(w.Gap(0)), w.Grid(icons, columns=4)), padding=12), background="#243b55"
    )
