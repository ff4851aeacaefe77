"""``agent replay``: decide recordings again, and see whether all comes out as it was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.run import (
    Mask,
    MaxSteps,
    Quiet,
    Scenario,
    Script,
    Secret,
    Seed,
    Timeout,
    Yes,
    output_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from agent.cli.perform import Output
    from agent.cli.replay_text import Printer
    from agent.config import Config
    from agent.replay.divergence import Replayed
    from agent.replay.forced import Forced
    from agent.wiring.redecide import Opened

    Found = Replayed | Forced
    Progress = Callable[[int, int], None]
    Again = Callable[[Opened, Progress], Sequence[Found]]

Recordings = Annotated[
    list[str],
    typer.Argument(help="Folders, their names, the start or end of them, or 'last'."),
]
Parser = Annotated[
    bool, typer.Option("--parser", help="Read the recorded replies again: the same actions?")
]
Loop = Annotated[
    bool, typer.Option("--loop", help="Run the whole loop again: the same requests and steps?")
]
Update = Annotated[
    bool, typer.Option("--update", help="With the loop: keep what comes out as a new recording.")
]
Out = Annotated[
    Path | None, typer.Option(help="Folder of that recording. Default: a new one beside the old.")
]
Policy = Annotated[
    str | None,
    typer.Option(help="Ask this policy at every recorded step; with --live, where it must."),
]
Model = Annotated[str | None, typer.Option(help="Ask this model at every recorded step.")]
Server = Annotated[str | None, typer.Option(help="Server of that model.")]
Dialect = Annotated[str | None, typer.Option(help="How that model is spoken to.")]
MinPixels = Annotated[int | None, typer.Option(help="Smallest picture that model is shown.")]
MaxPixels = Annotated[int | None, typer.Option(help="Largest picture that model is shown.")]
Live = Annotated[bool, typer.Option("--live", help="Perform it again on a device.")]
Mode = Annotated[
    str | None, typer.Option(help="With --live, how far it may heal: strict, heal or agent.")
]
Device = Annotated[
    str | None, typer.Option(help="ADB serial, HOST:PORT or 'virtual'. Default: as recorded.")
]
RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]


def replay(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    recordings: Recordings,
    *,
    parser: Parser = False,
    loop: Loop = False,
    update: Update = False,
    out: Out = None,
    live: Live = False,
    mode: Mode = None,
    policy: Policy = None,
    model: Model = None,
    server: Server = None,
    dialect: Dialect = None,
    min_pixels: MinPixels = None,
    max_pixels: MaxPixels = None,
    script: Script = None,
    device: Device = None,
    scenario: Scenario = None,
    seed: Seed = None,
    max_steps: MaxSteps = None,
    timeout: Timeout = None,
    secret: Secret = None,
    mask: Mask = None,
    yes: Yes = False,
    record_dir: RecordDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Decide recordings again, or perform one again on a device.

    Without a mode: --parser and, where the policy can be run again, --loop. Exit code 0 if all is
    the same, 1 if something diverged, 2 if a recording cannot be used.
    """
    other: dict[str, object] = {"policy": policy, "model": model, "server": server}
    other.update(dialect=dialect, min_pixels=min_pixels, max_pixels=max_pixels)
    on_device: dict[str, object] = {
        "script": script,
        "device": device,
        "scenario": scenario,
        "seed": seed,
        "max_steps": max_steps,
        "timeout_s": timeout,
        "secrets": tuple(secret) if secret else None,
        "mask": tuple(mask) if mask else None,
        "approve": "always" if yes else None,
    }
    if live:
        _require_live_alone(recordings, alone=not (parser or loop or update or out))
        other.update(on_device, record_dir=record_dir)
        return _on_device(recordings[0], mode or "heal", other, output_of(as_json, quiet))
    _require_live({**on_device, "mode": mode, "quiet": quiet or None})
    forced = any(value is not None for value in other.values())
    _require_one_mode(parser=parser, loop=loop or update, forced=forced)
    _require_one_target(recordings, out, update=update)
    modes = None if forced else _modes(parser=parser, loop=loop, update=update, out=out)
    _require_one_decider(policy, model or server)
    said = _in_words(parser=parser, loop=loop, update=update, forced=forced)
    return _decide_again(recordings, {"record_dir": record_dir, **other}, modes, said, as_json)


def _on_device(name: str, mode: str, flags: "Mapping[str, object]", output: "Output") -> int:
    from agent.cli.replay_live import replay_on_device

    return replay_on_device(name, mode, flags, output)


def _decide_again(
    recordings: list[str],
    flags: "Mapping[str, object]",
    modes: "AbstractContextManager[Again] | None",
    said: str,
    as_json: bool,  # noqa: FBT001 - the flag of the same name
) -> int:
    """Decide each of ``recordings`` again; without ``modes``, by who ``flags`` name."""
    from agent.cli.progress import counting
    from agent.cli.replay_text import Printer
    from agent.config import load_config

    config = load_config(flags).config
    printer = Printer(as_json=as_json, several=len(recordings) > 1, mode=said)
    chosen = _forced(config, printer.notice) if modes is None else modes
    with chosen as again, counting("step") as progress:
        for name in recordings:
            _replay_one(name, config.record_dir, (again, progress), printer)
    return printer.close()


def _replay_one(name: str, parent: Path, by: "tuple[Again, Progress]", printer: "Printer") -> None:
    from agent.recording.reader import find_recording
    from agent.wiring.redecide import open_recording
    from tools.errors import UsageError

    again, progress = by
    folder = Path(name)  # as it is told where there is no such recording
    try:
        folder = find_recording(name, parent)
        opened = open_recording(folder)
        printer.began(opened)
        printer.found(opened, again(opened, progress))
    except UsageError as error:
        if not printer.several:
            raise
        printer.unusable(folder, str(error))


def _require_live_alone(recordings: list[str], *, alone: bool) -> None:
    from tools.errors import UsageError

    if not alone:
        raise UsageError(
            "--live performs a recording on a device; --parser, --loop, --update need none.",
            hint="Leave one of them out.",
        )
    if len(recordings) > 1:
        raise UsageError("One recording at a time is performed again.", hint="Name one of them.")


def _require_live(given: "Mapping[str, object]") -> None:
    from agent.config import flag_name
    from tools.errors import UsageError

    named = [
        flag_name("yes" if name == "approve" else name)
        for name, value in given.items()
        if value is not None
    ]
    if named:
        raise UsageError(f"{named[0]} is for a replay on a device.", hint="Add --live.")


def _require_one_mode(*, parser: bool, loop: bool, forced: bool) -> None:
    from tools.errors import UsageError

    if forced and (parser or loop):
        raise UsageError(
            "--policy and --model ask somebody else; --parser and --loop ask nobody.",
            hint="Leave one of them out.",
        )


def _require_one_decider(policy: str | None, model: str | None) -> None:
    from tools.errors import UsageError

    if policy == "rules" and model is not None:
        raise UsageError("The policy 'rules' asks no model.", hint="Leave one of them out.")


def _in_words(*, parser: bool, loop: bool, update: bool, forced: bool) -> str:
    if forced:
        return "somebody else is asked at every recorded step"
    named = [
        words
        for chosen, words in (
            (parser, "the replies are read again"),
            (loop and not update, "the loop runs again"),
            (update, "the loop runs again, and is recorded anew"),
        )
        if chosen
    ]
    return " and ".join(named) or _both()


def _both() -> str:
    """What is done where no mode is chosen."""
    from agent.wiring.redecide import LOOP_POLICIES

    *others, last = LOOP_POLICIES
    whose = f"{', '.join(others)} or {last}"
    return f"the replies are read again, then the loop runs again if {whose} decided"


def _require_one_target(recordings: list[str], out: Path | None, *, update: bool) -> None:
    from tools.errors import UsageError

    if out is not None and not update:
        raise UsageError("--out is where --update writes to.", hint="Add --update.")
    if out is not None and len(recordings) > 1:
        raise UsageError("One folder cannot hold several recordings.", hint="Leave out --out.")


def _modes(
    *, parser: bool, loop: bool, update: bool, out: Path | None
) -> "AbstractContextManager[Again]":
    """Nobody is asked."""
    from contextlib import nullcontext

    from agent.wiring.redecide import loop_again, parser_again, update_again

    def again(opened: "Opened", progress: "Progress") -> "Iterator[Found]":
        chosen = parser or loop or update
        if parser or not chosen:
            yield parser_again(opened, progress)
        if update:
            yield update_again(opened, progress, out)
        elif loop or (not chosen and opened.runs_again):
            yield loop_again(opened, progress)

    return nullcontext(lambda opened, progress: tuple(again(opened, progress)))


def _forced(config: "Config", notice: "Callable[[str], None]") -> "AbstractContextManager[Again]":
    """Somebody else is asked."""
    from contextlib import contextmanager

    from agent.wiring.redecide import other_decider

    @contextmanager
    def asked() -> "Iterator[Again]":
        with other_decider(config, notice) as decide:
            yield lambda opened, progress: (decide(opened, progress),)

    return asked()
