"""``agent replay``: decide recordings again, and see whether all comes out as it was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

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
    str | None, typer.Option(help="Ask this policy at every recorded step: rules or vlm.")
]
Model = Annotated[str | None, typer.Option(help="Ask this model at every recorded step.")]
Server = Annotated[str | None, typer.Option(help="Server of that model.")]
Dialect = Annotated[str | None, typer.Option(help="How that model is spoken to.")]
MinPixels = Annotated[int | None, typer.Option(help="Smallest picture that model is shown.")]
MaxPixels = Annotated[int | None, typer.Option(help="Largest picture that model is shown.")]
RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]


def replay(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    recordings: Recordings,
    *,
    parser: Parser = False,
    loop: Loop = False,
    update: Update = False,
    out: Out = None,
    policy: Policy = None,
    model: Model = None,
    server: Server = None,
    dialect: Dialect = None,
    min_pixels: MinPixels = None,
    max_pixels: MaxPixels = None,
    record_dir: RecordDir = None,
    as_json: AsJson = False,
) -> int:
    """Decide recordings again, without a device.

    Without a mode: --parser and, where the policy can be run again, --loop. Exit code 0 if all is
    the same, 1 if something diverged, 2 if a recording cannot be used.
    """
    from agent.cli.progress import counting
    from agent.cli.replay_text import Printer
    from agent.config import load_config
    from agent.recording.reader import find_recording

    other = {
        "policy": policy,
        "model": model,
        "server": server,
        "dialect": dialect,
        "min_pixels": min_pixels,
        "max_pixels": max_pixels,
    }
    forced = any(value is not None for value in other.values())
    _require_one_mode(parser=parser, loop=loop or update, forced=forced)
    _require_one_decider(policy, model or server)
    _require_one_target(recordings, out, update=update)
    config = load_config({"record_dir": record_dir, **other}).config
    folders = [find_recording(name, config.record_dir) for name in recordings]
    mode_words = _in_words(parser=parser, loop=loop, update=update, forced=forced)
    printer = Printer(as_json=as_json, several=len(folders) > 1, mode=mode_words)
    if forced:
        mode = _forced(config, printer.notice)
    else:
        mode = _modes(parser=parser, loop=loop, update=update, out=out)
    with mode as again, counting("step") as progress:
        for folder in folders:
            _replay_one(folder, again, printer, progress)
    return printer.close()


def _replay_one(folder: Path, again: "Again", printer: "Printer", progress: "Progress") -> None:
    from agent.wiring.redecide import open_recording
    from tools.errors import UsageError

    try:
        opened = open_recording(folder)
        printer.began(opened)
        printer.found(opened, again(opened, progress))
    except UsageError as error:
        if not printer.several:
            raise
        printer.unusable(folder, str(error))


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
    return " and ".join(named) or (
        "the replies are read again, then the loop runs again (none was named)"
    )


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
