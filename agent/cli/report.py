"""``agent report``: recordings as a page to look at in a browser."""

from pathlib import Path
from typing import Annotated

import typer

Recorded = Annotated[
    list[str],
    typer.Argument(
        metavar="RECORDING",
        help="Folders, their names, the start or end of them, or 'last'.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the report, or its file. Default: report, or report.html."),
]
SingleFile = Annotated[
    bool, typer.Option("--single-file", help="Write one file with small pictures in it.")
]
MaxSize = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        max=10_000,
        metavar="MB",
        help="Largest single file; pictures give way. Default: 25.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Write over what is no report.")]
RecordDir = Annotated[Path | None, typer.Option(help="Folder that recordings are in.")]


def report(
    recordings: Recorded,
    *,
    out: Out = None,
    single_file: SingleFile = False,
    max_size: MaxSize = None,
    force: Force = False,
    record_dir: RecordDir = None,
) -> None:
    """Write recordings as a page for the browser."""
    from agent.cli.plain import plain
    from agent.cli.progress import counting
    from agent.config import load_config
    from agent.recording.reader import find_recording, read_recording
    from agent.report.build import DEFAULT_MAX_MB, write_report, write_single_page
    from tools.errors import UsageError

    if max_size is not None and not single_file:
        raise UsageError("--max-size is for one file.", hint="Add --single-file.")
    parent = load_config({"record_dir": record_dir}).config.record_dir
    # The same folder may have been named twice.
    folders = dict.fromkeys(find_recording(name, parent).resolve() for name in recordings)
    found = [read_recording(folder) for folder in folders]
    with counting("writing the report") as on_picture:
        if single_file:
            limit = max_size or DEFAULT_MAX_MB
            path = out or Path("report.html")
            done = write_single_page(found, path, on_picture, max_mb=limit, force=force)
        else:
            done = write_report(found, out or Path("report"), on_picture, force=force)
    typer.echo(plain(f"{done.page}: {done.size_bytes / 1e6:.2f} MB. Open it in a browser."))
    for problem in done.problems:
        typer.echo(f"Warning: {plain(problem)}", err=True)
