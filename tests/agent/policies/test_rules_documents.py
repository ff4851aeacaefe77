"""Goals of writing into an editor: what is read, what is left to others, and what is refused."""

from datetime import datetime

import pytest

from agent.policies.rules.read_goal import read_goal

NOW = datetime(2027, 1, 4, 9, 30)


@pytest.mark.parametrize(
    ("goal", "text", "file", "app"),
    [
        (
            "write 'hello' in the text editor and save it as note.txt",
            "hello", "note.txt", "text editor",
        ),
        (
            "Type \"it's 5 < 6\" into Mousepad, then save it as a b.txt",
            "it's 5 < 6", "a b.txt", "Mousepad",
        ),
        ("please write hello world in the text editor", "hello world", "", "text editor"),
        ("write 'set an alarm, save it' in the editor", "set an alarm, save it", "", "editor"),
        ("在文本编辑器里写“你好，世界”并保存为笔记.txt", "你好，世界", "笔记.txt", "文本编辑器"),
        ("用记事本写下买牛奶，然后另存为“清单.txt”", "买牛奶", "清单.txt", "记事本"),
    ],
)  # fmt: skip
def test_what_is_to_be_written(goal: str, text: str, file: str, app: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.unread == ()
    assert intent.name == ("document" if file else "write")
    assert intent.app[0] == app
    read = {want.slot: want.values[0] for want in intent.wants}
    assert read == ({"body": text, "file": file} if file else {"body": text})


@pytest.mark.parametrize(
    ("goal", "unread"),
    [
        ("write 'hello' in the text editor and print it", "print"),
        ("write 'hello' in the text editor without saving", "saving"),
        ("在文本编辑器里写“你好”然后打印", "打印"),
        ("write 'hello' twice in the text editor", "twice"),
    ],
)
def test_what_is_not_understood_is_not_passed_over(goal: str, unread: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert unread in " ".join(intent.unread)


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("add a note saying save it as draft", "note"),
        ("send a message to Alice saying write it in the text editor", "message"),
        ("create a folder called editor", "folder"),
    ],
)
def test_other_errands_stay_what_they_are(goal: str, name: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.name == name
