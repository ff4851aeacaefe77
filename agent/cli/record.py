"""``agent record``: the person acts, and what they do becomes a recording like any other."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # heavy
    from agent.config import Config
    from agent.step import Episode
    from agent.wiring.audience import Audience

UNTOLD = "(recorded by a person)"
"""The goal of a recording when nobody said what it is about."""


def _option(help_text: str) -> object:
    return typer.Option(help=help_text)


Goal = Annotated[str | None, typer.Argument(help="What you are about to do, in your words.")]
Device = Annotated[str | None, _option("ADB serial, HOST:PORT or 'virtual'. Default: as in run.")]
App = Annotated[str | None, _option("App to open first, by name or package.")]
Seed = Annotated[int | None, _option("Seed of the virtual phone.")]
Scenario = Annotated[str | None, _option("What the virtual phone is like, such as dark,zh.")]
RecordDir = Annotated[Path | None, _option("Folder that recordings are put into.")]
Secret = Annotated[
    list[str] | None,
    typer.Option(help="Secret that is recorded by its name only; may be repeated.", metavar="NAME"),
]
Touch = Annotated[
    bool | None,
    typer.Option(
        "--touch/--no-touch",
        help="Record what is done on the device itself. Default: on a real phone or desktop.",
    ),
]
Port = Annotated[int, typer.Option(help="Of the page on this machine; 0: any.", min=0, max=65535)]
NoOpen = Annotated[
    bool, typer.Option("--no-open", help="Print the page's address, open no browser.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print address and last line only.")]


def record(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    goal: Goal = None,
    *,
    device: Device = None,
    app: App = None,
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    secret: Secret = None,
    touch: Touch = None,
    port: Port = 0,
    no_open: NoOpen = False,
    quiet: Quiet = False,
) -> int:
    """Record what you do yourself on a device."""
    from agent.cli.perform import Output, Told, follow_run
    from agent.config import load_config

    flags = {
        "device": device,
        "app": app,
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
        "secrets": tuple(secret) if secret else None,
    }
    visit = _Visit(port, touch, browse=not no_open)
    said = goal if goal is not None else _ask_goal()
    loaded = load_config(flags)
    code = follow_run(
        lambda live: Told(visit.pursue(loaded.config, said, live)),
        loaded.notes,
        Output.QUIET if quiet else Output.FULL,
    )
    if not quiet:
        for folder in visit.kept:
            _say_what_next(folder)
    return code


@dataclass
class _Visit:
    """One recording, from the page's address to the folder that is kept.

    Attributes:
        kept: The folder, once there is one.
    """

    port: int
    touch: bool | None
    browse: bool
    kept: list[Path] = field(default_factory=list)

    def pursue(self, config: "Config", goal: str, audience: "Audience") -> "Episode":
        from agent.wiring.person import record_person

        episode = record_person(
            config, goal, audience, port=self.port, touch=self.touch, opened=self._opened
        )
        if episode.recording is not None:
            self.kept.append(episode.recording)
        return episode

    def _opened(self, url: str) -> None:
        show_page(url, browse=self.browse)


def show_page(url: str, *, browse: bool) -> None:
    """Say where a page of this machine is, and open it if somebody looks at a screen here."""
    # Unbuffered and on standard error: whoever reads the output by a pipe needs it now.
    print(f"Open  {url}", file=sys.stderr, flush=True)  # noqa: T201 - the CLI speaks
    if browse and _somebody_looks():
        _open_browser(url)


def _ask_goal() -> str:
    """The goal stands in the first line of a recording, so it is asked for at the beginning."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return UNTOLD
    print("What are you about to do? (Enter: leave it open)", file=sys.stderr)  # noqa: T201 - the CLI speaks
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or UNTOLD


def _somebody_looks() -> bool:
    return sys.stderr.isatty() and has_display()


def has_display(*, environ: Mapping[str, str] | None = None) -> bool:
    """Whether this machine has a screen that a browser could open on."""
    from agent.config import environment_keys

    named = environment_keys(("DISPLAY", "WAYLAND_DISPLAY"), environ=environ)
    return sys.platform in {"darwin", "win32"} or any(named.values())


def _open_browser(url: str) -> None:
    import webbrowser
    from threading import Thread

    # In a thread: some browsers return only when they are closed.
    Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _say_what_next(folder: Path) -> None:
    import shlex

    name = shlex.quote(str(folder))
    for what, command in (
        ("Show", f"agent show {name}"),
        ("Replay", f"agent replay {name} --live"),
        ("Export", f"agent export {name} --gif {shlex.quote(folder.name)}.gif"),
    ):
        typer.echo(f"{what:10} {command}")
