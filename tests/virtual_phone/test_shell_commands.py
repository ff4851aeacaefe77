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
    "cd /sdcard; mkdir d; rmdir d; ls -d d 2>/dev/null; echo $?": "1\n",
    "cd /sdcard; touch -c none; ls none 2>/dev/null; touch a; chmod 600 a; stat -c %A a": (
        "-rw-------\n"
    ),
    "cd /sdcard; touch a; chmod u=rwx,go-r a; stat -c %a a; chmod +x a; stat -c %A a": (
        "700\n-rwx--x--x\n"
    ),
    "cd /sdcard; echo a >x; tee -a x <x; wc -l <x; cat - x <x": "a\n2\na\na\na\na\n",
    "cd /sdcard/Music; seq 99 >x; echo 1 >y; sleep 60; echo 22 >z; ls -S; ls -tr": (
        "x\nz\ny\ny\nx\nz\n"
    ),
    "cd /sdcard; stat Music | head -2; du -h Music; ls -dF Music; ls -nd Music": (
        "  File: Music\n  Size: 4096\t Blocks: 8\t IO Blocks: 512\tdirectory\n4.0K\tMusic\n"
        "Music/\ndrwxrwx--x 2 2000 2000 4096 2027-01-04 09:30 Music\n"
    ),
    "ls /sdcard/Music /sdcard/DCIM; ll /sdcard/Music; stat -c '%%%y' /sdcard": (
        "/sdcard/Music:\n\n/sdcard/DCIM:\ntotal 0\n%2027-01-04 09:30:00.000000000 +0000\n"
    ),
    "df -h /data | tail -1 | tr -s ' ' | cut -d ' ' -f 1,2,6": "/dev/block/dm-1 64G /data\n",
    "find /sdcard/Music -maxdepth 0 -print; find /sdcard -iname mUs* -type d": (
        "/sdcard/Music\n/sdcard/Music\n"
    ),
    # coding
    "printf 'hi there' | base64; echo aGk= | base64 -d": "aGkgdGhlcmU=\nhi",
    "seq 100 | base64 | head -1 | wc -c; seq 100 | base64 -w 0 | wc -l": "77\n0\n",
    "echo x | gzip | gzip -d; echo y >/sdcard/y; gzip /sdcard/y; zcat /sdcard/y.gz": "x\ny\n",
    "echo AB | xxd -p; echo AB | xxd": (
        "41420a\n00000000: 4142 0a                                  AB.\n"
    ),
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
    "printenv HOME; uptime; hostname; id -un; uname -a": (
        "/\n 09:30:00 up 1 day,  0 users,  load average: 0.00, 0.00, 0.00\nlocalhost\nshell\n"
        "Linux localhost 5.15.0-virtual #1 SMP PREEMPT aarch64 Toybox\n"
    ),
    "date -d 2027-02-03 +%A; date '+%z %Z %N %%'": "Wednesday\n+0000 UTC 000000000 %\n",
    "echo 'echo $1' | sh; sh -c 'echo $0 $1' n one; usleep 1500000; date +%S": "\nsh one\n01\n",
    "printf 'a\\0b c' | xargs -0 -n 1 echo; echo | xargs -r echo no; echo | xargs false; echo $?": (
        "a\nb c\n123\n"
    ),
    "seq 3 -1 1 | tac; echo abc | rev; printf 'a\nA\nb\n' | uniq -i -u": "1\n2\n3\ncba\nb\n",
    "printf 'b:2\na:10\n' | sort -t: -k2n; printf 'b\nA\na\n' | sort -f": "b:2\na:10\nA\na\nb\n",
    "seq 9 | sed -n '/3/,/5/p;$p'; echo aXbX | sed 's/x/-/i;s/X$/\\n/'": "3\n4\n5\n9\na-b\n\n",
    "echo a.b | cut -d . -f 1 -O x; echo none | cut -d: -f1 -s; echo a:b:c | cut -d: -f1,3 -O+": (
        "a\na+c\n"
    ),
    "printf '%d %d %s %*d|' 0x1f \"'A\" x 4 7; printf '%e' 1": "31 65 x    7|1.000000e+00",
    "printf '%s' ; printf 'a\\tb%%\n'; printf '%b|' 'x\\cy' z": "a\tb%\nx",
    "printf 'ab\ncd\n' | grep -w ab; printf 'ab\n' | grep -x a; printf 'x\ny\n' | grep -L x": (
        "ab\n"
    ),
    "printf 'a[1]\\n' | grep 'a[[]'; printf 'a*\\n' | grep '*'": "a[1]\na*\n",
    "echo aab | grep 'a\\{2\\}'; echo 'x]-' | grep 'x[]a[:digit:]&&]-'": "aab\nx]-\n",
    "cd /sdcard; echo 1 >a; echo 2 >b; head -n1 a b; wc -l a b; tail -c +2 a": (
        "==> a <==\n1\n\n==> b <==\n2\n1 a\n1 b\n2 total\n\n"
    ),
    # test
    "[ -s /sdcard ] && [ ! -x /nope ] && ! [ -L /sdcard ] && [ word ] && ! [ ] && echo yes": (
        "yes\n"
    ),
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
    "rmdir /sdcard/no": (1, "rmdir: /sdcard/no: No such file or directory\n"),
    "echo >/sdcard/f; rmdir /sdcard/f": (1, "rmdir: /sdcard/f: Not a directory\n"),
    "cp /sdcard /sdcard/Music -r": (1, "cp: /sdcard: Invalid argument\n"),
    "cp /dev/null /dev/null /sdcard/x": (1, "cp: '/sdcard/x' not directory\n"),
    "chmod rwx /sdcard": (1, "chmod: bad mode 'rwx'\n"),
    "chmod 600 /nope": (1, "chmod: /nope: No such file or directory\n"),
    "stat /nope": (1, "stat: '/nope': No such file or directory\n"),
    "find /nope": (1, "find: '/nope': No such file or directory\n"),
    "find / -exec ls": (1, "find: bad -exec\n"),
    "du /nope": (1, "du: /nope: No such file or directory\n"),
    "cut -f x": (1, "cut: bad list 'x'\n"),
    "cut": (1, "cut: Needs -fcb\n"),
    "head -n": (1, "head: Missing argument to -n\n"),
    "sed": (1, "sed: no script\n"),
    "sed y/a/b/": (1, "sed: unknown command 'y' in 'y/a/b/'\n"),
    "sed s/a": (1, "sed: unterminated 's/a'\n"),
    "sed -E 's/(/x/'": (1, "sed: bad regex '('\n"),
    "echo a | sort -k x": (1, "sort: bad -k 'x'\n"),
    "seq 1 0 3": (1, "seq: bad increment\n"),
    "printf %d x": (1, "printf: x: not a number\n"),
    "gunzip /sdcard/x": (1, "gunzip: /sdcard/x: No such file or directory\n"),
    "echo >/sdcard/x; cat /sdcard/x | gzip >/sdcard/y; gunzip /sdcard/y": (
        1,
        "gunzip: /sdcard/y: no .gz suffix\n",
    ),
    "date -d tomorrow": (1, "date: bad date 'tomorrow'\n"),
    "sh /sdcard/no.sh": (127, "sh: /sdcard/no.sh: No such file or directory\n"),
    "sh -c": (1, "sh: -c: requires an argument\n"),
    "toybox nothere": (127, "/system/bin/sh: nothere: inaccessible or not found\n"),
    "toybox": (1, "toybox: Needs a command\n"),
    "[ -q x ]": (2, "[: -q: unexpected operator/operand\n"),
    "[ a b ]": (2, "[: b: unexpected operator/operand\n"),
    "[[ a =~ ( ]]": (1, "/system/bin/sh: syntax error: unexpected '('\n"),
    "[[ a =~ '(' ]]": (2, "[[: (: bad pattern\n"),
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
