"""Every mistake in a task file is told with its place and what to do about it."""

from pathlib import Path

import pytest

from agent.suite.language.cases import load_cases
from agent.suite.language.problem import MOST, TaskProblemsError
from tests.agent.suite.task_files import gather, told, unset
from tools.errors import TaskError

_STEP = "name: a\nsteps:\n- "
_CHECK = "name: a\ngoal: x\nchecks:\n- "
_TASK = "name: a\ngoal: x\n"

SYNTAX = [
    ("", "1:1: there is no task in this file."),
    ("# nothing\n---\n---\n", "1:1: there is no task in this file."),
    ("name", "1:1: a task is a mapping."),
    ("- a", "1:1: a task is a mapping."),
    (_TASK + "---\n- a", "4:1: a task is a mapping."),
    (_TASK + "goal: y", "3:1: the key 'goal' stands here twice, first in line 2."),
    ("name: a\ngoal: {text: ${x}}", "2:14: a ${…} between { } or [ ] must stand in quotes."),
    ("name: a\nchecks: [${x}]", "2:10: a ${…} between { } or [ ] must stand in quotes."),
    ("name: a\n\tgoal: x", "2:1: a tab stands here. Indent with spaces."),
    (_STEP + "tap:\n\ttext: x", "4:1: a tab stands here. Indent with spaces."),
    ('name: a\ngoal: "abc', "2:7: the quote that opens here is not closed."),
    ("name: a\ngoal: 'it's'", "2:11: this does not fit what stands above it."),
    ("name: a\ngoal: a: b", "2:8: a second ': ' cannot stand here."),
    ("name: a\ngoal: @x", "2:7: a value cannot begin with '@'. Put the value in quotes."),
    ("name: a\ngoal: `x`", "2:7: a value cannot begin with '`'."),
    ("name: a\ngoal: *x", "2:7: the alias *x is not defined above."),
    ("name: a\ngoal: * x", "2:8: a value cannot begin with * or &."),
    ("name: &a [*a]", "1:11: the alias *a stands inside of what it stands for."),
    ("name: a\ngoal: !!int 3", "2:7: tags such as !!int are not used here"),
    ("name: a\ngoal: !python/object:os.system x", "2:7: tags such as !!int are not used here"),
    ("name: a\n<<: {goal: x}", "2:1: merge keys (<<) are not used here."),
    ("? [a]\n: b", "1:3: a key is a text, not a list or a mapping."),
    ("name: a\ngoal: [", "2:8: the [ of line 2 is not closed"),
    ("name: a\ntags: [x, {b: [1]}, [\n\n", "4:1: the [ of line 2 is not closed"),
    ("name: a\ntags: [x,\n {b: }, {c: ]", "3:13: the { of line 3 is not closed"),
    ("name: a\ntags: [b, {c", "2:13: the { of line 2 is not closed, or a comma is missing."),
    ("name: a\nfoo\n", "2:1: a ':' is missing here."),
    (_STEP + "tap: x\n tap: y", "4:2: this does not fit what stands above it."),
    ("a: \x07", "1:4: the character U+0007 may not stand in a task file."),
    ('a: "\\x1b[2J"', "1:4: the character U+001B may not stand here."),
    ('a: "\\q"', "1:6: this cannot stand in quotes"),
    ('a: "\\uD800"', "1:4: the character U+D800 may not stand here."),
    ("a: \ufdd0x\ufdd1", "1:4: the character U+FDD0 may not stand in a task file."),
    ("%YAML 3.0\n---\na: b", "1:1: this is no YAML: found incompatible YAML document"),
]
STEPS = [
    ("tapp: x", "3:3: unknown key 'tapp'. Did you mean 'tap'?"),
    ("click: x", "3:3: unknown key 'click'. Did you mean 'tap'?"),
    ("{tap: x, optinal: true}", "3:12: unknown key 'optinal'. Did you mean 'optional'?"),
    ("{tap: x, type: y}", "3:12: a step has one verb, not tap and type. Make a step of each."),
    ("{optional: true}", "3:3: a step needs a verb, one of: goal, tap, "),
    ("back", "3:3: a step must be a mapping, not 'back'. Write back: with a colon."),
    ("tap Log in", "3:3: a step must be a mapping, not 'tap Log in'. Write tap: Log in"),
    ("click Log in", "3:3: a step must be a mapping, not 'click Log in'. Write tap: Log in"),
    ("tap: {txt: a}", "3:9: unknown key 'txt'. Did you mean 'text'?"),
    ("shell: {cmd: a, timeout: 3s}", "3:19: unknown key 'timeout'. Write 'timeout' beside 'shell'"),
    ("tap: {text: a, if: b}", "3:18: unknown key 'if'. Write 'if' beside 'tap', not in it."),
    ("tap: {text: a, shell: b}", "3:18: unknown key 'shell'. Known: text, "),
    ("tap:", "3:7: tap must not be empty."),
    ("tap: ' '", "3:8: tap must not be empty."),
    ("tap: #login", "3:7: tap must not be empty. A # after a space begins a comment"),
    ("tap: {}", "3:8: tap needs at least one of: text, description, id, "),
    ("tap: [a]", "3:8: tap must be a mapping, not a list."),
    ("tap: {text: [a]}", "3:15: text must be a text, not a list."),
    ("tap: {at: [1]}", "3:13: at has too few values."),
    ("tap: {at: [1, 2, 3]}", "3:13: at has more than 2 values."),
    ("tap: {at: [1, 2000]}", "3:17: at must be a whole number from 0 to 1000, not '2000'."),
    ("tap: {at: 1}", "3:13: at must be a list, not '1'. Write at: [1]."),
    ("tap: {at: [1, 2], text: x}", "3:21: tap cannot have 'text' beside 'at'"),
    ("tap: {patch: a.png, at: [1, 2]}", "3:9: tap cannot have 'patch' beside 'at'"),
    ("tap: {below: {txt: x}}", "3:17: unknown key 'txt'. Did you mean 'text'?"),
    ("tap: {text: a, index: 0}", "3:25: index must be a whole number from 1 to 1000, not '0'."),
    ("tap: {text: a, index: 007}", "3:25: index must be a whole number from 1 to 1000"),
    ("{tap: x, optional: yes}", "3:22: optional must be true or false, not 'yes'."),
    ("{tap: x, timeout: 10}", "3:21: timeout must be a time such as 500ms, 10s or 2m, not '10'."),
    ("{tap: x, timeout: 25h}", "3:21: timeout must be more than 0 and at most 24 hours"),
    ("{tap: x, max_steps: 3}", "3:12: a step has max_steps with a goal only, not with tap."),
    ("{goal: x, max_steps: many}", "3:24: max_steps must be a whole number from 1 to 1000"),
    ("{wait: 1s, if: a, when: b}", "3:21: a step has an if or a when, not both."),
    ("{tap: a, if: {}}", "3:16: if needs at least one of: text, gone, app, node."),
    ("wait: soon", "3:9: wait must be a time such as 500ms, 10s or 2m, not 'soon'."),
    ("wait: {time: 1s, text: a}", "3:20: wait has a time or a condition, not both."),
    ("wait: {}", "3:9: wait needs a time, or at least one of: text, gone, app, node."),
    ("key: entr", "3:8: key must be one of enter, "),
    ("key: ctrl+foo+a", "3:8: key must be one key, or several joined by +"),
    ("swipe: upp", "3:10: swipe must be one of up, down, left, right, not 'upp'."),
    ("swipe: {from: a}", "3:10: swipe needs a direction, or both from and to."),
    ("swipe: {direction: up, from: a, to: b}", "3:26: swipe has a direction, or from and to"),
    ("swipe: {from: a, to: b, distance: 0.2}", "3:27: swipe has 'distance' only with a direction"),
    ("swipe: {direction: up, distance: 2}", "3:36: distance must be a part between 0 and 1"),
    ("type: ''", "3:9: type needs a text. To empty a field add clear: true."),
    ("shell: {cmd: x, code: 300}", "3:25: code must be a whole number from 0 to 255"),
    ("extract: {name: x}", "3:12: extract needs a source, one of: read, shell, ask."),
    ("extract: {name: 1x, ask: y}", "3:19: name must be one word (letters, digits and _"),
    ("extract: {name: x, ask: y, shell: z}", "3:22: extract has one source, not shell and ask."),
    ("back: 3", "3:9: back takes no value, and has '3'."),
    ("use: #login", "3:7: use must not be empty. A # after a space begins a comment"),
    ("use: '#nope'", "3:8: use: there is no task 'nope' there. Known: a."),
    ("use: other.yaml", "3:8: use: 'other.yaml' is no task file (*.task.yaml)."),
    ("use: /x.task.yaml#y", "3:8: use: '/x.task.yaml' is no task file"),
    ("use: x.task.yaml#y", "3:8: use: there is no file 'x.task.yaml' here."),
    ("use: '#a'", "3:8: use: tasks use each other in a circle: t.task.yaml#a uses t.task.yaml#a."),
    ("use: {task: '#a', with: {x: 1}}", "3:15: use: tasks use each other in a circle"),
    ("tap: ${x}", "3:8: ${x} has no value here. Give it a value in vars or params."),
    ("tap: some $${y} and ${x}", "3:23: ${x} has no value here."),
    ('tap: "é ${x}"', "3:11: ${x} has no value here."),
    ("tap: ${x", "3:8: '${x' is no name of a value."),
    ("tap: ${a b}", "3:8: '${a b}' is no name of a value."),
    ("tap: ${}", "3:8: '${}' is no name of a value."),
    ("tap: ${env.NOPE}", "3:8: NOPE is not set in the environment."),
    ("tap: ${secret.PIN}", "3:8: the secret 'PIN' is not declared. Add secrets: [PIN]."),
]
CHECKS = [
    ("text", "4:3: a check must be a mapping, not 'text'. Write text: with a colon."),
    ("textt: x", "4:3: unknown key 'textt'. Did you mean 'text'?"),
    ("{text: a, ai: b}", "4:13: a check has one check, not text and ai."),
    ("{optional: true}", "4:3: a check needs a check, one of: text, node, "),
    ("text: {}", "4:9: text needs a question, one of: visible, gone, matches."),
    ("text: {visible: a, gone: b}", "4:22: text has one question, not visible and gone."),
    ("text: {matches: '('}", "4:19: matches must be a regular expression, and '(' is none"),
    ("node: {text: a, exists: false, checked: true}", "4:34: node cannot have 'checked' of what"),
    ("node: {text: a, shows: {}}", "4:9: node needs at least one of: equals, contains"),
    ("content: {uri: foo, rows: 1}", "4:18: uri must be an address (such as content://"),
    ("content: {uri: content://x}", "4:12: content needs at least one of: rows, at_least"),
    ("content: {uri: content://x, rows: 1, at_least: 1}", "4:40: content has 'at_least' beside"),
    ("settings: {table: globl, name: x, equals: y}", "4:21: table must be one of system, secure"),
    ("settings: {table: global, name: x}", "4:13: settings needs at least one of: equals"),
    ("settings: {table: global, equals: x}", "4:13: 'name' is missing in settings."),
    ("file: {path: a.txt}", "4:16: path must be a path (from the root"),
    ("file: {path: /a, exists: false, contains: x}", "4:35: file cannot have 'contains' of what"),
    ("python: foo", "4:11: python must be a function (by file and name"),
    ("screen: {baseline: x.png, mask: [foo]}", "4:36: mask must be status_bar, nav_bar, keyb"),
    ("screen: {baseline: x.png, mask: [[9, 0, 1, 2]]}", "4:36: mask must be status_bar"),
    ("screen: {baseline: x.png, mask: status_bar}", "4:35: mask must be a list, not 'status_bar'"),
    ("value: {equals: x}", "4:10: 'of' is missing in value."),
    ("ai: {statement: x, votes: 0}", "4:29: votes must be a whole number from 1 to 9, not '0'."),
    ("ai: {statement: x, uncertain: pass}", "4:33: uncertain must be one of fail, warn"),
]
TASKS = [
    ("name: a", "1:1: the task needs a thing to do, one of: goal, steps."),
    ("goal: x", "1:1: 'name' is missing."),
    ("nam: a\ngoal: x", "1:1: unknown key 'nam'. Did you mean 'name'?"),
    ("name: a\nstep: [back: ]", "2:1: unknown key 'step'. Did you mean 'steps'?"),
    (_TASK + "timeout: 3s", "3:1: unknown key 'timeout'. Did you mean 'budget'?"),
    (_TASK + "steps: [back: ]", "3:1: the task has one thing to do, not goal and steps."),
    ("name: a\nsteps: []", "2:1: the task has an empty list of steps."),
    ("name: 'a[b]'\ngoal: x", "1:7: name must be one line (without [ ]"),
    ("name: [a]\ngoal: x", "1:7: name must be a text, not a list."),
    (_TASK + "---\nname: a\ngoal: y", "4:7: the name 'a' is taken by the task in line 1."),
    (_TASK + "version: 2", "3:10: version must be 1, not '2'."),
    (_TASK + "tags: smoke", "3:7: tags must be a list, not 'smoke'. Write tags: [smoke]."),
    (_TASK + "tags: [a b]", "3:8: a tag must be one word (letters, digits"),
    (_TASK + "target: {platfrm: x}", "3:10: unknown key 'platfrm'. Did you mean 'platform'?"),
    (_TASK + "target: phone", "3:9: target must be a mapping, not 'phone'."),
    (_TASK + "budget: {time: 3}", "3:16: time must be a time such as"),
    (_TASK + "cache: of", "3:8: cache must be one of off, read, auto, refresh, not 'of'."),
    (_TASK + "retries: 11", "3:10: retries must be a whole number from 0 to 10, not '11'."),
    (_TASK + "skip: true", "3:7: skip must say why, not 'true'."),
    (_TASK + "checks: {text: a}", "3:9: checks must be a list, not a mapping."),
    (_TASK + "solution: [goal: y]", "3:12: the task cannot have a goal in its solution."),
    (_TASK + "params: []", "3:1: the task has an empty list of params."),
    (_TASK + "params: [{a: b}]", "3:10: a row needs an id, by which its case is known."),
    (_TASK + "params: [{id: x y}]", "3:11: a row must have an id of letters, digits"),
    (_TASK + "params: [{id: x}, {id: x}]", "3:20: the task has two rows with the id 'x'."),
    (_TASK + "params: [{id: x, q: 1}, {id: y}]", "3:25: the task has 'q' in one of the rows"),
    (_TASK + "params: [{id: x, env: 1}]", "3:18: a row cannot give a value to 'env'"),
    (_TASK + "params: [{id: x, q: [1]}]", "3:18: a row must have a text for 'q', not a list."),
    (_TASK + "needs: [q]\nparams: [{id: x}]", "4:1: the task has rows or needs, not both"),
    (_TASK + "needs: [q, q]", "3:12: the task has 'q' in needs, which stands there twice."),
    (_TASK + "vars: {a-b: 1}", "3:8: a key of vars must be one word (letters, digits"),
    (_TASK + "vars: {env: 1}", "3:8: the task has 'env' in vars, which has a meaning"),
    (_TASK + "vars: [a]", "3:7: vars must be a mapping, not a list."),
    (_TASK + "vars: {a: ${b}, b: 1}", "3:11: a ${…} between { } or [ ] must stand in quotes."),
    (_TASK + "vars: {a: '${b}', b: 1}", "3:12: ${b} has no value here."),
    ("name: a\ngoal: ${tset}\nvars: {test: 1}", "2:7: ${tset} has no value here. Did you mean"),
    (_TASK + "secrets: [PIN, PIN]", "3:16: the task has 'PIN' in secrets, which stands there"),
    ("name: a\nvars: {q: 1}\nsteps: [extract: {name: q, ask: x}]", "3:9: what is read here is"),
    (
        "name: a\nsteps: [extract: {name: q, ask: x}, {goal: x, max_steps: '${q}'}]",
        "2:58: max_steps must be a whole number from 1 to 1000, not '${q}'.",
    ),
    ("name: a\nsteps: [goal: '${q}', extract: {name: q, ask: x}]", "2:16: ${q} has no value here."),
    ("name: a\nsetup: [tap: '${q}']\nsteps: [extract: {name: q, ask: x}]", "2:15: ${q} has no"),
]
MISTAKES = [
    *SYNTAX,
    *((_STEP + text, said) for text, said in STEPS),
    *((_CHECK + text, said) for text, said in CHECKS),
    *TASKS,
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[text for text, _ in MISTAKES])
def test_a_mistake_is_told_once_at_its_place(text: str, said: str, tmp_path: Path) -> None:
    found = told(gather(tmp_path, text))
    assert len(found) == 1, found
    assert found[0].startswith(f"t.task.yaml:{said}"), found[0]
    assert "\n" not in found[0]


def test_there_are_enough_of_them() -> None:
    assert len(MISTAKES) == len({text for text, _ in MISTAKES}) >= 150


def test_all_mistakes_of_all_files_are_told_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.task.yaml").write_text(
        "name: a\ntags: x\nsteps:\n- tapp: x\n- wait: soon\n- tap: ${y}\nchecks: [text: {}]\n"
        "params: [{id: a}, {id: a}]\n"
    )
    (tmp_path / "b.task.yaml").write_text("name: [")
    with pytest.raises(TaskProblemsError) as caught:
        load_cases(["."], root=tmp_path, environment=unset)
    places = [str(each.place) for each in caught.value.problems]
    assert places == [
        "a.task.yaml:2:7",
        "a.task.yaml:4:3",
        "a.task.yaml:5:9",
        "a.task.yaml:7:16",
        "a.task.yaml:8:20",
        "b.task.yaml:1:8",
    ]
    assert str(caught.value).startswith("a.task.yaml:2:7: tags must be a list")
    assert str(caught.value).endswith("(And 5 more.)")
    assert isinstance(caught.value, TaskError)


def test_of_very_many_mistakes_the_first_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.task.yaml").write_text("name: a\nsteps:\n" + "- tapp: x\n" * 50)
    with pytest.raises(TaskProblemsError) as caught:
        load_cases(["."], root=tmp_path, environment=unset)
    assert (len(caught.value.problems), caught.value.left_out) == (MOST, 50 - MOST)


def test_a_mistake_in_rows_is_told_once_and_of_each_row_if_it_differs(tmp_path: Path) -> None:
    rows = "params: [{id: a, n: 3}, {id: b, n: many}, {id: c, n: lots}]\n"
    found = told(
        gather(tmp_path, f"name: a\n{rows}steps: [{{goal: '${{z}}', max_steps: '${{n}}'}}]")
    )
    assert found == [
        "t.task.yaml:3:17: ${z} has no value here. Known: id, n.",
        "t.task.yaml:3:35: max_steps must be a whole number from 1 to 1000, not 'lots'.",
        "t.task.yaml:3:35: max_steps must be a whole number from 1 to 1000, not 'many'.",
    ]
    found = told(gather(tmp_path, f"name: a\n{rows}steps: [{{goal: z, max_steps: '${{n}}'}}]"))
    assert [each.rpartition("not ")[2] for each in found] == ["'lots'.", "'many'."]
    assert {each.partition(": ")[0] for each in found} == {"t.task.yaml:3:30"}
