"""A small real app and a hand that uses a phone by what its accessibility tree says."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import ClassVar

from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.ui.nodes import Node
from tools.virtual_phone.ui.widgets import (
    Button,
    Column,
    Dialog,
    IconButton,
    ListItem,
    Page,
    Scroll,
    Slider,
    Text,
    TextField,
    TopBar,
)

DEMO = "com.example.demo"
LAUNCHER = "com.android.launcher3"
FRUIT = ("apple", "pear", "plum", "cherry", "quince", "fig", "melon", "grape")


def main(ctx: Context) -> Page:
    def count() -> None:
        ctx.state["count"] = ctx.state.get("count", 0) + 1

    def held(name: str) -> Callable[[], None]:
        return lambda: ctx.toast(f"Held {name}")

    rows = ctx.db.execute("SELECT name, amount FROM items ORDER BY id").fetchall()
    items = [
        ListItem(name, subtitle=str(amount), on_tap=count, on_long_press=held(name))
        for name, amount in rows
    ]
    head = Column(
        [
            Text(f"Count {ctx.state.get('count', 0)}", key="count"),
            Text(f"Result {ctx.state.get('result', 'none')}"),
            Button("Add one", count),
            Button("Open form", lambda: ctx.push("Form", given="from main")),
            Button("Ask", lambda: ctx.state.update(asking=True)),
            Button("Draw lots", lambda: ctx.toast(f"Lot {ctx.random().randint(0, 10**9)}")),
        ]
    )
    asking = Dialog(
        "Sure?",
        Text("Really"),
        [Button("Yes", lambda: ctx.state.update(asking=False))],
        on_dismiss=lambda: ctx.state.update(asking=False),
    )
    return Page(
        Scroll(Column([head, *items]), key="items"),
        top=TopBar("Demo"),
        overlay=asking if ctx.state.get("asking") else None,
    )


def form(ctx: Context) -> Page:
    def save() -> None:
        ctx.db.execute(
            "INSERT INTO items (name, amount) VALUES (?, ?)",
            (ctx.text("name"), int(ctx.text("amount") or 0)),
        )
        ctx.toast("Saved")
        ctx.pop(result=ctx.text("name"))

    body = Column(
        [
            Text(f"Given {ctx.state['given']}"),
            TextField("name", "Name", on_change=lambda text: ctx.state.update(heard=text)),
            Text(f"Heard {ctx.state.get('heard', '')}"),
            TextField("amount", "Amount", kind="number"),
            Slider("level", ctx.state.get("level", 0.5), lambda v: ctx.state.update(level=v)),
            Text(f"Level {ctx.state.get('level', 0.5):.2f}"),
            TextField("note", "Note", kind="multiline"),
            TextField("query", "Query", kind="search", on_submit=lambda t: ctx.toast(f"Go {t}")),
        ]
    )
    top = TopBar(
        ctx.t("Form"), on_back=ctx.pop, actions=[IconButton("check", "Save", save, key="save")]
    )
    return Page(Scroll(body, key="form"), top=top)


def broken(ctx: Context) -> Page:
    def fail() -> None:
        ctx.state["touched"] = True
        raise RuntimeError("a bug in the app")

    touched = ctx.state.get("touched", False)
    return Page(Column([Button("Break", fail), Text(f"Touched {touched}")]))


class DemoApp(App):
    package: ClassVar[str] = DEMO
    label: ClassVar[str] = "Demo"
    icon: ClassVar[str] = "star"
    color: ClassVar[str] = "#1a73e8"
    home: ClassVar[str] = "Main"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Main": main,
        "Form": form,
        "Broken": broken,
    }

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        db.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, amount INTEGER)")
        for _ in range(40):
            row = (seed.rng.choice(FRUIT), seed.rng.randint(1, 999))
            db.execute("INSERT INTO items (name, amount) VALUES (?, ?)", row)


class OtherApp(DemoApp):
    package: ClassVar[str] = "com.example.other"
    label: ClassVar[str] = "Other"
    color: ClassVar[str] = "#188038"


def make_phone(scenario: str = "default", seed: int = 0) -> Phone:
    """A phone with the launcher and two small apps."""
    return Phone(apps=(LauncherApp(), DemoApp(), OtherApp()), scenario=scenario, seed=seed)


class Hand:
    """Uses a phone as a person who reads the screen would."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone

    def texts(self) -> list[str]:
        """All texts and descriptions that show."""
        nodes = list(self.phone.window().walk())
        return [part for node in nodes for part in (node.text, node.content_desc) if part]

    def shows(self, text: str) -> bool:
        """Whether a text shows exactly so."""
        return text in self.texts()

    def find(self, text: str) -> Node:
        """The first node with that text, description or hint."""
        for node in self.phone.window().walk():
            if text in (node.text, node.content_desc, node.hint):
                return node
        raise AssertionError(f"{text!r} is not among {self.texts()}")

    def tap(self, text: str) -> None:
        """Tap in the middle of it."""
        self.phone.tap(*self.find(text).center)

    def field(self, key: str) -> Node:
        """The text field of that key."""
        for node in self.phone.window().walk():
            if node.resource_id.endswith(f"id/{key}") and node.class_name.endswith("EditText"):
                return node
        raise AssertionError(f"no field {key!r}")

    def keyboard(self) -> bool:
        """Whether the soft keyboard is up."""
        return self.phone.keyboard_shown

    def focus(self, key: str) -> None:
        """Tap on a text field."""
        self.phone.tap(*self.field(key).center)
