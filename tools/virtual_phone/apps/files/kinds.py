"""What kind a file is by its name, and how it, its size and its date are worded."""

from datetime import datetime, timedelta

from tools.virtual_phone.apps.files.tree import ROOT
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry

CATEGORIES = {
    "image": ("Images", "image-outline"),
    "video": ("Videos", "movie-outline"),
    "audio": ("Audio", "music-note"),
    "document": ("Documents", "file-document-outline"),
}
"""Title and icon of the kinds that have a page of their own."""
_ENDINGS = {
    "image": ("jpg", "jpeg", "png", "gif", "webp", "bmp"),
    "video": ("mp4", "mkv", "mov", "webm", "3gp"),
    "audio": ("wav", "mp3", "ogg", "flac", "m4a", "aac"),
    "document": (
        *("txt", "md", "csv", "log", "json", "xml", "html", "yaml", "yml"),
        *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "rtf", "odt"),
    ),
    "archive": ("zip", "gz", "tar", "7z", "rar"),
    "app": ("apk",),
}
_TEXT = ("txt", "md", "csv", "log", "json", "xml", "html", "yaml", "yml", "")
_LOOKS = {
    "folder": ("folder", "primary_container"),
    "image": ("file-image-outline", "#f6dfe4"),
    "video": ("file-video-outline", "#e7e0f6"),
    "audio": ("file-music-outline", "#fbe9cf"),
    "document": ("file-document-outline", "#dbe8fb"),
    "pdf": ("file-pdf-box", "#fadcd8"),
    "archive": ("folder-zip-outline", "#eee7d2"),
    "app": ("apps", "#dcf1e3"),
    "other": ("file-outline", "surface_container_highest"),
}
_SPECIAL = {
    "Download": "folder-download-outline",
    "Documents": "file-document-outline",
    "DCIM": "camera-outline",
    "Pictures": "folder-image",
    "Music": "folder-music-outline",
    "Movies": "movie-outline",
}
_UNITS = ("B", "KB", "MB", "GB")


def ending(name: str) -> str:
    """A name's extension in small letters, without the dot."""
    head, dot, tail = name.rpartition(".")
    return tail.lower() if dot and head else ""


def kind(entry: Entry) -> str:
    """`folder`, `image`, `video`, `audio`, `document`, `archive`, `app` or `other`."""
    if entry.is_folder:
        return "folder"
    found = ending(entry.name)
    return next((name for name, endings in _ENDINGS.items() if found in endings), "other")


def is_text(entry: Entry) -> bool:
    """Whether the text viewer opens it."""
    return not entry.is_folder and ending(entry.name) in _TEXT


def look(entry: Entry) -> tuple[str, str]:
    """Icon and the colour behind it."""
    if entry.is_folder and entry.path.rpartition("/")[0] == ROOT and entry.name in _SPECIAL:
        return _SPECIAL[entry.name], _LOOKS["folder"][1]
    return _LOOKS["pdf" if ending(entry.name) == "pdf" else kind(entry)]


def type_words(ctx: Context, entry: Entry) -> str:
    """What it is, for people: `PDF document`, `JPG image`."""
    words = {
        "folder": "Folder",
        "image": "{ending} image",
        "video": "{ending} video",
        "audio": "{ending} audio",
        "document": "{ending} document",
        "archive": "{ending} archive",
        "app": "Android app",
        "other": "{ending} file",
    }[kind(entry)]
    return ctx.t(words, ending=ending(entry.name).upper()).strip()


def size_words(size: int) -> str:
    """`532 B`, `12.4 KB`, `1.8 MB`."""
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return (
        f"{value:.0f} {_UNITS[unit]}"
        if unit == 0 or value >= 100
        else f"{value:.1f} {_UNITS[unit]}"
    )


def moment(entry: Entry) -> datetime:
    """When it was changed, by the phone's clock."""
    return datetime(1970, 1, 1) + timedelta(seconds=entry.mtime)


def date_words(ctx: Context, entry: Entry) -> str:
    """A time for what changed today, else the date, with the year if it is another."""
    changed = moment(entry)
    if changed.date() == ctx.now.date():
        return ctx.format_time(changed)
    words = ctx.format_date(changed.date())
    if changed.year == ctx.now.year:
        return words
    if ctx.locale == "zh":
        return f"{changed.year}年{changed.month}月{changed.day}日"
    return f"{words.partition(', ')[2]}, {changed.year}"


def title(ctx: Context, path: str) -> str:
    """What a folder is called: the root is `Internal storage`."""
    return ctx.t("Internal storage") if path == ROOT else path.rpartition("/")[2]


def place_words(ctx: Context, path: str) -> str:
    """Where something lies: `Internal storage/Documents`."""
    folder = path.rpartition("/")[0]
    return ctx.t("Internal storage") + folder.removeprefix(ROOT)
