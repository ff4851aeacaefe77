"""``agent test``: run task files as tests."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer


def _option(help_text: str, metavar: str | None = None, name: str = "") -> object:
    return typer.Option(*([name] if name else []), help=help_text, metavar=metavar)


def _number(help_text: str, least: int, most: int) -> object:
    return typer.Option(help=help_text, min=least, max=most, metavar="N")


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Task files, folders, patterns or ids of cases. Left out: the folder tasks.",
        show_default=False,
    ),
]
Keywords = Annotated[str, _option("Words in ids: 'dark and not zh'.", "WORDS", "-k")]
Tags = Annotated[str, _option("Tags: 'smoke or settings'.", "TAGS")]
Shard = Annotated[str, _option("One of several parts, such as 2/3.", "I/N")]
LastFailed = Annotated[
    bool, typer.Option("--last-failed", "--lf", help="Only what failed last time.")
]
Device = Annotated[
    str,
    _option(
        "Serials a,b, 'all', 'virtual' or 'virtual:4', 'desktop'. Default: what phones are "
        "attached. A desktop must be named."
    ),
]
Jobs = Annotated[int | None, _number("At most so many at once.", 1, 64)]
Retries = Annotated[int | None, _number("Try again so often. Default: as the task says.", 0, 10)]
Repeat = Annotated[int, _number("Run each so often.", 1, 1000)]
MaxFail = Annotated[int, _number("Begin nothing more after so many bad ones; 0: go on.", 0, 100000)]
RequireChecks = Annotated[
    bool, typer.Option("--require-checks", help="Fail if a case has no checks.")
]
FailFlaky = Annotated[
    bool, typer.Option("--fail-flaky", help="Fail if a case passed only when tried again.")
]
JUnit = Annotated[Path | None, _option("JUnit XML file to write.", "FILE", "--junit")]
Report = Annotated[Path | None, _option("Folder to write a report into.", "DIR")]
Policy = Annotated[str | None, _option("Who pursues goals: rules, vlm or scripted.")]
Model = Annotated[str | None, _option("Model to ask. Makes vlm decide.")]
Server = Annotated[str | None, _option("Server of the model: an address, or vllm, ollama, ...")]
Timeout = Annotated[
    float | None, _option("For a case that sets no time itself. Default: 600.", "SECONDS")
]
Cache = Annotated[str | None, _option("Reach goals from memory: off, read, auto or refresh.")]
Seed = Annotated[int | None, _option("Seed of virtual phones, where a task sets none.")]
Scenario = Annotated[str | None, _option("What virtual phones are like, where a task sets none.")]
RecordDir = Annotated[Path | None, _option("Folder that recordings are put into.")]
AllowPython = Annotated[
    bool, typer.Option("--allow-python", help="Let checks call functions of Python files.")
]
UpdateBaselines = Annotated[
    bool, typer.Option("--update-baselines", help="Make baselines of screens anew.")
]
EngineName = Annotated[str, _option("Where cases are run: here, or ray (a cluster).", "ENGINE")]
RayAddress = Annotated[str, _option("The Ray cluster: auto, or the host:port of its head.")]
Yes = Annotated[
    bool,
    typer.Option("--yes", help="Allow what a rule wants asked; no countdown on a desktop."),
]
Listing = Annotated[bool, typer.Option("--list", help="Only list what would be run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")]


def run_task_files(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    paths: Paths = None,
    *,
    keywords: Keywords = "",
    tags: Tags = "",
    shard: Shard = "",
    last_failed: LastFailed = False,
    device: Device = "",
    jobs: Jobs = None,
    retries: Retries = None,
    repeat: Repeat = 1,
    maxfail: MaxFail = 0,
    require_checks: RequireChecks = False,
    fail_flaky: FailFlaky = False,
    junit: JUnit = None,
    report: Report = None,
    policy: Policy = None,
    model: Model = None,
    server: Server = None,
    timeout: Timeout = None,
    cache: Cache = None,
    seed: Seed = None,
    scenario: Scenario = None,
    record_dir: RecordDir = None,
    allow_python: AllowPython = False,
    yes: Yes = False,
    update_baselines: UpdateBaselines = False,
    engine: EngineName = "here",
    ray_address: RayAddress = "auto",
    listing: Listing = False,
    as_json: AsJson = False,
) -> int:
    """Run task files as tests, on one device or several."""
    from agent.cli.suite_run import Choice, Manner, run_tests, tell_notice
    from agent.config import load_config
    from agent.suite.checks.context import Permissions
    from agent.suite.runner.status import Strictness
    from agent.wiring.suite import RunOptions, performer_of

    deciding = {"policy": policy, "model": model, "server": server, "cache": cache}
    phone = {"seed": seed, "scenario": scenario}
    flags: dict[str, object] = {**deciding, **phone, "timeout_s": timeout}
    flags |= {"record_dir": record_dir, "approve": "always" if yes else None}
    choice = Choice(tuple(paths or ()), keywords, tags, shard, last_failed)
    manner = Manner(
        options=RunOptions(device, jobs, maxfail, engine=engine, ray_address=ray_address),
        retries=retries,
        repeat=repeat,
        strictness=Strictness(require_checks=require_checks, fail_flaky=fail_flaky),
        junit=junit,
        report=report,
        listing=listing,
        as_json=as_json,
    )
    allowed = Permissions(python=allow_python, update_baselines=update_baselines)
    who = partial(performer_of, permissions=allowed, notice=tell_notice)
    return run_tests(load_config(flags).config, choice, manner, who)
