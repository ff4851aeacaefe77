"""A call that is being placed."""

from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Column,
    Expand,
    Gap,
    Page,
    Row,
    Text,
)


def build(ctx: Context) -> Page:
    """Who is called, and a button to hang up; nobody ever answers."""
    name, number = ctx.state["name"], ctx.state["number"]
    video = ctx.state["kind"] == "video"

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
    hang_up = Button(ctx.t("End call"), end, icon="phone-hangup", key="end_call")
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
