"""How goals are understood: places, dates, people, times, names; and what is no errand."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.rules.numbers import number
from agent.policies.rules.read_goal import read_goal
from agent.policies.rules.text import mentions, same_number, says
from agent.policies.rules.when import read_dates, read_time, read_weekdays

MONDAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 4, 9, 30)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on January 28", [date(2027, 1, 28)]),
        ("28 Jan 2028", [date(2028, 1, 28)]),
        ("Thursday, January 28", [date(2027, 1, 28)]),
        ("2027-02-03", [date(2027, 2, 3)]),
        ("January 3", [date(2028, 1, 3)]),
        ("next Friday", [date(2027, 1, 15)]),
        ("this Friday and back on 3 Feb", [date(2027, 1, 8), date(2027, 2, 3)]),
        ("on Monday", [date(2027, 1, 11)]),
        ("the day after tomorrow", [date(2027, 1, 6)]),
        ("in two weeks", [date(2027, 1, 18)]),
        ("1月28日", [date(2027, 1, 28)]),
        ("2027年1月28日星期四", [date(2027, 1, 28)]),
        ("十二月三号", [date(2027, 12, 3)]),
        ("下周五", [date(2027, 1, 15)]),
        ("大后天", [date(2027, 1, 7)]),
        ("31 April", []),
        ("on 29 February", [date(2028, 2, 29)]),
        ("in 99999999 days", []),
        ("99999999999999周后", []),
        ("may I sit", []),
    ],
)
def test_dates(text: str, days: list[date]) -> None:
    assert [found.day for found in read_dates(text, MONDAY)] == days


def test_29_february_after_that_of_a_leap_year() -> None:
    assert read_dates("February 29", date(2028, 3, 1))[0].day == date(2032, 2, 29)
    assert read_dates("February 29", date(2096, 3, 1))[0].day == date(2104, 2, 29)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("at 6:45", time(6, 45)),
        ("7:30 pm", time(19, 30)),
        ("12 am", time(0, 0)),
        ("7 in the evening", time(19, 0)),
        ("早上六点半", time(6, 30)),
        ("下午3点20分", time(15, 20)),
        ("晚上 7:05", time(19, 5)),
        ("at noon", time(12, 0)),
        ("12:30 at night", time(0, 30)),
        ("2 at night", time(2, 0)),
        ("11 at night", time(23, 0)),
        ("half past twelve at night", time(0, 30)),
        ("quarter to one", time(12, 45)),
        ("晚上12点", time(0, 0)),
        ("凌晨12点半", time(0, 30)),
        ("中午1点", time(13, 0)),
        ("中午12点", time(12, 0)),
        ("for two adults", None),
        ("25:99", None),
    ],
)
def test_times(text: str, clock: time | None) -> None:
    assert read_time(text) == clock


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on weekdays", {0, 1, 2, 3, 4}),
        ("every Monday and Wednesday", {0, 2}),
        ("Monday to Friday", {0, 1, 2, 3, 4}),
        ("周末", {5, 6}),
        ("周一到周三", {0, 1, 2}),
        ("周六到周一", {5, 6, 0}),
        ("Saturday to Monday", {5, 6, 0}),
        ("每周一三五", {0, 2, 4}),
        ("daily", set(range(7))),
        ("tomorrow", set()),
    ],
)
def test_weekdays(text: str, days: set[int]) -> None:
    assert read_weekdays(text) == days


@pytest.mark.parametrize(
    ("word", "value"),
    [("two", 2), ("a couple of", 2), ("十二", 12), ("二十", 20), ("两", 2), ("x", None)],
)
def test_numbers(word: str, value: int | None) -> None:
    assert number(word) == value


GOALS = {
    "book a one-way ticket Chongqing to Beijing": {
        "trip": "one way",
        "origin": "Chongqing",
        "destination": "Beijing",
    },
    "book a round-trip flight Shanghai to Chengdu from January 20 to January 27": {
        "trip": "round trip",
        "origin": "Shanghai",
        "destination": "Chengdu",
        "depart": "2027-01-20",
        "return": "2027-01-27",
    },
    "fly me to Paris next Friday": {
        "trip": "one way",
        "destination": "Paris",
        "depart": "2027-01-15",
    },
    "buy 2 tickets to Hong Kong from Chengdu tomorrow": {
        "trip": "one way",
        "origin": "Chengdu",
        "destination": "Hong Kong",
        "depart": "2027-01-05",
        "adults": "2",
    },
    "预订1月20日上海虹桥到广州、1月25日返回的往返机票，两个成人": {
        "trip": "round trip",
        "origin": "上海虹桥",
        "destination": "广州",
        "depart": "2027-01-20",
        "return": "2027-01-25",
        "adults": "2",
    },
    "book three one-way tickets Chongqing to Beijing": {
        "trip": "one way",
        "origin": "Chongqing",
        "destination": "Beijing",
        "adults": "3",
    },
    "get me two business class tickets from Shanghai to Tokyo leaving Feb 3 coming back Feb 10": {
        "trip": "round trip",
        "origin": "Shanghai",
        "destination": "Tokyo",
        "depart": "2027-02-03",
        "return": "2027-02-10",
        "adults": "2",
        "cabin": "business",
    },
    "我想2月3号从重庆去北京大兴，商务舱，一个大人一个小孩": {
        "trip": "one way",
        "origin": "重庆",
        "destination": "北京大兴",
        "depart": "2027-02-03",
        "adults": "1",
        "children": "1",
        "cabin": "business",
    },
    "reserve a seat to Guangzhou from Chengdu next Friday, economy": {
        "trip": "one way",
        "origin": "Chengdu",
        "destination": "Guangzhou",
        "depart": "2027-01-15",
        "cabin": "economy",
    },
    "😀 turn on airplane mode 😀": {"switch": "on"},
    "set an alarm for half past six in the evening": {"time": "18:30"},
    "wake me up at quarter past seven tomorrow": {"time": "07:15"},
    "新建一个名为照片备份的文件夹": {"folder": "照片备份"},
    "add contact O'Brien with number (555) 010-9999 and email ob@example.com": {
        "first_name": "O'Brien",
        "phone": "(555) 010-9999",
        "email": "ob@example.com",
    },
    "add a contact Maria Lopez, 555 0142": {
        "first_name": "Maria",
        "last_name": "Lopez",
        "phone": "555 0142",
    },
    "save 555-0100 as Bob in my contacts": {"first_name": "Bob", "phone": "555-0100"},
    "wake me at 7 am tomorrow": {"time": "07:00"},
    "put two wireless headphones into the cart": {
        "product": "wireless headphones",
        "variant": "wireless",
        "quantity": "2",
    },
    "把两个咖啡杯加入购物车": {"product": "咖啡杯", "quantity": "2"},
    "create a folder named Receipts": {"folder": "Receipts"},
    "add a note with the title Trip and the text pack bags": {"title": "Trip", "body": "pack bags"},
    "text Bob that dinner is at 7": {"recipient": "Bob", "message": "dinner is at 7"},
    "please turn on airplane mode.": {"switch": "on"},
    'Create a folder named "Invoices" in Files': {"folder": "Invoices"},
    'Write "See you at five" to David Kim in Messages': {
        "recipient": "David Kim",
        "message": "See you at five",
    },
    "add a contact Ada Byron, 555 0142, in the Contacts app": {
        "first_name": "Ada",
        "last_name": "Byron",
        "phone": "555 0142",
    },
    "text Bob that I saw it in messages": {"recipient": "Bob", "message": "I saw it in messages"},
    "把字体大小设置为大": {"option": "大"},
}


@pytest.mark.parametrize("goal", GOALS)
def test_goals(goal: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert {want.slot: want.wish for want in intent.wants} == GOALS[goal]
    assert intent.unread == ()


@pytest.mark.parametrize(
    ("goal", "word"),
    [
        ("Create a folder named Invoices in Download", "download"),
        ("Create a folder named Invoices in Messages", "messages"),
        ("Add Bob Martinez to the blocklist in Contacts", "blocklist"),
    ],
)
def test_where_it_belongs_is_told_if_it_is_not_the_app_of_the_errand(goal: str, word: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.unread == (word,)


@pytest.mark.parametrize(
    "goal", ["what is the weather", "Réservez un billet Paris Lyon", "?", "42"]
)
def test_what_is_no_errand_is_not_understood(goal: str) -> None:
    assert read_goal(goal, NOW) is None


@given(st.text(max_size=80))
def test_no_goal_breaks_the_reader(goal: str) -> None:
    read_goal(goal, NOW)


@pytest.mark.parametrize(
    ("goal", "name", "values"),
    [
        ("add a note saying <secret:PIN>", "note", {"body": "<secret:PIN>"}),
        ("请添加笔记：门禁 <secret:PIN>。", "note", {"body": "门禁 <secret:PIN>"}),
        (
            "please add a note called <secret:A_1> saying 'it is <secret:B>!'.", "note",
            {"title": "<secret:A_1>", "body": "it is <secret:B>!"},
        ),
        (
            "text Alice: the code is <secret:CODE>", "message",
            {"recipient": "Alice", "message": "the code is <secret:CODE>"},
        ),
        (
            "add a contact Bob with phone <secret:PHONE>", "contact",
            {"first_name": "Bob", "phone": "<secret:PHONE>"},
        ),
        (
            "添加联系人<secret:WHO>，电话<secret:PHONE>", "contact",
            {"first_name": "<secret:WHO>", "phone": "<secret:PHONE>"},
        ),
        ("create a folder called <secret:A>", "folder", {"folder": "<secret:A>"}),
    ],
)  # fmt: skip
def test_names_of_secrets_are_taken_as_they_are(
    goal: str, name: str, values: dict[str, str]
) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.name == name
    assert intent.unread == ()
    assert {want.slot: want.values[0] for want in intent.wants} == values


def test_a_secret_that_no_reading_has_a_place_for_is_told_by_its_name() -> None:
    intent = read_goal("put 2 apples into the cart with <secret:CODE>", NOW)
    assert intent is not None
    assert "<secret:CODE>" in intent.unread


def test_the_name_of_a_secret_is_no_number() -> None:
    assert same_number("+49 (30) 1234", "49301234")
    assert not same_number("", "<secret:PHONE>")
    assert not same_number("2", "<secret:PHONE_2>")
    assert same_number(" <secret:PHONE_2>", "<secret:PHONE_2>")


def test_one_word_inside_another_is_not_said() -> None:
    assert says("Tomorrow", ("to",)) == 0
    assert says("Premium economy", ("economy",)) == 1
    assert says("Economy", ("economy",)) == 3
    assert says("Economy class", ("class", "economy")) == 2
    assert says("Economy class", ("class", "economy", "Economy  class!")) == 3
    assert says("预订航班", ("航班",)) == 1
    assert says("预订航班", ("预订", "航班")) == 2
    assert says("预", ("预订",)) == says("Economy", ("", "!")) == 0


def test_a_similar_name_is_not_the_same() -> None:
    assert not mentions(("Atlanta", "ATL · Atlanta, United States"), "Atlantis")
    assert mentions(("Chongqing Jiangbei", "CKG"), "chongqing")
    assert mentions(("重庆江北", "CKG · 重庆，中国"), "重庆江北")


DESKTOP = {
    'Create a folder named "Invoices" in Thunar': ("folder", ["Invoices"], "Thunar"),
    "Close the text editor without losing my changes": ("close", ["save"], "text editor"),
    "save the file and close the editor": ("close", ["save"], "editor"),
    "quit Mousepad and discard the changes": ("close", ["lose"], "Mousepad"),
    "退出编辑器，放弃修改": ("close", ["lose"], "编辑器"),
    "replace 'a b' with \"it's\" in Mousepad": ("replace", ["a b", "it's"], "Mousepad"),
    "把文件夹旧的重命名为新的": ("rename", ["旧的", "新的"], "file manager"),
    "rename the file 'a and b' to 'c' in Thunar": ("rename", ["a and b", "c"], "Thunar"),
    "work out 3.5 plus (2 - 1) times 4": ("sum", ["3.5 plus (2 - 1) times 4"], "calculator"),
    'enter "Bo" into "Name" in Chrome and submit it': ("form", ["Bo"], "Chrome"),
    'Fill in "Name" with "Bo" in the browser': ("fields", ["Bo"], "browser"),
}


@pytest.mark.parametrize("goal", DESKTOP)
def test_goals_of_a_desktop(goal: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert (intent.name, [want.wish for want in intent.wants], intent.app[0]) == DESKTOP[goal]
    assert intent.unread == ()


@pytest.mark.parametrize(
    "goal",
    [
        "Close Mousepad and print it",
        "Close Mousepad and print it without saving",
        "Close Mousepad, never save the changes",
        "Close Mousepad never save the changes",
        'fill in "Name" with "Bo" in the browser, do not submit it',
        'fill in "Name" with "Bo" in the browser, no submit',
        "在浏览器里把“姓名”填为“王芳”，不要提交",
        "Order for Ann in Oslo without gift wrap and print it in Chromium",
        "Rename the folder A to B and delete C",
        "Replace 'a' with 'b' in the text editor and print it",
        "Order for Ann and delete Bob in Chromium",
        "calculate my taxes",
        "calculate 4 / 0",
        "calculate 4 * 5 with the calculator and send it",
        'fill in "Name" with "Bo" in the browser and delete "Name"',
        "Create a folder named A and delete B in Thunar",
        "把文件夹旧的重命名为新的，然后打印",
    ],
)
def test_more_than_is_understood_is_not_done_by_halves(goal: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is None or intent.unread


@pytest.mark.parametrize("goal", ["关闭飞行模式", "关闭记事本无需保存"])
def test_what_may_be_meant_otherwise_is_no_program_to_close(goal: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.name == "toggle"
