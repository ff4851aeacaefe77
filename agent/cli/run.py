"""``agent run``: pursue one goal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agent.cli.perform import Output
    from agent.config import LoadedConfig


def _option(help_text: str, metavar: str | None = None) -> object:
    return typer.Option(help=help_text, metavar=metavar)


Goal = Annotated[str, typer.Argument(help="What is to be done, in your words.", show_default=False)]
From = Annotated[str | None, typer.Option("--from", help="Recording to go on from.", metavar="REC")]
Step = Annotated[
    int | None, _option("First step of it to decide anew; what is before is replayed.", "K")
]
Resume = Annotated[str | None, _option("Interrupted recording to go on with at its end.", "REC")]
Device = Annotated[
    str | None,
    _option("ADB serial, HOST:PORT, 'virtual' or 'desktop'. Default: the one phone attached."),
]
Policy = Annotated[str | None, _option("Who decides: rules, vlm or scripted.")]
Model = Annotated[
    str | None, _option("Model to ask: a name, a folder, or 'auto'. Makes vlm decide.")
]
Server = Annotated[
    str | None, _option("Server of the model: an address, or vllm, ollama, openai, ...")
]
Dialect = Annotated[str | None, _option("How the model is spoken to. Default: by its name.")]
MinPixels = Annotated[int | None, _option("Smallest picture the model is shown.")]
MaxPixels = Annotated[int | None, _option("Largest picture the model is shown.")]
Script = Annotated[Path | None, _option("Decisions for the policy scripted (YAML or JSON).")]
MaxSteps = Annotated[int | None, _option("Give up after so many steps.")]
Timeout = Annotated[float | None, _option("Give up after so many seconds.", "SECONDS")]
App = Annotated[str | None, _option("App to open first, by name or package.")]
Expect = Annotated[
    list[str] | None,
    _option("Text that must be on the screen at the end; may be repeated.", "TEXT"),
]
Cache = Annotated[
    bool, typer.Option("--cache", help="Reach from memory what was reached and checked before.")
]
Seed = Annotated[int | None, _option("Seed of the virtual phone.")]
Scenario = Annotated[str | None, _option("What the virtual phone is like, such as dark,zh.")]
RecordDir = Annotated[Path | None, _option("Folder that recordings are put into.")]
Tools = Annotated[
    list[str] | None, _option("Module with further tools; may be repeated.", "MODULE")
]
Secret = Annotated[
    list[str] | None,
    _option("Secret that may be typed as <secret:NAME>; may be repeated.", "NAME"),
]
Mask = Annotated[
    list[str] | None, _option("Region to hide: L,T,R,B in px, or text=WORDS.", "REGION")
]
Yes = Annotated[bool, typer.Option("--yes", help="Allow what a rule wants asked.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the first action, perform nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the last line only.")]


def run(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    goal: Goal = "",
    *,
    from_: From = None,
    step: Step = None,
    resume: Resume = None,
    device: Device = None,
    policy: Policy = None,
    model: Model = None,
    server: Server = None,
    dialect: Dialect = None,
    min_pixels: MinPixels = None,
    max_pixels: MaxPixels = None,
    script: Script = None,
    max_steps: MaxSteps = None,
    timeout: Timeout = None,
    app: App = None,
    expect: Expect = None,
    cache: Cache = False,
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    tools: Tools = None,
    secret: Secret = None,
    mask: Mask = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Pursue a goal on a screen and record it."""
    from agent.config import load_config

    flags = {
        "device": device,
        "policy": policy,
        "model": model,
        "server": server,
        "dialect": dialect,
        "min_pixels": min_pixels,
        "max_pixels": max_pixels,
        "script": script,
        "max_steps": max_steps,
        "timeout_s": timeout,
        "app": app,
        "expect": tuple(expect) if expect else None,
        "cache": "auto" if cache else None,
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
        "tools": tuple(tools) if tools else None,
        "secrets": tuple(secret) if secret else None,
        "mask": tuple(mask) if mask else None,
        "approve": "always" if yes else None,
        "dry_run": dry_run or None,
    }
    return _begin(goal, (from_, step, resume), load_config(flags), output_of(as_json, quiet))


def output_of(as_json: bool, quiet: bool) -> "Output":  # noqa: FBT001 - the flags of these names
    """How much is printed."""
    from agent.cli.perform import Output

    return Output.JSON if as_json else Output.QUIET if quiet else Output.FULL


def _begin(
    goal: str,
    origin: tuple[str | None, int | None, str | None],
    loaded: "LoadedConfig",
    output: "Output",
) -> int:
    """Begin a run of its own, or go on from a recording: ``--from``, ``--step``, ``--resume``."""
    from agent.cli.perform import perform
    from agent.cli.replay_live import go_on_from
    from tools.errors import UsageError

    from_, step, resume = origin
    if from_ is not None and resume is not None:
        raise UsageError("--from and --resume do not go together.", hint="Leave one of them out.")
    if step is not None and from_ is None:
        raise UsageError("--step needs a recording.", hint="Name it with --from REC.")
    name = from_ if from_ is not None else resume
    if name is None:
        return perform(goal, loaded, output)
    return go_on_from(name, step, goal, loaded, output)
