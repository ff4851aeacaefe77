"""The phone's file system."""

import errno
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.virtual_phone.system.filesystem import FileSystem, real_path

SHARED = "/storage/emulated/0"

PATHS = {
    "/sdcard": SHARED,
    "/sdcard/": SHARED,
    "/sdcard/a/../b": f"{SHARED}/b",
    "//sdcard//x": f"{SHARED}/x",
    "/storage/self/primary/x": f"{SHARED}/x",
    "/mnt/sdcard/x": f"{SHARED}/x",
    "/sdcardx": "/sdcardx",
    "/data/./local": "/data/local",
    "relative": "/relative",
    "": "/",
}


@pytest.mark.parametrize("path", PATHS)
def test_real_path(path: str) -> None:
    assert real_path(path) == PATHS[path]


def test_file_is_the_same_by_all_its_paths() -> None:
    files = FileSystem()

    files.write("/sdcard/a.txt", b"hi")

    assert files.read(f"{SHARED}/a.txt") == b"hi"
    assert [one.name for one in files.list("/storage/self/primary")][-1] == "a.txt"


def test_entry_tells_mode_size_and_time() -> None:
    files = FileSystem(clock=lambda: 1000)

    files.write("/sdcard/a", b"123")
    files.write("/sdcard/b", b"", mode=0o755, mtime=7)

    a, b, folder = (files.stat(path) for path in ("/sdcard/a", "/sdcard/b", "/sdcard"))
    assert a is not None
    assert b is not None
    assert folder is not None
    assert (a.mode, a.size, a.mtime, a.is_folder) == (0o100644, 3, 1000, False)
    assert (b.mode, b.size, b.mtime) == (0o100755, 0, 7)
    assert (folder.is_folder, folder.size) == (True, 4096)
    assert files.stat("/sdcard/none") is None


def test_append_makes_and_lengthens() -> None:
    files = FileSystem()

    files.append("/sdcard/a", b"1")
    files.append("/sdcard/a", b"2")

    assert files.read("/sdcard/a") == b"12"


def test_list_is_direct_and_sorted() -> None:
    files = FileSystem()
    files.mkdir("/sdcard/x/y", parents=True)
    for name in ("/sdcard/x/b", "/sdcard/x/a", "/sdcard/x/y/deep"):
        files.write(name, b"")

    assert [one.name for one in files.list("/sdcard/x")] == ["a", "b", "y"]
    assert "sdcard" in [one.name for one in files.list("/")]


def test_rename_moves_a_whole_folder() -> None:
    files = FileSystem()
    files.mkdir("/sdcard/x/y", parents=True)
    files.write("/sdcard/x/y/f", b"1")

    files.rename("/sdcard/x", "/data/local/tmp/z")

    assert files.read("/data/local/tmp/z/y/f") == b"1"
    assert files.stat("/sdcard/x") is None


def test_remove_takes_only_what_is_named() -> None:
    files = FileSystem()
    files.mkdir("/sdcard/x")
    files.write("/sdcard/x/f", b"")
    files.write("/sdcard/xy", b"")

    files.remove("/sdcard/x", recursive=True)

    assert files.stat("/sdcard/x/f") is None
    assert files.stat("/sdcard/xy") is not None


def test_null_device_takes_all_and_gives_nothing() -> None:
    files = FileSystem()

    files.write("/dev/null", b"gone")

    assert files.read("/dev/null") == b""


ERRORS: dict[str, tuple[Callable[[FileSystem], object], int]] = {
    "read none": (lambda f: f.read("/sdcard/none"), errno.ENOENT),
    "read folder": (lambda f: f.read("/sdcard"), errno.EISDIR),
    "read below a file": (lambda f: f.read("/sdcard/f/x"), errno.ENOTDIR),
    "write into none": (lambda f: f.write("/sdcard/none/x", b""), errno.ENOENT),
    "write below a file": (lambda f: f.write("/sdcard/f/x", b""), errno.ENOTDIR),
    "write folder": (lambda f: f.write("/sdcard", b""), errno.EISDIR),
    "write system": (lambda f: f.write("/system/x", b""), errno.EROFS),
    "write root": (lambda f: f.write("/x", b""), errno.EROFS),
    "list none": (lambda f: f.list("/sdcard/none"), errno.ENOENT),
    "list file": (lambda f: f.list("/sdcard/f"), errno.ENOTDIR),
    "mkdir twice": (lambda f: f.mkdir("/sdcard/Music"), errno.EEXIST),
    "mkdir over file": (lambda f: f.mkdir("/sdcard/f", parents=True), errno.EEXIST),
    "mkdir deep": (lambda f: f.mkdir("/sdcard/a/b"), errno.ENOENT),
    "remove none": (lambda f: f.remove("/sdcard/none"), errno.ENOENT),
    "remove full": (lambda f: f.remove("/sdcard/d"), errno.ENOTEMPTY),
    "remove system": (lambda f: f.remove("/system/bin", recursive=True), errno.EROFS),
    "remove sdcard": (lambda f: f.remove("/sdcard", recursive=True), errno.EBUSY),
    "rename none": (lambda f: f.rename("/sdcard/none", "/sdcard/x"), errno.ENOENT),
    "rename over folder": (lambda f: f.rename("/sdcard/f", "/sdcard/d"), errno.EISDIR),
    "rename into itself": (lambda f: f.rename("/sdcard/d", "/sdcard/d/e"), errno.EINVAL),
    "rename system": (lambda f: f.rename("/sdcard/f", "/system/f"), errno.EROFS),
    "rename sdcard": (lambda f: f.rename("/sdcard", "/data/x"), errno.EBUSY),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_leave_all_as_it_was(case: str) -> None:
    files = FileSystem()
    files.write("/sdcard/f", b"")
    files.mkdir("/sdcard/d")
    files.write("/sdcard/d/x", b"")
    before = files.dump()
    act, number = ERRORS[case]

    with pytest.raises(OSError) as caught:
        act(files)

    assert caught.value.errno == number
    assert files.dump() == before


def test_changes_are_announced() -> None:
    changes: list[int] = []
    files = FileSystem(on_change=lambda: changes.append(1))

    files.write("/sdcard/a", b"")
    files.read("/sdcard/a")
    files.rename("/sdcard/a", "/sdcard/b")
    files.mkdir("/sdcard/c")
    files.remove("/sdcard/b")

    assert len(changes) == 4


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(
            st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1
        ).filter(lambda name: name not in (".", "..")),
        st.binary(max_size=50),
        max_size=5,
    )
)
def test_dump_and_snapshot_bring_all_back(contents: dict[str, bytes]) -> None:
    files = FileSystem()
    files.mkdir("/sdcard/own")
    for name, data in contents.items():
        files.write(f"/sdcard/own/{name}", data)
    dumped, snapshot = json.dumps(files.dump()), files.snapshot()
    other = FileSystem()

    other.load(json.loads(dumped))
    for name in contents:
        files.remove(f"/sdcard/own/{name}")
    files.restore(snapshot)

    assert {name: other.read(f"/sdcard/own/{name}") for name in contents} == contents
    assert files.dump() == other.dump()
