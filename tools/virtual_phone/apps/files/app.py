"""The Files app as the phone knows it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.files import browse, category, pick, tree, viewers
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import FileSystem
from tools.virtual_phone.ui.widgets import Page


class FilesApp(App):
    """Folders and files of the phone's storage; it has no table."""

    package = "com.android.documentsui"
    label = "Files"
    icon = "folder"
    color = "#1e8e3e"
    home = "Browse"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Browse": browse.build,
        "Category": category.build,
        "Pick": pick.build,
        "TextViewer": viewers.build_text,
        "ImageViewer": viewers.build_image,
        "Details": viewers.build_details,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {
        "Browse": browse.start,
        "Pick": pick.start,
    }
    translations = Path(__file__).with_name("zh.yaml")
    permission = "access files on this device"

    def stock(self, files: FileSystem, seed: Seed) -> None:
        """Put documents, pictures, music and camera photos onto the storage."""
        tree.grow(files, seed)
