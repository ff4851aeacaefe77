"""The files a phone starts with."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.apps.files import media
from tools.virtual_phone.system.app import Seed
from tools.virtual_phone.system.filesystem import FileSystem

ROOT = "/storage/emulated/0"
_CAMERA = "DCIM/Camera"
_FEWEST_PHOTOS, _MOST_PHOTOS = 5, 8
_EPOCH = datetime(1970, 1, 1)
_Row = tuple[str, str, Any, int]

_CONTENTS: dict[str, Callable[[Any], bytes]] = {
    "text": lambda content: str(content).encode(),
    "pdf": media.pdf,
    "photo": media.photo,
    "screenshot": media.screenshot,
    "tone": lambda seconds: media.tone(seconds, 220 + 4 * seconds),
    "video": media.video,
    "archive": media.archive,
}


def grow(files: FileSystem, seed: Seed) -> None:
    """Write the seeded files; names are in the phone's language, picks are the seed's."""
    folders = _tree()[seed.locale]
    for place, rows in folders["always"].items():
        for row in rows:
            _write(files, seed, place, row)
    for place, rows in folders["some"].items():
        for row in rows:
            if seed.rng.random() < 0.6:
                _write(files, seed, place, row)
    count = seed.rng.randint(_FEWEST_PHOTOS, _MOST_PHOTOS)
    scenes = seed.rng.sample(range(media.SCENES), count)
    moment = seed.now
    for scene in scenes:
        moment -= timedelta(days=seed.rng.randint(1, 9), minutes=seed.rng.randint(0, 600))
        name = f"IMG_{moment:%Y%m%d_%H%M%S}.jpg"
        _put(files, f"{ROOT}/{_CAMERA}/{name}", media.photo(scene), moment)
    name = f"VID_{moment:%Y%m%d_%H%M%S}.mp4"
    _put(files, f"{ROOT}/{_CAMERA}/{name}", media.video(2600), moment)


def _write(files: FileSystem, seed: Seed, place: str, row: _Row) -> None:
    name, kind, content, days = row
    moment = seed.now - timedelta(days=days, hours=days % 7, minutes=days * 13 % 60)
    _put(files, f"{ROOT}/{place}/{name}", _CONTENTS[kind](content), moment)


def _put(files: FileSystem, path: str, data: bytes, moment: datetime) -> None:
    files.mkdir(path.rpartition("/")[0], parents=True)
    files.write(path, data, mtime=int((moment - _EPOCH).total_seconds()))


@lru_cache(maxsize=1)
def _tree() -> dict[str, dict[str, dict[str, list[_Row]]]]:
    path = Path(__file__).with_name("tree.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found: dict[str, dict[str, dict[str, list[_Row]]]] = data
    return found
