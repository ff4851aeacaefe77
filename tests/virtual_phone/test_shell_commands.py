"""The general commands, as a table of scripts and what they print."""

import gzip
from base64 import b64encode

import pytest

from tests.virtual_phone.shell_runner import ShellRunner

FRUITS = "printf 'pear\\nfig\\nApple\\nfig\\n' >/sdcard/f; cd /sdcard; "

OUTPUTS = {
    # echo, printf
    "echo -n a": "a",
    "echo 'a\\tb\\c' dropped": "a\tb",
    "echo -E 'a\\tb'; echo -ne 'x\\n'": "a\\tb\nx\n",
    "echo - -x -n": "- -x -n\n",
    "printf '%s-%03d-%x\\n' a 7 255 b 8 16": "a-007-ff\nb-008-10\n",
    "printf '%5s|%-5s|%.2f|%c|%%\\n' ab cd 3.14159 xyz": "   ab|cd   |3.14|x|%\n",
    "printf '%b' 'a\\n'": "a\n",
    # grep
    FRUITS + "grep fig f": "fig\nfig\n",
    FRUITS + "grep -c fig f": "2\n",
    FRUITS + "grep -in app f": "3:Apple\n",
    FRUITS + "grep -v fig f": "pear\nApple\n",
    FRUITS + "grep -q fig f; echo $?": "0\n",
    FRUITS + "grep plum f; echo $?": "1\n",
    FRUITS + "grep -l fig f /sdcard/f": "f\n/sdcard/f\n",
    FRUITS + "grep -E '^(pear|Apple)$' f": "pear\nApple\n",
    FRUITS + "grep '^.ig' f | head -1": "fig\n",
    FRUITS + "grep -o 'p.*a' f": "pea\n",
    FRUITS + "grep -A1 pear f": "pear\nfig\n",
    FRUITS + "grep -m1 fig f f": "f:fig\nf:fig\n",
    "echo 'a+b' | grep -F a+b": "a+b\n",
    "echo 'a+b' | grep a+b": "a+b\n",
    "echo mCurrentFocus=x | grep -e mCurrentFocus -e mFocusedApp": "mCurrentFocus=x\n",
    "echo 12ab | grep -o '[[:digit:]]*'": "12\n",
    # cut, head, tail, wc
    "echo 'Physical density: 420' | cut -d ' ' -f 3": "420\n",
    "echo a:b:c | cut -d: -f2-; echo abcdef | cut -c 2-3,5": "b:c\nbce\n",
    "seq 20 | head -n 2; seq 20 | head -3 | tail -1": "1\n2\n3\n",
    "seq 5 | tail -n +4; seq 3 | head -n -1; echo abc | tail -c 2": "4\n5\n1\n2\nc\n",
    "seq 3 | wc -l; echo a b | wc": "3\n1 2 4\n",
    "printf 重庆 | wc -m; printf 重庆 | wc -c": "2\n6\n",
    # sort, uniq, tr, sed
    FRUITS + "sort f | uniq": "Apple\nfig\npear\n",
    FRUITS + "sort f | uniq -c | tr -s ' '": " 1 Apple\n 2 fig\n 1 pear\n",
    FRUITS + "sort -u f | wc -l; sort f | uniq -d": "3\nfig\n",
    "printf '10\\n9\\n1\\n' | sort -n; printf '10\\n9\\n' | sort": "1\n9\n10\n10\n9\n",
    "printf 'a 2\\nb 1\\n' | sort -k2 -n": "b 1\na 2\n",
    "printf 'a\\nb\\n' | sort -r": "b\na\n",
    "echo hello | tr a-y b-z; echo a1b2 | tr -d 0-9; echo 'a\\r' | tr -d '\\r'": "ifmmp\nab\na\n",
    "echo Abc | tr '[:upper:]' '[:lower:]'; echo abc | tr -cd 'b\\n'": "abc\nb\n",
    "echo a/b | sed 's/a/[&]/; s#/#-#g'": "[a]-b\n",
    "echo 'package:x' | sed 's/^package://'": "x\n",
    "echo 'k=v' | sed -E 's/(.)=(.)/\\2=\\1/'": "v=k\n",
    "seq 5 | sed -n '2,3p'; seq 3 | sed 2d; seq 9 | sed 2q": "2\n3\n1\n3\n1\n2\n",
    "seq 3 | sed '/2/s/2/two/'; seq 3 | sed -n '$p'; seq 2 | sed '1!d'": "1\ntwo\n3\n3\n1\n",
    "echo a >/sdcard/x; sed -i s/a/b/ /sdcard/x; cat /sdcard/x": "b\n",
    # files
    "mkdir -p /sdcard/a/b; touch /sdcard/a/b/c; ls -R /sdcard/a": (
        "/sdcard/a:\nb\n\n/sdcard/a/b:\nc\n"
    ),
    "cd /sdcard; echo hi >x; cp x y; mv x z; ls -p; cat y z": (
        "Alarms/\nAndroid/\nDCIM/\nDocuments/\nDownload/\nMovies/\nMusic/\nPictures/\ny\nz\nhi\nhi\n"
    ),
    "cd /sdcard; mkdir d; touch a b; mv a b d; ls d; cp -r d e; rm -r d; ls e": "a\nb\na\nb\n",
    "cd /sdcard/Music; touch .h a; ls; ls -a; ls -A": "a\n.\n..\n.h\na\n.h\na\n",
    "cd /sdcard/Music; echo hi >a; ls -l": (
        "total 4\n-rw-r--r-- 1 shell shell 3 2027-01-04 09:30 a\n"
    ),
    "ls /storage/emulated/0 | wc -l; ls -d /sdcard": "8\n/sdcard\n",
    "stat -c '%n %s %F %a' /sdcard; echo -n >/sdcard/e; stat -c %F /sdcard/e": (
        "/sdcard 4096 directory 771\nregular empty file\n"
    ),
    "printf hi >/sdcard/h; md5sum /sdcard/h; printf hi | md5sum -b": (
        "49f68a5c8493ec2c0bf489821c21fc3b  /sdcard/h\n49f68a5c8493ec2c0bf489821c21fc3b\n"
    ),
    "toybox md5sum </dev/null": "d41d8cd98f00b204e9800998ecf8427e  -\n",
    "rm -f /data/local/tmp/none && echo success": "success\n",
    "echo a | tee /sdcard/t | cat; cat /sdcard/t": "a\na\n",
    "touch /sdcard/q; find /sdcard -name 'q*' -type f": "/sdcard/q\n",
    "basename /a/b.txt .txt; dirname /a/b; realpath /sdcard/x": "b\n/a\n/storage/emulated/0/x\n",
    "head -c 5000 /dev/null >/sdcard/z; du -s /sdcard/z": "0\t/sdcard/z\n",
    "df | tail -1 | cut -d ' ' -f 1": "/dev/fuse\n",
    # coding
    "printf 'hi there' | base64; echo aGk= | base64 -d": "aGkgdGhlcmU=\nhi",
    "seq 100 | base64 | head -1 | wc -c; seq 100 | base64 -w 0 | wc -l": "77\n0\n",
    "echo x | gzip | gzip -d; echo y >/sdcard/y; gzip /sdcard/y; zcat /sdcard/y.gz": "x\ny\n",
    "echo AB | xxd -p": "41420a\n",
    # misc
    "date; date +%s; date '+%Y-%m-%d %H:%M'": (
        "Mon Jan  4 09:30:00 UTC 2027\n1799055000\n2027-01-04 09:30\n"
    ),
    "date -d @0 +%F": "1970-01-01\n",
    "sleep 90; date +%T; sleep 1.5m; date +%T": "09:31:30\n09:33:00\n",
    "whoami; id -u; id | cut -c 1-15": "shell\n2000\nuid=2000(shell)\n",
    "uname; uname -m; which ls nothere": "Linux\naarch64\n/system/bin/ls\n",
    "env A=1 sh -c 'echo $A'": "1\n",
    "seq 3 | xargs echo; seq 3 | xargs -n 1 echo x; echo a | xargs -I{} echo [{}]": (
        "1 2 3\nx 1\nx 2\nx 3\n[a]\n"
    ),
    "timeout 5 echo in time; nohup echo still": "in time\nstill\n",
    # test
    "[ a = a ] && [ a != b ] && [ -n a ] && [ -z '' ] && [ 2 -gt 1 ] && echo yes": "yes\n",
    "[ -d /sdcard ] && [ ! -e /nope ] && [ -f /sdcard ] || echo no": "no\n",
    "test a = b -o 1 -eq 1 && echo or; [ '(' a = a ')' -a b ] && echo and": "or\nand\n",
}


@pytest.mark.parametrize("script", OUTPUTS)
def test_command_prints(script: str) -> None:
    result = ShellRunner()(script)

    assert (result.out, result.err) == (OUTPUTS[script], "")


ERRORS = {
    "cat /sdcard/no": (1, "cat: /sdcard/no: No such file or directory\n"),
    "cat /sdcard": (1, "cat: /sdcard: Is a directory\n"),
    "ls /sdcard/no": (1, "ls: /sdcard/no: No such file or directory\n"),
    "rm /sdcard/no": (1, "rm: /sdcard/no: No such file or directory\n"),
    "rm /sdcard/Music": (1, "rm: /sdcard/Music: Is a directory\n"),
    "rm -r /sdcard": (1, "rm: /sdcard: Device or resource busy\n"),
    "mkdir /sdcard/a/b": (1, "mkdir: /sdcard/a/b: No such file or directory\n"),
    "mkdir /sdcard/Music": (1, "mkdir: /sdcard/Music: File exists\n"),
    "mkdir /system/x": (1, "mkdir: /system/x: Read-only file system\n"),
    "cp /sdcard/Music /sdcard/x": (1, "cp: /sdcard/Music: Is a directory\n"),
    "mv /sdcard/no /sdcard/x": (1, "mv: /sdcard/no: No such file or directory\n"),
    "rm": (1, "rm: Needs 1 argument\n"),
    "ls --frobnicate": (1, "ls: Unknown option 'frobnicate'\n"),
    "head -n x": (1, "head: not integer: x\n"),
    "grep '(' -E /dev/null": (
        2,
        "grep: bad REGEX '('\n",
    ),
    "sleep soon": (1, "sleep: not number 'soon'\n"),
    "[ 1 -eq x ]": (2, "[: x: bad number\n"),
    "[ a": (2, "[: missing ]\n"),
    "echo x | gunzip": (1, "gunzip: -: not gzip\n"),
    "echo '!' | base64 -d": (1, "base64: bad input\n"),
    "date 010100002027": (
        1,
        "date: cannot set date: Operation not permitted (to '010100002027')\n",
    ),
}


@pytest.mark.parametrize("script", ERRORS)
def test_command_fails(script: str) -> None:
    result = ShellRunner()(script)

    assert (result.rc, result.err) == ERRORS[script]


def test_stdin_of_a_command_is_bytes() -> None:
    data = bytes(range(256)) * 40

    assert ShellRunner().bytes("gzip -c | zcat | cat", data)[1] == data


def test_files_keep_bytes() -> None:
    shell = ShellRunner()

    shell("cat >/sdcard/b.gz", gzip.compress(b"packed"))

    assert shell("gunzip /sdcard/b.gz && cat /sdcard/b").out == "packed"


def test_lock_is_free_while_a_command_waits_for_stdin() -> None:
    shell = ShellRunner()
    lock = shell.phone.lock

    class Stdin:
        waited = 0

        def read(self, limit: int = -1) -> bytes:
            # Another thread could take it now: this one does not hold it.
            self.waited += 1
            with pytest.raises(RuntimeError):
                lock.release()
            return b""

    stdin = Stdin()
    shell.stream("cat", stdin)

    assert stdin.waited == 1


def test_base64_text_of_any_length_fits_on_a_command_line() -> None:
    data = bytes(300_000)

    assert ShellRunner().bytes(f"echo {b64encode(data).decode()} | base64 -d")[1] == data
