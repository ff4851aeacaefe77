"""From files to cases: who they are, what is filled in, and how tasks use one another."""

import random
from pathlib import Path
from typing import assert_never

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.suite.language import verbs
from agent.suite.language.cases import collect, load_cases
from agent.suite.language.fill import readable, resolve
from agent.suite.language.plan import PlannedStep
from agent.suite.language.step import Step
from tests.agent.suite.task_files import gather, only_case, told, unset
from tools.errors import TaskError

_ROWS = "name: b\nparams: [{id: x, v: 1}, {id: y, v: 2}]\nsteps: [type: '${v}']\n"


def texts(steps: tuple[PlannedStep, ...]) -> list[str]:
    """What the ``tap`` and ``type`` steps are about, those of used tasks in their place."""
    found: list[str] = []
    for each in steps:
        match each.step.verb:
            case verbs.Tap(text=str(text)) | verbs.Type(text=text):
                found.append(text)
            case verbs.Use():
                found += ["(", *texts(each.inner), ")"]
            case _:
                pass
    return found


def test_a_case_is_known_by_file_name_and_row(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "t.task.yaml").write_text("name: a\ngoal: x\n---\n" + _ROWS)
    cases = load_cases(["deep"], root=tmp_path, environment=unset)
    assert [case.id for case in cases] == [
        "deep/t.task.yaml::a",
        "deep/t.task.yaml::b[x]",
        "deep/t.task.yaml::b[y]",
    ]
    assert [case.title for case in cases] == ["a", "b[x]", "b[y]"]
    assert [case.place.line for case in cases] == [1, 4, 4]


@given(order=st.permutations(range(4)), rows=st.permutations(range(3)), more=st.booleans())
@settings(deadline=None, max_examples=30)
def test_a_case_stays_the_same_case_where_others_move_or_come(
    order: list[int], rows: list[int], more: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("order")
    shuffled = ", ".join(f"{{id: r{each}, v: v{each}}}" for each in rows)
    documents = [f"name: n{at}\nparams: [{shuffled}]\ngoal: '${{v}} {at}'\n" for at in order]
    documents += ["name: new\ngoal: x\n"] if more else []
    found = gather(folder, "---\n".join(documents))
    goals = {case.id: case.task.goal.text for case in found.cases if case.task.goal is not None}
    for at in range(4):
        for row in range(3):
            assert goals[f"t.task.yaml::n{at}[r{row}]"] == f"v{row} {at}"
    assert len(goals) == 12 + more


def test_paths_are_files_folders_patterns_and_ids(tmp_path: Path) -> None:
    for name in (
        "one.task.yaml",
        "two.task.yml",
        "no.yaml",
        "in/three.task.yaml",
        ".x/h.task.yaml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(_ROWS)

    def ids(*paths: str) -> list[str]:
        cases = load_cases(paths, root=tmp_path, environment=unset)
        return [case.id.removesuffix(".task.yaml") for case in cases]

    assert [each.partition(".")[0] for each in ids(".")] == ["one"] * 2 + ["two"] * 2 + [
        "in/three"
    ] * 2
    assert ids("*.task.yaml") == ids("one.task.yaml")
    assert ids("**/th*.task.yaml") == ids("in") == ids("in/three.task.yaml")
    assert ids("one.task.yaml", ".", "./one.task.yaml") == ids(".")
    assert ids("one.task.yaml::b[y]") == ["one.task.yaml::b[y]"]
    assert ids("one.task.yaml::b", "in::b[x]") == [
        *ids("one.task.yaml"),
        "in/three.task.yaml::b[x]",
    ]
    assert ids(str(tmp_path / "one.task.yaml")) == ids("one.task.yaml")
    assert load_cases([tmp_path], root=tmp_path / "in", environment=unset)[0].id.startswith("../")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nothere", "There is no 'nothere'."),
        ("no.yaml", "'no.yaml' is no task file."),
        ("*.txt", "No task file fits '*.txt'."),
        ("t.task.yaml::c", "There is no case 't.task.yaml::c'."),
        ("t.task.yaml::b[z]", "There is no case 't.task.yaml::b[z]'."),
        ("x" * 5000, "cannot be read: File name too long."),
        ("x" * 5000 + ".task.yaml", "cannot be read: File name too long."),
        ("", "'' is no path."),
        ("a\0b", "is no path."),
    ],
)
def test_a_path_that_leads_nowhere(path: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "no.yaml").write_text("a: b")
    (tmp_path / "t.task.yaml").write_text(_ROWS)
    with pytest.raises(TaskError) as caught:
        load_cases([path], root=tmp_path, environment=unset)
    assert said in str(caught.value)


def test_values_are_filled_in_where_they_stand(tmp_path: Path) -> None:
    text = (
        "name: a\nparams: [{id: r, n: 7, who: '${env.USER_NAME}'}]\n"
        "vars: {hello: 'Hi ${who}', twice: '${hello} ${hello}'}\nsecrets: [PIN]\n"
        "tags: ['tag_${id}']\ntarget: {seed: '${n}'}\n"
        "steps: [{goal: '${twice}!', max_steps: '${n}'}, type: '$${who} ${secret.PIN}']\n"
        "checks: [text: {visible: '${who}', gone: ''}]\n"
    ).replace(", gone: ''", "")
    case = only_case(gather(tmp_path, text, {"USER_NAME": "Ann: [${who}] '$'"}))
    first, second = (each.step for each in case.plan.steps)
    assert first.goal is not None
    assert first.goal.text == "Hi Ann: [${who}] '$' Hi Ann: [${who}] '$'!"
    assert first.max_steps == 7
    assert second.type is not None
    assert second.type.text == "${who} <secret:PIN>"
    assert (case.task.tags, case.task.target.seed, case.plan.secrets) == (("tag_r",), 7, ("PIN",))


@given(value=st.text(alphabet="${}x:[]'\"#\n -<>", max_size=12))
@settings(deadline=None)
def test_a_value_that_is_put_in_stays_text(
    value: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("value")
    text = "name: a\nvars: {x: 1}\nsteps: [type: {text: '$${${env.V}{x}', clear: true}]\n"
    case = only_case(gather(folder, text, {"V": value}))
    step = case.plan.steps[0].step
    assert step.type is not None
    assert step.type.text == "${" + value + "{x}"
    assert resolve(step, {"x": "leaked"}) == step


def test_what_is_read_at_run_time_is_filled_in_then(tmp_path: Path) -> None:
    text = (
        "name: a\nvars: {v: fixed}\nsteps:\n- extract: {name: q, read: Total}\n"
        "- type: '${v} ${q} $${q}'\n- {goal: 'Find ${q}', if: {text: '${q}'}}\n"
        "checks: [value: {of: '${q}', matches: '^${q}$'}]\n"
    )
    case = only_case(gather(tmp_path, text))
    step, goal = case.plan.steps[1].step, case.plan.steps[2].step
    assert step.type is not None
    assert readable(step.type.text) == "fixed ${q} ${q}"
    done = resolve(step, {"q": "${v} 5"})
    assert done.type is not None
    assert done.type.text == "fixed ${v} 5 ${q}"
    filled = resolve(goal, {"q": "x"})
    assert filled.goal is not None
    assert filled.condition is not None
    assert (filled.goal.text, filled.condition.text) == ("Find x", "x")
    check = case.plan.checks[0].check
    with pytest.raises(TaskError, match="has no value yet"):
        resolve(step, {})
    with pytest.raises(TaskError, match="must be a regular expression"):
        resolve(check, {"q": "("})
    with pytest.raises(TaskError, match="looks like the name of a secret"):
        resolve(step, {"q": "see <secret:PIN>"})


def test_a_text_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    grown = "".join(f"  v{at}: ${{v{at - 1}}}${{v{at - 1}}}\n" for at in range(1, 40))
    found = told(gather(tmp_path, f"name: a\nvars:\n  v0: xxxxxxxx\n{grown}goal: ${{v39}}\n"))
    assert found == [
        "t.task.yaml:19:8: the texts of this case come to more than 1,048,576 characters."
    ]
    many = "${a}" * 200_000  # 200 GB, were it put together first
    found = told(gather(tmp_path, f"name: a\nvars:\n  a: {'x' * 200_000}\ngoal: {many}\n"))
    assert len(found) == 1
    assert "come to more than" in found[0]


def test_thousands_of_names_are_no_matter(tmp_path: Path) -> None:
    values = "".join(f"  v{at}: x\n" for at in range(5_000))
    steps = "".join(f"- extract: {{name: n{at}, ask: x}}\n" for at in range(1_000))
    found = gather(tmp_path, f"name: a\nvars:\n{values}steps:\n{steps}")
    assert len(only_case(found).plan.steps) == 1_000
    found = gather(tmp_path, f"name: a\nvars:\n{values}steps:\n" + "- tap: ${w}\n" * 1_500)
    assert len(found.problems) == 1_500
    assert all(len(str(each)) < 200 for each in found.problems)
    found = gather(tmp_path, "name: a\nsteps:\n" + "- tapp: x\n" * 5_000)
    assert len(found.problems) == 5_000


def test_a_task_uses_the_steps_of_another(tmp_path: Path) -> None:
    parts = (
        "name: login\nneeds: [user]\nvars: {word: Hello}\nsecrets: [PIN]\nsetup: [tap: never]\n"
        "steps:\n- type: '${user} ${secret.PIN}'\n- extract: {name: token, read: T}\n"
        "- tap: '${word}'\n- use: '#rows[y]'\n---\n" + _ROWS.replace("name: b", "name: rows")
    )
    text = (
        "name: a\nvars: {me: Ann}\nsteps:\n"
        "- {use: {task: 'parts.task.yaml#login', with: {user: '${me}', word: Bye}}, if: Log in}\n"
        "- tap: '${token}'\n- use: '#more'\n---\n"
        "name: more\ngoal: the goal\n"
    )
    found = gather(tmp_path, text, parts=parts)
    assert told(found) == []
    case = found.cases[0]
    assert texts(case.plan.steps[:1]) == ["(", "Ann <secret:PIN>", "Bye", "(", "2", ")", ")"]
    assert case.plan.secrets == ("PIN",)
    assert case.plan.steps[0].step.condition is not None
    inner = case.plan.steps[0].inner
    assert (str(inner[0].place), inner[0].folder) == ("parts.task.yaml:7:3", tmp_path)
    assert [each.step.verb_name for each in case.plan.steps[2].inner] == ["goal"]
    assert [each.id for each in found.cases] == ["t.task.yaml::a", "t.task.yaml::more"]


@pytest.mark.parametrize(
    ("use", "said"),
    [
        ("'parts.task.yaml#login'", "'login' needs user. Write use: {task: …, with: {user: …}}."),
        ("{task: 'parts.task.yaml#login', with: {usr: x}}", "'login' takes no 'usr'. Did you mean"),
        ("'parts.task.yaml#rows'", "'rows' has rows, and none is named. Write one of: #rows[x],"),
        ("'parts.task.yaml#rows[z]'", "'rows' has no row 'z'."),
        ("'parts.task.yaml'", "'parts.task.yaml' holds 2 tasks. Add #name. Known: login, rows."),
        (
            "broken.task.yaml#x",
            "that file cannot be used: broken.task.yaml:1:8: the [ of line 1",
        ),
        ("'" + "x" * 5000 + ".task.yaml#x'", "there is no file 'xxxx"),
        ("'parts.task.yaml#log'", "there is no task 'log' there. Did you mean 'login'?"),
    ],
)
def test_a_use_that_leads_nowhere(use: str, said: str, tmp_path: Path) -> None:
    parts = "name: login\nneeds: [user]\nsteps: [type: '${user}']\n---\n" + _ROWS.replace(
        "name: b", "name: rows"
    )
    text = f"name: a\nsteps:\n- use: {use}\n"
    found = told(gather(tmp_path, text, parts=parts, broken="name: ["))
    assert len(found) == 1
    assert f"use: {said}" in found[0]


def test_a_circle_is_found_through_several_files(tmp_path: Path) -> None:
    one = "name: one\nsteps: [use: 'two.task.yaml#two']\n"
    two = "name: two\nsteps: [use: 't.task.yaml#a']\n"
    found = told(gather(tmp_path, "name: a\nsteps: [use: one.task.yaml]\n", one=one, two=two))
    way = "t.task.yaml#a uses one.task.yaml#one uses two.task.yaml#two uses t.task.yaml#a"
    assert found == [f"two.task.yaml:2:14: use: tasks use each other in a circle: {way}."]


def test_uses_of_uses_do_not_grow_without_end(tmp_path: Path) -> None:
    documents = [
        f"name: n{at}\nsteps: [use: '#n{at + 1}', use: '#n{at + 1}']\n" for at in range(18)
    ]
    found = told(gather(tmp_path, "---\n".join([*documents, "name: n18\nsteps: [back: ]\n"])))
    assert any("this case has more than 1,000 steps" in each for each in found)


def test_a_part_is_checked_though_it_is_no_case(tmp_path: Path) -> None:
    found = gather(
        tmp_path, "name: p\nneeds: [n]\nsteps: [{goal: '${n} ${m}', max_steps: '${n}'}]\n"
    )
    assert [each.partition(": ")[2] for each in told(found)] == [
        "${m} has no value here. Known: n."
    ]
    assert gather(tmp_path, "name: p\nneeds: []\ngoal: x\n").cases == ()


def test_many_files_are_read_in_the_same_order_every_time(tmp_path: Path) -> None:
    names = [f"f{at}.task.yaml" for at in range(20)]
    for name in random.Random(3).sample(names, 20):
        (tmp_path / name).write_text("name: a\ngoal: x\n")
    ids = [case.id for case in collect(["."], root=tmp_path, environment=unset).cases]
    assert ids == sorted(ids)


def named(verb: verbs.Verb) -> str:
    """Every verb by a ``match``; mypy holds that none is forgotten."""
    match verb:
        case verbs.Goal() | verbs.Type() | verbs.Key() | verbs.Swipe() | verbs.Open():
            return "acts"
        case verbs.Tap() | verbs.DoubleTap() | verbs.LongPress() | verbs.ScrollTo():
            return "finds"
        case verbs.Back() | verbs.Home() | verbs.Wait() | verbs.Shell():
            return "needs nothing"
        case verbs.Extract() | verbs.Use():
            return "is the suite's"
        case _:
            assert_never(verb)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ({"goal": "x"}, "acts"), ({"type": "x"}, "acts"), ({"key": "enter"}, "acts"),
        ({"swipe": "up"}, "acts"), ({"open": "x"}, "acts"), ({"tap": "x"}, "finds"),
        ({"double_tap": "x"}, "finds"), ({"long_press": "x"}, "finds"),
        ({"scroll_to": "x"}, "finds"), ({"back": ""}, "needs nothing"),
        ({"home": ""}, "needs nothing"), ({"wait": "1s"}, "needs nothing"),
        ({"shell": "ls"}, "needs nothing"), ({"use": "#a"}, "is the suite's"),
        ({"extract": {"name": "x", "ask": "y"}}, "is the suite's"),
    ],
)  # fmt: skip
def test_a_step_tells_its_verb(step: dict[str, object], kind: str) -> None:
    made = Step.model_validate({**step, "label": "x"})
    assert named(made.verb) == kind
    assert made.verb_name == next(iter(step))
