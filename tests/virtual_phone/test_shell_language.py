"""The shell's language, as a table of scripts and what they print."""

import shlex
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.virtual_phone.shell_runner import ShellRunner

SH = "/system/bin/sh"

OUTPUTS = {
    # quoting
    "echo a   b": "a b\n",
    "echo 'a   b'": "a   b\n",
    'echo "a   b"': "a   b\n",
    "echo a\\ \\ b": "a  b\n",
    "echo 'it'\\''s'": "it's\n",
    'echo "\\$HOME is $HOME"': "$HOME is /\n",
    "echo '$HOME' \"`echo hi`\"": "$HOME hi\n",
    "echo -E \"a\\b\" 'a\\b'": "a\\b a\\b\n",
    "echo $'tab\\there'": "tab\there\n",
    "echo ''": "\n",
    "printf '[%s]' '' a \"\"": "[][a][]",
    "echo a\\\nb": "ab\n",
    "echo 'two\nlines'": "two\nlines\n",
    "echo a#b # comment": "a#b\n",
    "screencap_is_not_run='-p'; echo ok": "ok\n",
    # lists
    "echo a; echo b": "a\nb\n",
    "echo a\necho b\n\n": "a\nb\n",
    "true && echo yes || echo no": "yes\n",
    "false && echo yes || echo no": "no\n",
    "false || true && echo both": "both\n",
    "! true; echo $?": "1\n",
    "echo one & echo two": "one\ntwo\n",
    "false; echo $?": "1\n",
    "nothere 2>/dev/null; echo $?": "127\n",
    "(exit 3); echo $?": "3\n",
    "{ echo a; echo b; } | wc -l": "2\n",
    "(cd /sdcard; pwd); pwd": "/sdcard\n/\n",
    "x=1; (x=2); echo $x": "1\n",
    # pipes
    "echo abc | tr a-c A-C | cat": "ABC\n",
    "printf 'b\\na\\n' | sort | head -n 1": "a\n",
    "echo a | while read l; do echo got $l; done": "got a\n",
    "false | true; echo $?": "0\n",
    "true | false; echo $?": "1\n",
    # variables
    "X=1; echo $X${X}x": "11x\n",
    "echo [$UNSET] [${UNSET:-no}] [${HOME:+yes}]": "[] [no] [yes]\n",
    "echo ${A:=set} $A": "set set\n",
    "f=/a/b.tar.gz; echo ${f##*/} ${f%%.*} ${f%.*} ${f#*/}": "b.tar.gz /a/b /a/b.tar a/b.tar.gz\n",
    "x=hello; echo ${#x}": "5\n",
    "X='a  b'; echo $X \"$X\"": "a b a  b\n",
    "X=1 env | grep ^X=": "X=1\n",
    "X=1; env | grep ^X=": "",
    "export X=1; env | grep ^X=": "X=1\n",
    "export A=\"''\"; exec echo $A": "''\n",
    "sh -c 'echo $X' ": "\n",
    "x=$(false); echo $?": "1\n",
    'set -- a \'b c\'; for i in "$@"; do echo "<$i>"; done; echo $#': "<a>\n<b c>\n2\n",
    "echo $((2 + 3 * 4)) $(( (1 << 4) % 7 )) $((-7 / 2))": "14 2 -3\n",
    "n=4; echo $((n * n))": "16\n",
    # substitution
    "echo $(echo a; echo b)": "a b\n",
    'echo "$(echo a; echo b)"': "a\nb\n",
    "echo $(echo $(echo deep))": "deep\n",
    "echo `echo a``echo b`": "ab\n",
    # redirects
    "echo a >/sdcard/f; echo b >>/sdcard/f; cat /sdcard/f": "a\nb\n",
    "echo a >/sdcard/f; cat </sdcard/f": "a\n",
    "{ echo out; echo err >&2; } 2>&1": "out\nerr\n",
    "{ echo out; echo err >&2; } >/dev/null 2>&1": "",
    "nothere >/dev/null 2>&1; echo $?": "127\n",
    "nothere 2>/sdcard/e; cat /sdcard/e": f"{SH}: nothere: inaccessible or not found\n",
    "nothere &>/sdcard/e; wc -l </sdcard/e": "1\n",
    "cat <<END\n$HOME\nEND\necho after": "/\nafter\n",
    "cat <<'END'\n$HOME\nEND": "$HOME\n",
    "exec >/sdcard/log; echo in; exec 1>&2; cat /sdcard/log": "",
    "cat </dev/null; echo $?": "0\n",
    # control flow
    "if true; then echo a; elif true; then echo b; else echo c; fi": "a\n",
    "if false\nthen echo a\nelse echo c\nfi": "c\n",
    "for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done": "1\n3\n",
    "while true; do echo once; break; done": "once\n",
    "i=0; until [ $i -ge 2 ]; do i=$((i+1)); echo $i; done": "1\n2\n",
    "set -e; false; echo no": "",
    "eval 'X=5; echo $X'": "5\n",
    "while :; do while :; do break 2; done; echo no; done; echo out": "out\n",
    "for i in 1 2; do for j in 1 2; do continue 2; done; echo no; done; echo out": "out\n",
    "if false; then echo a; fi; echo $?": "0\n",
    "set a b c; shift 2; echo $1 $#; set | grep ^HOME": "c 1\nHOME=/\n",
    "echo 'X=1; echo read' >/sdcard/s; . /sdcard/s; echo $X": "read\n1\n",
    "X=1; unset X; echo [$X]; export Y=2; export | grep ^Y": "[]\nY=2\n",
    "printf 'a b c\n' | { read x y; echo \"$y-$x\"; }": "b c-a\n",
    "cd /sdcard; cd Music; cd -; pwd; cd; pwd": "/sdcard\n/sdcard\n/\n",
    "command echo hi; command; command cd /sdcard; pwd; type echo": (
        "hi\n/sdcard\n/system/bin/echo\n"
    ),
    "echo ${#} ${HOME:?} ${UNSET-x} ${#HOME}; EMPTY=; echo ${EMPTY-a}${EMPTY:-b}": "0 / x 1\nb\n",
    "echo \"a$(echo)b\" 'c'd\"e\"; X=' a '; echo [$X]x${X}y": "ab cde\n[ a ]x a y\n",
    "echo $((0x10 | 1)) $((!0 + ~0)) $((3 >= 2 && 1 != 1)) $((7 % -2)) $(( -(2) ))": (
        "17 0 0 1 -2\n"
    ),
    'echo \\$x "\\`" `echo \\`echo in\\``; echo $ "$"': "$x ` in\n$ $\n",
    "echo $'\\x41\\u4e2d\\101\\'\\ud800'; echo '\\x41'": "A中A'\N{REPLACEMENT CHARACTER}\nA\n",
    "echo a 3<&0 2>&- >/dev/stdout; echo e >/dev/stderr 2>/dev/null": "",
    "[[ abc == a* && x ]]; [[ abc == a* ]] && echo glob; [[ a1 =~ [0-9] ]] && echo re": (
        "glob\nre\n"
    ),
    "while [[ -z $(echo 1) ]]; do sleep 1; done; echo booted": "booted\n",
    "[[ ab != a? ]] || echo same; [ ab != 'a?' ] && echo other": "same\nother\n",
    # patterns
    "cd /sdcard; touch b.txt a.txt c.png; echo *.txt": "a.txt b.txt\n",
    "touch /sdcard/a.x; echo /sdcard/*.x '/sdcard/*.x' /sdcard/*.y": (
        "/sdcard/a.x /sdcard/*.x /sdcard/*.y\n"
    ),
    "ls -d /sd*/D[CO]*": "/sdcard/DCIM\n",
    # commands
    "command -v ls cd nothere": "/system/bin/ls\ncd\n",
    "/system/bin/echo full": "full\n",
    "printf 'echo $0 $1' >/sdcard/s.sh; sh /sdcard/s.sh arg": "sh arg\n",
    "cd /data/local/tmp; printf 'echo run $1' >s; chmod +x s; ./s it": "run it\n",
}


@pytest.mark.parametrize("script", OUTPUTS)
def test_script_prints(script: str) -> None:
    assert ShellRunner()(script).out == OUTPUTS[script]


ERRORS = {
    "nothere": (127, f"{SH}: nothere: inaccessible or not found\n"),
    "/sdcard/nothere": (127, f"{SH}: /sdcard/nothere: inaccessible or not found\n"),
    "/sdcard": (126, f"{SH}: /sdcard: can't execute: Permission denied\n"),
    "echo 'open": (1, f"{SH}: no closing quote\n"),
    'echo "open': (1, f"{SH}: no closing quote\n"),
    "echo $(open": (1, f"{SH}: syntax error: unmatched '$('\n"),
    "echo a;; b": (1, f"{SH}: syntax error: unexpected ';'\n"),
    "| cat": (1, f"{SH}: syntax error: unexpected '|'\n"),
    "fi": (1, f"{SH}: syntax error: unexpected 'fi'\n"),
    "echo )": (1, f"{SH}: syntax error: unexpected ')'\n"),
    "if true; then echo": (1, f"{SH}: syntax error: unexpected end of file\n"),
    "echo >": (1, f"{SH}: syntax error: unexpected end of file\n"),
    "echo a >/proc/x": (1, f"{SH}: can't create /proc/x: Read-only file system\n"),
    "echo a >/sdcard/no/x": (1, f"{SH}: can't create /sdcard/no/x: No such file or directory\n"),
    "cat </sdcard/no": (1, f"{SH}: can't open /sdcard/no: No such file or directory\n"),
    "cd /sdcard/no": (2, f"{SH}: cd: /sdcard/no: No such file or directory\n"),
    "echo $((1/0))": (1, f"{SH}: 1/0: divide by zero\n"),
    "echo ${X:?missing}": (1, f"{SH}: X: missing\n"),
    "exit 300": (44, ""),
    "exit x": (1, f"{SH}: exit: x: bad number\n"),
    "while true; do sleep 9; done": (1, f"{SH}: a loop went on for 20000 rounds; it is ended\n"),
    "(" * 3000: (1, f"{SH}: syntax error: nested too deeply\n"),
    f"echo $(({'(' * 500}1{')' * 500}))": (
        1,
        f"{SH}: {'(' * 500}1{')' * 500}: nested too deeply\n",
    ),
    "echo $((1 +))": (1, f"{SH}: 1 +: unexpected end of expression\n"),
    "echo $((1 $ 2))": (1, f"{SH}: 1 $ 2: unexpected '$'\n"),
    "X=abc; echo $((X))": (1, f"{SH}: X: abc: bad number\n"),
    "shift": (1, f"{SH}: shift: nothing to shift\n"),
    "set -z": (1, f"{SH}: set: -z: unknown option\n"),
    "export 1=2": (1, f"{SH}: export: 1=2: is not an identifier\n"),
    ". /sdcard/no": (1, f"{SH}: .: /sdcard/no: No such file or directory\n"),
    "eval 'echo ('": (1, f"{SH}: eval: syntax error: unexpected '('\n"),
    "cd /system/bin/sh": (2, f"{SH}: cd: /system/bin/sh: No such file or directory\n"),
    "echo x 3>/sdcard/x": (1, f"{SH}: 3: bad file descriptor\n"),
    "echo x >&7": (1, f"{SH}: 7: bad file descriptor\n"),
    "echo ${x!}": (1, f"{SH}: bad substitution\n"),
    "cat <<END\nopen": (1, f"{SH}: here document 'END' unclosed\n"),
    "for $x in a; do true; done": (1, f"{SH}: syntax error: bad name\n"),
    "exec false": (1, ""),
}


@pytest.mark.parametrize("script", ERRORS)
def test_script_fails(script: str) -> None:
    result = ShellRunner()(script)

    assert (result.rc, result.err) == ERRORS[script]
    assert result.out == ""


def test_unknown_command_is_told_loudly(caplog: pytest.LogCaptureFixture) -> None:
    shell = ShellRunner()

    shell("frobnicate --now 'a b'")

    assert shell.phone.events == [("unknown_command", "frobnicate --now a b")]
    assert "frobnicate" in caplog.text


def test_script_from_stdin_shares_it_with_its_commands() -> None:
    result = ShellRunner()("", b"echo 1\nread line\nfor the read\necho $line; cat\nrest\nexit 9\n")

    assert result == (0, "1\nfor the read\nrest\nexit 9\n", "")


def test_script_from_stdin_goes_on_over_lines_and_errors() -> None:
    result = ShellRunner()("", b"if true\nthen echo 'a\nb'\nfi\n;;\nnothere\nexit 7\necho no\n")

    assert result.rc == 7
    assert result.out == "a\nb\n"
    assert result.err.splitlines() == [
        f"{SH}: syntax error: unexpected ';'",
        f"{SH}: nothere: inaccessible or not found",
    ]


def test_unfinished_script_from_stdin_is_an_error() -> None:
    assert ShellRunner()("", b"echo 'open\n") == (1, "", f"{SH}: no closing quote\n")


def test_a_shell_that_calls_itself_ends() -> None:
    shell = ShellRunner()
    shell("echo 'sh /sdcard/again.sh' >/sdcard/again.sh")

    result = shell("sh /sdcard/again.sh")

    assert result.rc == 1
    assert "too many shells in each other" in result.err


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(deadline=None)
@given(TEXT)
def test_quoted_text_comes_back_from_echo(text: str) -> None:
    # `-E`, because Android's echo turns escapes into what they mean; `x`, as `-n` is an option too.
    script = f"echo -E {shlex.quote('x' + text)}"

    assert ShellRunner().bytes(script) == (0, f"x{text}\n".encode(), b"")


@settings(deadline=None)
@given(st.lists(TEXT, max_size=5))
def test_quoted_words_stay_words(words: list[str]) -> None:
    script = "printf '%s\\0' " + shlex.join(words) if words else "true"

    _, out, _ = ShellRunner().bytes(script)

    assert out == "".join(f"{word}\0" for word in words).encode()


@settings(deadline=None)
@given(TEXT)
def test_double_quoted_text_comes_back(text: str) -> None:
    escaped = "".join(f"\\{char}" if char in '\\"$`' else char for char in text)

    assert ShellRunner().bytes(f'printf %s "{escaped}"')[1] == text.encode()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_script_ends_in_an_exit_code(script: str) -> None:
    rc, _, _ = ShellRunner().bytes(script or "true")

    assert 0 <= rc <= 255


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_bytes_pass_through_pipes_and_files(data: bytes) -> None:
    script = "base64 -d | cat >/sdcard/x; cat /sdcard/x | cat"

    assert ShellRunner().bytes(script, b64encode(data))[1] == data
