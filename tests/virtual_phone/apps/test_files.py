"""The Files app as its user meets it: every test goes by what the UI tree says."""

from io import BytesIO

import pytest
from PIL import Image

from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.files import kinds, media
from tools.virtual_phone.apps.files.app import FilesApp
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.system.phone import Phone

PACKAGE = FilesApp.package
LOOKS = ["default", "dark", "large_font", "landscape"]


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    phone = Phone(apps=(LauncherApp(), FilesApp()), scenario=scenario, seed=seed)
    driver = PhoneDriver(phone)
    driver.open(PACKAGE)
    return driver


def names(driver: PhoneDriver, folder: str) -> list[str]:
    return [entry.name for entry in driver.phone.files.list(folder)]


def toasts(driver: PhoneDriver) -> list[str]:
    return [event.detail for event in driver.phone.events if event.kind == "toast"]


def make_folder(driver: PhoneDriver, name: str) -> None:
    driver.tap_text("New folder")
    driver.field("Folder name", name)
    driver.tap_text("Create")


def open_folder(driver: PhoneDriver, name: str) -> None:
    driver.tap_text(name, nth=1 if name == "Documents" else 0)


def hold(driver: PhoneDriver, name: str) -> None:
    node = driver.find(lambda node: node.text == name)
    assert node is not None
    driver.phone.long_press(*node.center)


@pytest.mark.parametrize("scenario", LOOKS)
def test_a_folder_is_made_renamed_moved_and_deleted(scenario: str) -> None:
    driver = start(scenario)
    make_folder(driver, "Receipts")
    assert "Receipts" in names(driver, "/sdcard")
    driver.tap_desc("More options for Receipts")
    driver.tap_text("Rename")
    assert driver.field_text("Name") == "Receipts"
    driver.field("Name", "Bills")
    driver.tap_text("Rename", nth=1)
    assert "Bills" in names(driver, "/sdcard")
    assert "Receipts" not in names(driver, "/sdcard")
    driver.tap_desc("More options for Bills")
    driver.tap_text("Move to…")
    driver.tap_text("Music")
    driver.tap_text("Move here")
    assert "Bills" in names(driver, "/sdcard/Music")
    assert "Bills" not in names(driver, "/sdcard")
    open_folder(driver, "Music")
    driver.tap_desc("More options for Bills")
    driver.tap_text("Delete")
    driver.tap_text("Cancel")
    assert "Bills" in names(driver, "/sdcard/Music")
    driver.tap_desc("More options for Bills")
    driver.tap_text("Delete")
    driver.tap_text("Delete")
    assert "Bills" not in names(driver, "/sdcard/Music")
    assert driver.screen() == "Browse"


def test_a_folder_is_made_renamed_moved_and_deleted_in_chinese() -> None:
    driver = start("zh")
    driver.tap_text("新建文件夹")
    driver.field("文件夹名称", "收据")
    driver.tap_text("创建")
    driver.tap_desc("“收据”的更多选项")
    driver.tap_text("重命名")
    driver.field("名称", "账单")
    driver.tap_text("重命名", nth=1)
    driver.tap_desc("“账单”的更多选项")
    driver.tap_text("移动到…")
    driver.tap_text("Documents")
    driver.tap_text("移动到此处")
    assert "账单" in names(driver, "/sdcard/Documents")
    driver.tap_text("Documents")
    driver.tap_desc("“账单”的更多选项")
    driver.tap_text("删除")
    driver.tap_text("删除")
    assert "账单" not in names(driver, "/sdcard/Documents")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Enter a name"),
        ("a/b", "A name cannot contain /"),
        ("Music", "This name is already taken"),
        ("x" * 256, "This name is too long"),
    ],
)
def test_a_wrong_name_is_told(name: str, problem: str) -> None:
    driver = start()
    before = names(driver, "/sdcard")
    make_folder(driver, name)
    assert driver.shows(problem)
    driver.tap_text("Cancel")
    assert names(driver, "/sdcard") == before


def test_several_files_are_copied_and_deleted_together() -> None:
    driver = start()
    open_folder(driver, "Documents")
    hold(driver, "Budget.csv")
    driver.tap_text("Resume.pdf")
    assert driver.shows("2 selected")
    driver.tap_text("Copy")
    driver.tap_text("Internal storage")
    driver.tap_text("Music")
    driver.tap_text("Copy here")
    assert {"Budget.csv", "Resume.pdf"} <= set(names(driver, "/sdcard/Music"))
    assert {"Budget.csv", "Resume.pdf"} <= set(names(driver, "/sdcard/Documents"))
    assert not driver.shows("selected")
    hold(driver, "Budget.csv")
    driver.tap_text("Resume.pdf")
    driver.tap_text("Delete")
    driver.tap_text("Delete")
    assert not {"Budget.csv", "Resume.pdf"} & set(names(driver, "/sdcard/Documents"))


def test_a_copy_beside_its_original_gets_another_name() -> None:
    driver = start()
    open_folder(driver, "Documents")
    driver.tap_desc("More options for Budget.csv")
    driver.tap_text("Copy to…")
    driver.tap_text("Copy here")
    assert "Budget (1).csv" in names(driver, "/sdcard/Documents")
    assert driver.shows("Budget (1).csv")


def test_a_folder_is_copied_with_all_in_it_but_not_into_itself() -> None:
    driver = start()
    open_folder(driver, "Documents")
    driver.tap_desc("More options for Work")
    driver.tap_text("Copy to…")
    with pytest.raises(NotOnScreenError):
        driver.tap_text("Work")
    driver.tap_text("Internal storage")
    driver.tap_text("Copy here")
    assert names(driver, "/sdcard/Work") == names(driver, "/sdcard/Documents/Work")


def test_moving_to_the_same_place_is_refused() -> None:
    driver = start()
    open_folder(driver, "Music")
    driver.tap_desc("More options for Rainy evening.wav")
    driver.tap_text("Move to…")
    driver.tap_text("Move here")
    assert driver.screen() == "Pick"
    assert toasts(driver)[-1].startswith("This is where it is already")
    driver.back()
    driver.back()
    assert driver.screen() == "Browse"


def test_the_folders_of_the_system_stay() -> None:
    driver = start()
    driver.tap_desc("More options for Music")
    driver.tap_text("Rename")
    driver.field("Name", "Noise")
    driver.tap_text("Rename", nth=1)
    assert driver.shows("This is a folder of the system and cannot be changed")
    driver.tap_text("Cancel")
    hold(driver, "Music")
    driver.tap_text("Delete")
    driver.tap_text("Delete")
    assert toasts(driver)[-1] == "This is a folder of the system and cannot be changed"
    assert "Music" in names(driver, "/sdcard")


def test_a_text_opens_as_it_is() -> None:
    driver = start()
    open_folder(driver, "Documents")
    driver.tap_text("Shopping list.txt")
    assert driver.screen() == "TextViewer"
    assert driver.shows("Olive oil")
    driver.back()
    assert driver.screen() == "Browse"


def test_broken_and_foreign_files_open_without_harm() -> None:
    driver = start()
    files = driver.phone.files
    files.write("/sdcard/Download/bad.png", b"\x89PNG no picture at all")
    files.write("/sdcard/Download/half.jpg", media.photo(0)[:900])
    files.write("/sdcard/Download/wild.txt", bytes(range(256)))
    files.write("/sdcard/Download/long.log", b"line of a log\n" * 20_000)
    driver.tap_text("Downloads")
    for name in ("bad.png", "half.jpg", "wild.txt", "long.log", "Boarding pass.pdf"):
        driver.tap_text(name)
        assert driver.screen() in ("TextViewer", "ImageViewer", "Details")
        driver.phone.frame()
        driver.back()
        assert driver.screen() == "Browse"


@pytest.mark.parametrize(
    ("screen", "args"),
    [
        ("Pick", {}),
        ("Category", {"kind": "nonsense"}),
        ("Browse", {"path": "/data/local/tmp"}),
        ("Browse", {"path": "/sdcard/nowhere"}),
        ("ImageViewer", {}),
        ("ImageViewer", {"path": "/sdcard/.hidden.png"}),
        ("TextViewer", {"path": "/sdcard/nothing.txt"}),
        ("Details", {"path": "/sdcard/DCIM"}),
    ],
)
def test_screens_stand_whatever_they_are_opened_with(screen: str, args: dict[str, str]) -> None:
    driver = start()
    driver.phone.files.write("/sdcard/.hidden.png", media.screenshot(0))
    driver.open(PACKAGE, screen, **args)
    driver.phone.frame()
    for _ in range(3):
        driver.back()
    assert driver.phone.foreground()[0] == LauncherApp.package


def test_a_pushed_picture_shows_in_its_own_colors() -> None:
    driver = start()
    buffer = BytesIO()
    Image.new("RGB", (400, 400), (10, 200, 30)).save(buffer, "PNG")
    driver.phone.files.write("/sdcard/Pictures/0 green.png", buffer.getvalue())
    driver.tap_text("Pictures")
    driver.tap_text("0 green.png")
    assert driver.shows("Image 0 green.png")
    frame = driver.phone.frame()
    assert frame.getpixel((frame.width // 2, frame.height // 2)) == (10, 200, 30)
    driver.tap_desc("Next image")
    assert not driver.shows("0 green.png")
    driver.phone.files.remove("/sdcard/Pictures/0 green.png")
    driver.back()
    assert not driver.shows("0 green.png")


def test_categories_gather_from_everywhere() -> None:
    driver = start()
    driver.tap_text("Images")
    shown = {node.text for node in driver.everything()}
    assert {"Sunset.jpg", "Mountain wallpaper.jpg"} <= shown
    driver.back()
    driver.tap_text("Documents")
    assert driver.screen() == "Category"
    driver.tap_text("Minutes.txt")
    assert driver.shows("The launch moves to February.")


def test_search_and_order() -> None:
    driver = start()
    driver.field("Search files", "minutes")
    assert driver.shows("Internal storage/Documents/Work")
    driver.field("Search files", "zeppelin")
    assert driver.shows("No files found")
    driver.back()
    driver.back()
    open_folder(driver, "Documents")
    driver.tap_desc("Sort by")
    driver.tap_text("Size")
    shown = [node.text for node in driver.everything()]
    assert shown.index("Resume.pdf") < shown.index("Budget.csv")
    driver.tap_desc("Sort by")
    driver.tap_text("Name")
    shown = [node.text for node in driver.everything()]
    assert shown.index("Budget.csv") < shown.index("Resume.pdf")


def test_back_goes_up_folder_by_folder() -> None:
    driver = start()
    open_folder(driver, "Documents")
    driver.tap_text("Work")
    assert driver.shows("Minutes.txt")
    driver.back()
    assert driver.shows("Budget.csv")
    driver.back()
    assert driver.shows("Images")
    driver.back()
    assert driver.phone.foreground()[0] == LauncherApp.package


def test_files_follow_the_seed_reset_and_snapshots() -> None:
    driver = start(seed=5)
    first = driver.phone.files.dump()
    kept = driver.phone.snapshot()
    driver.phone.files.write("/sdcard/new.txt", b"x")
    driver.phone.restore(kept)
    assert driver.phone.files.dump() == first
    driver.phone.files.write("/sdcard/new.txt", b"x")
    driver.phone.reset()
    assert driver.phone.files.dump() == first
    assert start(seed=5).phone.files.dump() == first
    assert start(seed=6).phone.files.dump() != first
    driver.phone.reset(scenario="zh")
    assert "简历.pdf" in names(driver, "/sdcard/Documents")


def test_seeded_media_are_what_they_say() -> None:
    driver = start()
    for entry in driver.phone.files.list("/sdcard/DCIM/Camera"):
        if kinds.kind(entry) == "image":
            with Image.open(BytesIO(entry.data)) as picture:
                picture.load()
                assert picture.size == (640, 480)
    tone = driver.phone.files.read("/sdcard/Music/Morning walk.wav")
    assert tone[:4] == b"RIFF"
    assert int.from_bytes(tone[4:8], "little") + 8 == len(tone)
    assert driver.phone.files.read("/sdcard/Documents/Resume.pdf").startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KB"), (1_843_200, "1.8 MB"), (200_000, "195 KB")],
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert kinds.size_words(size) == words
