"""Where a report may be written: never over something that is not a report."""

import json
from pathlib import Path

from tools.errors import UsageError

PAGE = "index.html"
MARKER = "report.json"
"""Lists the files that a report put into its folder, so that the next one can take them away."""
SIGN = '<meta name="generator" content="tapwright report">'
_HEAD_BYTES = 4096


def prepare_folder(folder: Path, *, force: bool) -> None:
    """Make ``folder``, or take away the report that is in it.

    Raises:
        UsageError: It cannot be made, or holds something else and ``force`` is off. With it,
            what else lies there stays there.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is a file.", hint="Name a folder with --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / MARKER).is_file():
            _take_away(folder)
        elif not force and any(folder.iterdir()):
            raise UsageError(
                f"The folder {str(folder)!r} holds something that is no report.",
                hint="Name another one with --out, or write into it with --force.",
            )
        (folder / MARKER).write_text("[]\n", encoding="utf-8")
    except OSError as error:
        raise refused(folder, error) from error


def prepare_file(path: Path, *, force: bool) -> None:
    """See that ``path`` may be written.

    Raises:
        UsageError: Its name is not that of a page, or something else is there.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(
            f"{str(path)!r} is no name for a page.", hint="With --single-file, --out names *.html."
        )
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder.", hint="Name a file *.html in it.")
    try:
        if path.exists() and not force:
            with path.open("rb") as file:
                ours = SIGN.encode() in file.read(_HEAD_BYTES)
            if not ours:
                raise UsageError(
                    f"The file {str(path)!r} is no report.",
                    hint="Name another one with --out, or overwrite it with --force.",
                )
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(path, error) from error


def note_files(folder: Path, names: list[str]) -> None:
    """Write down which files the report made."""
    text = json.dumps([PAGE, *names], indent=0)
    (folder / MARKER).write_text(f"{text}\n", encoding="utf-8")


def refused(path: Path, error: OSError) -> UsageError:
    """What the person is told when the disk says no."""
    reason = error.strerror or error
    return UsageError(
        f"The report {str(path)!r} cannot be written: {reason}.", hint="Name another --out."
    )


def _take_away(folder: Path) -> None:
    """Remove the files of the report before, and nothing that is outside or was put there since."""
    try:
        names = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except ValueError:
        names = []
    for name in names if isinstance(names, list) else []:
        path = folder / str(name)
        if path.resolve().is_relative_to(folder.resolve()) and path.is_file():
            path.unlink()
