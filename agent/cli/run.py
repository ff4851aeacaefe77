"""``agent run``: pursue one goal."""

from pathlib import Path
from typing import Annotated

import typer


def _option(help_text: str, metavar: str | None = None) -> object:
    return typer.Option(help=help_text, metavar=metavar)


Goal = Annotated[str, typer.Argument(help="What is to be done, in your words.")]
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
Seed = Annotated[int | None, _option("Seed of the virtual phone.")]
Scenario = Annotated[str | None, _option("What the virtual phone is like, such as dark,zh.")]
RecordDir = Annotated[Path | None, _option("Folder that recordings are put into.")]
Tools = Annotated[
    list[str] | None, _option("Module with further tools; may be repeated.", "MODULE")
]
Yes = Annotated[bool, typer.Option("--yes", help="Allow what a rule wants asked.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the first action, perform nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the last line only.")]


def run(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    goal: Goal,
    *,
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
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    tools: Tools = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Pursue a goal on a screen and record it."""
    from agent.cli.perform import Output, perform
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
        "seed": seed,
        "scenario": scenario,
        "record_dir": record_dir,
        "tools": tuple(tools) if tools else None,
        "approve": "always" if yes else None,
        "dry_run": dry_run or None,
    }
    output = Output.JSON if as_json else Output.QUIET if quiet else Output.FULL
    return perform(goal, load_config(flags), output)
