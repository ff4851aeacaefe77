"""`settings`, `content`, `getprop`, `svc`, `cmd`, `ip`, `service` and `logcat`."""

import re

import pytest

from tests.virtual_phone.android_shell import AndroidShell

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n"
ITEMS = "content query --uri content://com.example.demo/items"


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


def test_settings_are_read_written_listed_and_deleted(sh: AndroidShell) -> None:
    assert sh.ok("settings get global wifi_on") == "1\n"
    assert sh.ok("settings get global no_such_key") == "null\n"
    assert sh.ok("settings put global my_key 'a value'") == ""
    assert sh.ok("settings --user 0 get --user 0 global my_key") == "a value\n"
    lines = sh.ok("cmd settings list global").splitlines()
    assert "my_key=a value" in lines
    assert lines == sorted(lines)
    assert sh.ok("settings delete global my_key") == "Deleted 1 rows\n"
    assert sh.ok("settings delete global my_key") == "Deleted 0 rows\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("settings", ""),
        ("settings fly", "Invalid command: fly"),
        ("settings get", "Bad arguments"),
        ("settings get local x", "Invalid namespace 'local'"),
        ("settings get system", "Bad arguments"),
        ("settings get system a b", "Too many arguments"),
        ("settings put system a", "Bad arguments"),
        ("settings put --user 7 system a b", "Bad user number: 7"),
        ("settings reset system x", "not implemented by the virtual phone"),
    ],
)
def test_wrong_settings_calls_fail(sh: AndroidShell, script: str, message: str) -> None:
    result = sh(script)
    assert result.rc == 255
    assert message in result.err


def test_switches_of_the_system_change_the_settings(sh: AndroidShell) -> None:
    def get(key: str, table: str = "global") -> str:
        return sh.ok(f"settings get {table} {key}").strip()

    sh.ok("svc wifi disable; svc bluetooth disable; svc data enable")
    assert (get("wifi_on"), get("bluetooth_on"), get("mobile_data")) == ("0", "0", "1")
    assert sh.ok("ip route") == ""
    assert "inet " not in sh.ok("ip addr show wlan0")
    sh.ok("cmd wifi set-wifi-enabled enabled")
    assert sh.ok("cmd wifi status") == "Wifi is enabled\n"
    assert sh.ok("cmd bluetooth_manager enable") == "enable: Success\n"
    assert sh.ok("cmd connectivity airplane-mode") == "disabled\n"
    assert sh.ok("cmd connectivity airplane-mode enable") == ""
    assert sh.ok("cmd connectivity airplane-mode") == "enabled\n"
    assert (get("airplane_mode_on"), get("wifi_on"), get("bluetooth_on")) == ("1", "0", "0")
    assert sh.ok("cmd uimode night") == "Night mode: no\n"
    light = sh.phone.frame().tobytes()
    assert sh.ok("cmd uimode night yes") == "Night mode: yes\n"
    assert get("ui_night_mode", "secure") == "2"
    assert sh.phone.frame().tobytes() != light


@pytest.mark.parametrize(
    ("script", "rc", "message"),
    [
        ("svc", 1, "Available commands"),
        ("svc wifi", 1, "usage: svc wifi"),
        ("svc power reboot", 255, "not implemented"),
        ("cmd", 20, "No service specified"),
        ("cmd nothing", 20, "cmd: Can't find service: nothing"),
        ("cmd clipboard get-primary-clip", 255, "No shell command implementation."),
        ("cmd power x", 255, "not implemented by the virtual phone: cmd power"),
        ("cmd statusbar expand-notifications", 255, "not implemented"),
        ("cmd uimode night maybe", 255, "mode must be one of"),
        ("cmd uimode car", 255, "not implemented"),
        ("cmd connectivity airplane-mode maybe", 255, "Unknown argument"),
        ("cmd connectivity fly", 255, "not implemented"),
        ("cmd bluetooth_manager fly", 255, "not implemented"),
        ("cmd wifi connect-network a", 255, "not implemented"),
        ("service", 10, "Usage: service"),
        ("service call 1", 255, "not implemented"),
        ("ip shell ip addr show wlan0", 255, 'Object "shell" is unknown'),
        ("ip addr show eth9", 1, 'Device "eth9" does not exist.'),
        ("ip link", 255, "not implemented"),
        ("ip route add x", 255, "not implemented"),
        ("ifconfig eth9", 1, "No such device"),
        ("logcat", 255, "not implemented by the virtual phone: logcat that follows the log"),
        ("logcat -d -v json", 255, "not implemented"),
        ("logcat -z", 255, "not implemented"),
        ("logcat -v", 1, "Argument expected"),
    ],
)
def test_what_services_cannot_do_fails(
    sh: AndroidShell, script: str, rc: int, message: str
) -> None:
    result = sh(script)
    assert result.rc == rc
    assert message in result.err


def test_network_and_services_answer_clients_that_ask(sh: AndroidShell) -> None:
    address = re.search(r"dev wlan0 .* src (\S+)", sh.ok("ip route"))
    assert address is not None
    for script in ("ip addr show wlan0", "ip addr show dev wlan0", "ip -f inet addr show wlan0"):
        assert f"inet {address[1]}/24" in sh.ok(script)
    assert f"inet addr:{address[1]} " in sh.ok("ifconfig wlan0")
    assert "inet 127.0.0.1/8" in sh.ok("ip a")
    assert sh.ok("service check package") == "Service package: found\n"
    assert sh.ok("service check vibrator") == "Service vibrator: not found\n"
    assert sh.ok("service list").startswith("Found ")
    assert "  package\n" in sh.ok("cmd -l")
    assert "  window\n" in sh.ok("dumpsys -l")


# Properties.


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ro.product.model", "Virtual Phone"),
        ("ro.build.version.sdk", "34"),
        ("ro.build.version.release", "14"),
        ("ro.kernel.qemu", "1"),
        ("ro.build.characteristics", "emulator"),
        ("sys.boot_completed", "1"),
        ("persist.sys.locale", "en-US"),
        ("no.such.property", ""),
        ("no.such.property fallback", "fallback"),
    ],
)
def test_properties(sh: AndroidShell, key: str, value: str) -> None:
    assert sh.ok(f"getprop {key}") == f"{value}\n"


def test_properties_are_listed_and_set(sh: AndroidShell) -> None:
    assert "[ro.product.model]: [Virtual Phone]\n" in sh.ok("getprop")
    sh.ok("setprop debug.mine 'a b'; setprop debug.other 2")
    assert sh.ok("getprop debug.mine; getprop debug.other") == "a b\n2\n"
    refused = sh("setprop ro.product.model Other")
    assert refused.rc == 1
    assert refused.err.startswith("Failed to set property 'ro.product.model' to 'Other'.")
    assert sh("setprop alone").rc == 1
    assert sh("getprop -T").rc == 255
    assert AndroidShell("zh").ok("getprop persist.sys.locale") == "zh-CN\n"


# Content.


def test_rows_of_an_apps_table_are_told_as_android_tells_them(sh: AndroidShell) -> None:
    rows = sh.ok(ITEMS).splitlines()
    first = sh.phone.database("com.example.demo").execute("SELECT * FROM items").fetchone()
    assert rows[0] == f"Row: 0 id=1, name={first[1]}, amount={first[2]}"
    assert len(rows) == 40
    assert sh.ok(f"{ITEMS}/7 --projection id") == "Row: 0 id=7\n"
    assert sh.ok(f"{ITEMS} --projection id:id --where 'id<3' --sort 'id DESC'") == (
        "Row: 0 id=2, id=2\nRow: 1 id=1, id=1\n"
    )
    assert sh.ok(f"{ITEMS} --projection 'count(*)'") == "Row: 0 count(*)=40\n"
    assert sh.ok(f"{ITEMS} --where \"name='no such'\"") == "No result found.\n"
    sh.phone.database("com.example.demo").execute("INSERT INTO items VALUES (99, NULL, 1.5)")
    sh.phone.database("com.example.demo").execute("INSERT INTO items VALUES (98, x'00', 2)")
    assert sh.ok(f"{ITEMS}/99") == "Row: 0 id=99, name=NULL, amount=1.5\n"
    assert sh.ok(f"{ITEMS}/98 --projection name") == "Row: 0 name=BLOB\n"


@pytest.mark.parametrize(
    "arguments",
    [
        '--where "1=1; DROP TABLE items"',
        '--where "1=1) ; DELETE FROM items --"',
        "--where 'id IN (SELECT rootpage FROM sqlite_master)'",
        "--where \"load_extension('x')\"",
        '--where "length(randomblob(1000000000)) > 1"',
        f"--where 'id IN ({ENDLESS})'",
        "--sort 'id; DELETE FROM items'",
        '--sort "(SELECT sql FROM sqlite_master)"',
        "--projection 'id FROM items; DELETE FROM items; --'",
        "--projection none",
        "--where 'nonsense ('",
        "--where '(SELECT count(*) FROM items a, items b, items c, items d, items e, items f) > 1'",
    ],
)
def test_a_query_can_only_read_what_it_may_and_not_for_ever(
    sh: AndroidShell, arguments: str
) -> None:
    before = sh.ok(ITEMS)
    result = sh(f"{ITEMS} {arguments}")
    assert result.rc == 1
    assert result.out == ""
    assert result.err.startswith("Error while accessing provider:com.example.demo\n")
    assert sh.ok(ITEMS) == before
    sh.phone.database("com.example.demo").execute("DELETE FROM items WHERE id=1")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("content", "[ERROR] Unsupported operation: None"),
        ("content fly --uri content://settings/system", "[ERROR] Unsupported operation: fly"),
        ("content query", "Content provider URI not specified"),
        ("content query --uri", "No value for argument: --uri"),
        ("content query --fly x", "Unsupported argument: --fly"),
        ("content query --uri content://com.none/x", "Could not find provider: com.none"),
        ("content query --uri content://com.example.demo/none", "Unknown URI"),
        ("content query --uri content://com.example.demo", "Unknown URI"),
        ("content query --uri content://com.example.demo/items/x", "Unknown URI"),
        ("content query --uri content://settings/local", "Invalid URI"),
        ("content insert --uri content://settings/system --bind a", "Binding not well formed: a"),
        ("content insert --uri content://settings/system --bind a:z:1", "Binding not well formed"),
        (
            "content insert --uri content://settings/system --bind name:s:a",
            "Bindings not specified",
        ),
        (
            "content update --uri content://settings/system --bind name:s:a",
            "Bindings not specified",
        ),
        ("content update --uri content://settings/system --bind value:s:a", "a --where is needed"),
        ("content delete --uri content://settings/system", "a --where is needed"),
        ("content delete --uri content://settings/local/x", "Invalid URI"),
        ("content delete --uri content://com.example.demo/items --where id=1", "read only"),
        ("content update --uri content://com.example.demo/items --bind name:s:x", "read only"),
    ],
)
def test_wrong_content_calls_fail(sh: AndroidShell, script: str, message: str) -> None:
    before = sh.ok(ITEMS), sh.ok("settings list system")
    result = sh(script)
    assert result.rc == 1
    assert message in result.out + result.err
    assert (sh.ok(ITEMS), sh.ok("settings list system")) == before


def test_content_call_is_not_there(sh: AndroidShell) -> None:
    assert sh("content call --uri content://x --method y").rc == 255


def test_settings_can_be_used_as_content(sh: AndroidShell) -> None:
    uri = "--uri content://settings/system"
    sh.ok(f"content insert {uri} --bind name:s:mine --bind value:s:a:b")
    where = "--where \"name='mine'\""
    assert sh.ok(f"content query {uri} --projection name:value {where}") == (
        "Row: 0 name=mine, value=a:b\n"
    )
    sh.ok(f"content update {uri} --bind value:s: {where}")
    assert sh.ok(f"content query {uri}/mine --projection value") == "Row: 0 value=\n"
    sh.ok(f"content delete {uri} {where}")
    assert sh.ok("settings get system mine") == "null\n"


# The log.


def test_the_log_is_shown_in_androids_forms(sh: AndroidShell) -> None:
    sh.ok("input keyevent HOME")
    lines = sh.ok("logcat -d").splitlines()
    assert lines[0] == "--------- beginning of main"
    shape = r"01-04 09:30:0\d\.\d{3}  1000  1000 I InputDispatcher: key 3"
    assert any(re.fullmatch(shape, line) for line in lines)
    assert "I/InputDispatcher( 1000): key 3" in sh.ok("logcat -d -v brief")
    assert len(sh.ok("logcat -t 1").splitlines()) == 2
    sh("input roll 1 1")
    assert sh.ok("logcat -d -v raw '*:S' VirtualPhone:W").splitlines()[1:] == [
        "unimplemented input roll 1 1"
    ]
    sh.ok("logcat -c")
    assert sh.ok("logcat -d") == "--------- beginning of main\n"
