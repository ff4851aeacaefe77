"""``agent record``: the person acts, and what they do becomes a recording like any other."""

import sys
from pathlib import Path
from typing import Annotated

import typer

UNTOLD = "(recorded by a person)"
"""The goal of a recording when nobody said what it is about."""


def record(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    goal: Annotated[
        str | None, typer.Argument(help="What you are about to do, in your words.")
    ] = None,
    *,
    device: Annotated[
        str | None, typer.Option(help="ADB serial, HOST:PORT or 'virtual'. Default: as in run.")
    ] = None,
    app: Annotated[str | None, typer.Option(help="App to open first, by name or package.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the virtual phone.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="What the virtual phone is like, such as dark,zh.")
    ] = None,
    record_dir: Annotated[
        Path | None, typer.Option(help="Folder that recordings are put into.")
    ] = None,
    touch: Annotated[
        bool | None,
        typer.Option(
            "--touch/--no-touch",
            help="Record what a finger does on the device's own screen. Default: on a real phone.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(help="Of the page on this machine; 0: any.", min=0, max=65535)
    ] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the page's address, open no browser.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Print address and last line only.")
    ] = False,
) -> int:
    """Record what you do yourself on a device."""
    from agent.cli.perform import Output, perform
    from agent.config import Config, load_config
    from agent.step import Episode
    from agent.wiring.audience import Audience
    from agent.wiring.person import record_person

    flags = {
        "device": device,
        "app": app,
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
    }
    kept: list[Path] = []

    def pursue(config: Config, goal: str, audience: Audience) -> Episode:
        def opened(url: str) -> None:
            # Unbuffered and on standard error: whoever reads the output by a pipe needs it now.
            print(f"Open  {url}", file=sys.stderr, flush=True)  # noqa: T201 - the CLI speaks
            if not no_open and _somebody_looks():
                _open_browser(url)

        episode = record_person(config, goal, audience, port=port, touch=touch, opened=opened)
        if episode.recording is not None:
            kept.append(episode.recording)
        return episode

    code = perform(
        goal if goal is not None else _ask_goal(),
        load_config(flags),
        Output.QUIET if quiet else Output.FULL,
        pursue=pursue,
    )
    if kept and not quiet:
        _say_what_next(kept[0])
    return code


def _ask_goal() -> str:
    """The goal stands in the first line of a recording, so it is asked for at the beginning."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return UNTOLD
    print("What are you about to do? (Enter: leave it open)", file=sys.stderr)  # noqa: T201 - the CLI speaks
    sys.stderr.write("> ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() or UNTOLD


def _somebody_looks() -> bool:
    from agent.config import has_display

    return sys.stderr.isatty() and has_display()


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
        ("Export", f"agent export {name} --gif"),
    ):
        typer.echo(f"{what:10} {command}")
