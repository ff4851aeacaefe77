"""Errands of a desktop: done and seen done, or left undone and told so."""

import pytest

from tests.agent.policies.desk_apps import DeskApp, pursue
from tests.agent.policies.desk_programs import Calculator, Editor, Files, Page

TAKEN = (
    'Create a folder named "Bills" in Thunar; if there is one already, name the new one "Bills 2"'
)


def succeeds(goal: str, app: DeskApp) -> str:
    end = pursue(goal, app)
    assert end.call.arguments["success"], end.thought
    return end.thought


def fails(goal: str, app: DeskApp) -> str:
    end = pursue(goal, app)
    assert not end.call.arguments["success"], end.thought
    return end.thought


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize(
    "goal", ['Create a folder named "Bills" in Thunar', TAKEN, "在文件管理器里新建文件夹“Bills”"]
)
def test_a_folder_is_made(goal: str, lag: int) -> None:
    files = Files(lag=lag)
    succeeds(goal, files)
    assert files.folders == ["Bills"]


@pytest.mark.parametrize("lag", [0, 2])
def test_another_name_is_taken_where_the_first_is(lag: int) -> None:
    files = Files(lag=lag, folders=["Bills"])
    succeeds(TAKEN, files)
    assert files.folders == ["Bills", "Bills 2"]
    assert "overwrote Bills" not in files.log


SEVERAL = "Several apps could be 'x': Dateien PCManFM (pcmanfm), T. (org.xfce.Thunar). Name one."


@pytest.mark.parametrize("goal", ["make a folder named Bills", "新建一个名为“账单”的文件夹"])
def test_of_several_file_managers_a_known_one_is_taken(goal: str) -> None:
    files = Files(unclear={"files": SEVERAL})
    succeeds(goal, files)
    assert files.log == ["asked for files", "opened org.xfce.Thunar"]


def test_several_apps_of_which_none_is_named_are_told_of() -> None:
    editor = Editor(unclear={"编辑器": SEVERAL})
    told = fails("打开编辑器", editor)
    assert "pcmanfm, org.xfce.Thunar" in told
    assert editor.log == ["asked for 编辑器"]


def test_apps_that_are_merely_listed_are_no_choice() -> None:
    editor = Editor(
        unclear={"编辑器": "There is no app called '编辑器'. There are: Python (v3.11)."}
    )
    assert "I found no app for this" in fails("打开编辑器", editor)


def test_a_folder_that_is_there_is_told_of_and_left_alone() -> None:
    files = Files(folders=["Bills"], chosen="Bills")
    told = fails('Create a folder named "Bills" in Thunar', files)
    assert "already exists" in told
    assert (files.folders, files.log) == (["Bills"], ["opened Thunar"])


def test_a_folder_that_cannot_be_seen_is_not_claimed() -> None:
    files = Files(tells=False)
    assert "cannot tell" in fails('Create a folder named "Bills" in Thunar', files)
    assert files.folders == ["Bills"]


@pytest.mark.parametrize("lag", [0, 2])
def test_a_folder_is_renamed(lag: int) -> None:
    files = Files(lag=lag, folders=["Old", "Other"])
    succeeds("Rename the folder Old to New in Thunar", files)
    assert files.folders == ["Other", "New"]


def test_what_is_called_nearly_so_is_not_renamed() -> None:
    files = Files(folders=["Older"])
    assert "did not rename" in fails("Rename the folder Old to New in Thunar", files)
    assert files.folders == ["Older"]


@pytest.mark.parametrize("lag", [0, 2])
def test_a_name_that_is_taken_is_not_given(lag: int) -> None:
    files = Files(lag=lag, folders=["Old", "New"])
    assert "already exists" in fails("Rename the folder Old to New in Thunar", files)
    assert files.folders == ["Old", "New"]
    assert "overwrote New" not in files.log


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize(
    ("goal", "shown"),
    [
        ("Calculate 48 * 17 with the calculator", "816"),
        ("用计算器计算(12.5+7)乘以100", "1950"),
        ("what is 100 divided by 8 minus 11", "1.5"),
    ],
)
def test_a_sum_is_worked_out(goal: str, shown: str, lag: int) -> None:
    calculator = Calculator(lag=lag, shown="7", pressed="7")
    assert f"is {shown}." in succeeds(goal, calculator)
    assert calculator.log[-1] == "cleared"


def test_a_press_that_was_lost_is_done_again() -> None:
    calculator = Calculator(deaf_to=6)
    assert "is 1948." in succeeds("Calculate 48 + 1900 with the calculator", calculator)
    assert calculator.pressed == "48+1900"


def test_a_wrong_result_is_not_passed_on() -> None:
    told = fails("Calculate 48 * 17 with the calculator", Calculator(wrong=1))
    assert "817" in told
    assert "816" in told


def test_a_key_that_there_is_not_is_told() -> None:
    told = fails("Calculate 48 * 17 with the calculator", Calculator(signs="0123456789+="))
    assert "no key '*'" in told


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize(
    ("goal", "happened", "file"),
    [
        ("Close the text editor and save the changes", "saved", "new"),
        ("close Mousepad without saving", "lost", "old"),
        ("关闭文本编辑器并保存更改", "saved", "new"),
        ("关闭记事本，不保存", "lost", "old"),
    ],
)
def test_changes_are_kept_or_lost_as_the_goal_says(
    goal: str, happened: str, file: str, lag: int
) -> None:
    editor = Editor(lag=lag, text="new", file="old")
    succeeds(goal, editor)
    assert editor.closed
    assert editor.file == file
    assert editor.log[1:] == [happened]


def test_changes_of_which_nothing_is_said_are_left_as_they_are() -> None:
    editor = Editor(text="new", file="old")
    assert "save the changes" in fails("Close the text editor", editor)
    assert (editor.closed, editor.file, editor.text) == (False, "old", "new")


@pytest.mark.parametrize("lag", [0, 2])
def test_only_one_text_is_lost_where_it_asks_about_several(lag: int) -> None:
    editor = Editor(lag=lag, text="new", file="old", closing_asks=2)
    fails("Close the text editor without saving", editor)
    assert not editor.closed
    assert editor.log[1:] == ["lost", "cancelled"]


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize(
    ("goal", "file"),
    [
        ("Replace 'cat' with 'fox' in the text editor and save it", "a fox, a fox"),
        ("在文本编辑器里把“cat”替换为“fox”", "a cat, a cat"),
    ],
)
@pytest.mark.parametrize("in_all", [False, True])
def test_a_text_is_replaced(goal: str, file: str, lag: int, *, in_all: bool) -> None:
    editor = Editor(lag=lag, text="a cat, a cat", file="a cat, a cat", in_all=in_all)
    assert "in 2 places" in succeeds(goal, editor)
    assert (editor.text, editor.file) == ("a fox, a fox", file)


def test_what_is_not_there_is_not_replaced() -> None:
    editor = Editor(text="a cow", file="a cow")
    assert "no 'cat'" in fails("Replace 'cat' with 'fox' in the text editor and save it", editor)


def test_a_text_that_is_not_as_it_should_be_is_not_saved() -> None:
    editor = Editor(text="a cat", file="a cat", careless=True)
    fails("Replace 'cat' with 'fox' in the text editor and save it", editor)
    assert editor.file == "a cat"


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize(
    ("goal", "sent"),
    [
        ("Order for Ann Lee in Oslo without gift wrap in Chromium", "Ann Lee, Oslo"),
        ("Order for Ann Lee in Oslo with gift wrap in Chromium", "Ann Lee, Oslo, Gift wrap"),
        (
            (
                'Fill in "Your name" with "Bo" and "City" with "Rome", tick "Gift wrap" and press '
                '"Send order" in Chromium'
            ),
            "Bo, Rome, Gift wrap",
        ),
        (
            "在浏览器里把“Your name”填为“王芳”，“City”填为“重庆”，然后点击“Send order”",
            "王芳, 重庆",
        ),
    ],
)
def test_a_form_is_filled_in_and_sent(goal: str, sent: str, lag: int) -> None:
    page = Page(lag=lag)
    succeeds(goal, page)
    assert page.sent == sent


def test_a_box_that_is_ticked_is_unticked_where_the_goal_says_so() -> None:
    page = Page(boxes={"Gift wrap": True})
    succeeds("Order for Ann Lee in Oslo without gift wrap in Chromium", page)
    assert page.sent == "Ann Lee, Oslo"


def test_a_form_without_such_a_field_is_not_sent() -> None:
    page = Page(values={"Your name": ""})
    fails("Order for Ann Lee in Oslo in Chromium", page)
    assert page.sent == ""


def test_a_form_without_such_a_box_is_not_sent_and_not_left() -> None:
    page = Page(boxes={})
    assert "gift wrap" in fails("Order for Ann Lee in Oslo with gift wrap in Chromium", page)
    assert (page.sent, page.focus) == ("", "City")


@pytest.mark.parametrize("banner", ["Order", "Thank you for choosing us, Ann Lee of Oslo"])
def test_a_form_whose_answer_confirms_nothing_is_not_called_sent(banner: str) -> None:
    page = Page(answers=False, banner=banner)
    fails("Order for Ann Lee in Oslo without gift wrap in Chromium", page)
    assert page.sent == "Ann Lee, Oslo"
