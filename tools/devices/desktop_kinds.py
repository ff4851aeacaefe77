"""What people call a kind of app, and which app of a kind the desktop opens by itself.

The kinds are the registered categories of the freedesktop menu specification, version 1.1; the
choice is read as in its specification of associations between MIME types and applications, 1.0.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SETTINGS: Final = "Settings"
"""Category of what only sets something up: never meant by the name of what it sets up."""


@dataclass(frozen=True)
class Kind:
    """A kind of app.

    Attributes:
        category: As desktop files name it.
        opens: MIME type that apps of this kind open; empty if there is none.
        names: What people call it, in small letters.
    """

    category: str
    opens: str
    names: frozenset[str]


KINDS: Final = (
    Kind("FileManager", "inode/directory", frozenset({
        "files", "my files", "file manager", "file explorer", "file browser",
        "文件", "我的文件", "文件管理", "文件管理器", "资源管理器",
    })),
    Kind("TextEditor", "text/plain", frozenset({
        "text editor", "editor", "notepad", "文本编辑器", "编辑器", "记事本",
    })),
    Kind("WebBrowser", "x-scheme-handler/https", frozenset({
        "browser", "web browser", "internet browser", "浏览器", "网页浏览器",
    })),
    Kind("TerminalEmulator", "", frozenset({
        "terminal", "terminal emulator", "终端", "终端模拟器", "命令行",
    })),
    Kind("Calculator", "", frozenset({"calculator", "计算器"})),
)  # fmt: skip


def kind_called(name: str) -> Kind | None:
    """The kind of app that ``name`` means; ``None`` if it is the name of no kind."""
    wanted = " ".join(name.casefold().split())
    return next((kind for kind in KINDS if wanted in kind.names), None)


def chosen_for(opens: str, variables: Mapping[str, str]) -> tuple[str, ...]:
    """The apps that the person or the system chose for a MIME type, the first choice first.

    What is merely able to open it is no choice: those are listed in no order that means anything.

    Args:
        opens: The MIME type; empty for none.
        variables: Of the environment, those that say where the choices lie.

    Returns:
        Names of desktop files without their end.
    """
    if not opens:
        return ()
    found: dict[str, None] = {}
    for path in _lists(variables):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        found.update(dict.fromkeys(_defaults(text, opens)))
    return tuple(found)


def _defaults(text: str, opens: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        if line.startswith("["):
            inside = line.strip() == "[Default Applications]"
            continue
        key, sign, value = line.partition("=")
        if inside and sign and key.strip() == opens:
            yield from (
                name.strip().removesuffix(".desktop") for name in value.split(";") if name.strip()
            )


def _lists(variables: Mapping[str, str]) -> Iterator[Path]:
    """The files of choices, the person's own first; of a folder, those for this desktop first."""
    home = Path.home()
    folders = (
        Path(variables.get("XDG_CONFIG_HOME", "") or home / ".config"),
        *_paths(variables.get("XDG_CONFIG_DIRS", "") or "/etc/xdg"),
        *(folder / "applications" for folder in data_folders(variables)),
    )
    desktops = variables.get("XDG_CURRENT_DESKTOP", "").lower().split(":")
    names = [*(f"{each}-mimeapps.list" for each in desktops if each), "mimeapps.list"]
    yield from (folder / name for folder in folders for name in names)


def data_folders(variables: Mapping[str, str]) -> Iterator[Path]:
    """Where the data of apps lies, the person's own first."""
    yield Path(variables.get("XDG_DATA_HOME", "") or Path.home() / ".local/share")
    yield from _paths(variables.get("XDG_DATA_DIRS", "") or "/usr/local/share:/usr/share")


def _paths(listed: str) -> Iterator[Path]:
    yield from (Path(each) for each in listed.split(":") if each)
