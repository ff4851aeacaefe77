"""A call that is being placed."""

from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Card,
    Column,
    Expand,
    Gap,
    Icon,
    Page,
    Row,
    Text,
)


def build(ctx: Context) -> Page:
    """Who is called, and a button to hang up; nobody ever answers."""
    name, number = ctx.state.get("name", ""), ctx.state.get("number", "")
    video = ctx.state.get("kind") == "video"

    def end() -> None:
        ctx.toast(ctx.t("Call ended"))
        ctx.pop()

    status = ctx.t("Video calling…") if video else ctx.t("Calling…")
    parts = [
        Text(status, style="subtitle", color="on_surface_variant", align="center"),
        Avatar(people.initials(name), color=people.avatar_color(name), size=144),
        Text(name, style="headline", align="center"),
        Text(number, color="on_surface_variant", align="center"),
    ]
    label = Text(ctx.t("End call"), style="label", color="on_error", weight="medium")
    hang_up = Card(
        Row([Icon("phone-hangup", color="on_error"), label], gap=12),
        on_tap=end,
        color="error",
        padding=(24, 12),
        key="end_call",
    )
    return Page(
        Column(
            [
                Gap(72),
                Column(parts, gap=20, align="center"),
                Expand(Gap(0)),
                Row([hang_up], justify="center"),
                Gap(48),
            ],
            padding=(24, 0),
        ),
        background="surface_container",
    )
