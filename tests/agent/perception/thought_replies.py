"""Replies of thinking models, written by hand in their manners: QVQ, Qwen3-VL-Thinking, others."""

from dataclasses import dataclass

from agent.model import Reply

ROUND = "Wait, let me count the cubes again. There are three in front and two behind them. "


@dataclass(frozen=True)
class Case:
    """A reply and what is to be read from it.

    Attributes:
        name: Of the test.
        reply: As it came.
        answer: The final answer; empty if there is none.
        boxed: What is framed.
        found_by: What tells the answer.
        family: Dialect of the model.
        why_not: Words that say why there is no answer.
    """

    name: str
    reply: Reply
    answer: str
    boxed: tuple[str, ...] = ()
    found_by: str = "marker"
    family: str = "qvq"
    why_not: str = ""


def said(text: str, finish: str = "stop", reasoning: str = "") -> Reply:
    return Reply(text=text, finish_reason=finish, reasoning=reasoning)


ANSWERED = [
    Case(
        "qvq_display_formula",
        said("So there are five.\n\n**Final Answer**\n\n\\[ \\boxed{5} \\]"),
        "5",
        ("5",),
    ),
    Case("marker_with_colon_inside", said("Hm.\n\n**Final Answer:** 12 cm"), "12 cm"),
    Case("marker_with_colon_outside", said("Hm.\n**Final Answer**: 12 cm"), "12 cm"),
    Case("heading", said("Hm.\n\n### Final Answer\n\nThe left one."), "The left one."),
    Case("plain_line", said("Hm.\n\nFinal Answer:\n42"), "42"),
    Case("line_without_colon", said("Hm.\n\nFinal answer\n42"), "42"),
    Case("lower_case", said("Hm.\n\n**final answer**\n\\boxed{b}"), "b", ("b",)),
    Case(
        "the_last_of_two",
        said(
            "**Final Answer**\n\\boxed{4}\n\nWait, one is hidden.\n\n**Final Answer**\n\\boxed{5}"
        ),
        "5",
        ("5",),
    ),
    Case(
        "spoken_of_before",
        said("Before I give the final answer, I look once more.\n\n**Final Answer**\n\\boxed{C}"),
        "C",
        ("C",),
    ),
    Case("chinese", said("我们来数一下。\n\n**最终答案**\n\n\\boxed{7}"), "7", ("7",)),
    Case("chinese_plain", said("先看图。\n最终答案：向左转"), "向左转"),
    Case("chinese_brackets", said("先看图。\n【最终答案】3"), "3"),
    Case(
        "nested_braces",
        said("x\n**Final Answer**\n\\[\\boxed{\\frac{\\sqrt{3}}{2}}\\]"),
        "\\frac{\\sqrt{3}}{2}",
        ("\\frac{\\sqrt{3}}{2}",),
    ),
    Case(
        "text_in_frame",
        said("x\n**Final Answer**\n\\boxed{\\text{(A) } 3 \\text{ apples}}"),
        "(A)  3  apples",
        ("(A)  3  apples",),
    ),
    Case(
        "escaped_braces",
        said("x\n**Final Answer**\n\\boxed{\\{1, 2\\}}"),
        "{1, 2}",
        ("{1, 2}",),
    ),
    Case(
        "several_frames",
        said("x\n**Final Answer**\n\\[ \\boxed{2} \\] and \\[ \\boxed{-3} \\]"),
        "2, -3",
        ("2", "-3"),
    ),
    Case(
        "frame_in_a_sentence",
        said("x\n**Final Answer**\nThe area is $\\boxed{12}$ square metres."),
        "The area is 12 square metres.",
        ("12",),
    ),
    Case(
        "formula_around_the_frame",
        said("x\n**Final Answer**\n$x = \\boxed{9}$"),
        "$x = 9$",
        ("9",),
    ),
    Case("frame_without_braces", said("x\n**Final Answer**\n\\boxed 5"), "5", ("5",)),
    Case("fbox", said("x\n**Final Answer**\n\\fbox{D}"), "D", ("D",)),
    Case(
        "qwen3_template_opened_the_thought",
        said("Two and three.\nThat makes five.\n</think>\n\nThere are **five** cubes."),
        "There are **five** cubes.",
        found_by="thought_end",
        family="qwen3_vl_thinking",
    ),
    Case(
        "tags_on_both_sides",
        said("<think>\nFive?\n</think>\nFive."),
        "Five.",
        found_by="thought_end",
        family="qwen3_vl_thinking",
    ),
    Case(
        "server_parted_it",
        said("Five.", reasoning="Two and three."),
        "Five.",
        found_by="thought_end",
        family="qwen3_vl_thinking",
    ),
    Case(
        "marker_after_the_thought",
        said("Hm **Final Answer** 4? No.</think>\nIt follows.\n\n**Final Answer**\n\\boxed{5}"),
        "5",
        ("5",),
        family="qwen3_vl_thinking",
    ),
    Case(
        "end_of_thought_among_the_reasoning",
        said("", reasoning="Five?</think>Five."),
        "Five.",
        found_by="thought_end",
        family="qwen3_vl_thinking",
    ),
    Case(
        "thinking_tag",
        said("<thinking>Five?</thinking>\n\nFive."),
        "Five.",
        found_by="thought_end",
        family="tools",
    ),
    Case("answer_tag", said("Let me see.\n<answer>B</answer>"), "B", family="qwen2_5_vl"),
    Case("turn_mark_behind", said("x\n**Final Answer**\n\\boxed{5}<|im_end|>"), "5", ("5",)),
    Case("frame_only", said("It is\n\n\\[ \\boxed{5} \\]"), "5", ("5",), found_by="frame"),
    Case(
        "sentence_only",
        said("I count.\n\nTherefore, the answer is **7 apples**."),
        "7 apples",
        found_by="sentence",
        family="qwen2_5_vl",
    ),
    Case(
        "chinese_sentence_only", said("数一数。\n\n所以答案是：7个。"), "7个", found_by="sentence"
    ),
    Case(
        "doubted_afterwards",
        said("x\n**Final Answer**\n\\boxed{5}\n\nWait, is it? Let me see. Perhaps not."),
        "5",
        ("5",),
    ),
    Case(
        "answered_then_in_circles",
        said("I see.\n" + "**Final Answer**\n\\boxed{5}\n\n" * 40 + "**Final Ans", "loop"),
        "5",
        ("5",),
    ),
    Case(
        "cut_off_within_the_second_answer",
        said("**Final Answer**\n\\boxed{5}\n\n**Final Answer**\n\\boxed{", "length"),
        "5",
        ("5",),
    ),
    Case("cut_off_behind_the_answer", said("**Final Answer**\n\\boxed{5}", "length"), "5", ("5",)),
]
UNANSWERED = [
    Case("out_of_tokens", said("Let me think. First", "length"), "", (), "", why_not="tokens"),
    Case("in_circles", said("I see. " + ROUND * 12, "loop"), "", (), "", why_not="12 times"),
    Case("in_circles_to_the_end", said(ROUND * 20, "length"), "", (), "", why_not="20 times"),
    Case(
        "frame_taken_back",
        said("\\boxed{4}\n\nWait, that is wrong. I cannot tell."),
        "",
        ("4",),
        "",
        why_not="without marking",
    ),
    Case(
        "frame_long_before_the_end",
        said("\\boxed{4}\n\n" + "I go on to look at the picture. " * 20 + "\n\nHm."),
        "",
        ("4",),
        "",
        why_not="without marking",
    ),
    Case(
        "only_spoken_of",
        said("I will give the final answer when I know it."),
        "",
        (),
        "",
        why_not="without marking",
    ),
    Case("nothing_behind_the_mark", said("x\n\n**Final Answer**\n"), "", (), "", why_not="after"),
    Case("empty", said(""), "", (), "", why_not="empty"),
    Case("blank", said(" \n\t"), "", (), "", why_not="empty"),
    Case(
        "thought_without_end",
        said("<think>Let me see", "length"),
        "",
        (),
        "",
        family="tools",
        why_not="tokens",
    ),
    Case(
        "template_opened_and_cut",
        said("So the answer is 5, but", "length"),
        "",
        (),
        "",
        family="qwen3_vl_thinking",
        why_not="tokens",
    ),
    Case(
        "template_opened_and_never_closed",
        said("So the answer is 5."),
        "",
        (),
        "",
        family="qwen3_vl_thinking",
        why_not="without marking",
    ),
    Case(
        "only_thoughts_from_the_server",
        said("", "length", reasoning="Let me see"),
        "",
        (),
        "",
        family="qwen3_vl_thinking",
        why_not="tokens",
    ),
    Case(
        "frame_cut_off", said("**Final Answer**\n\\boxed{\\frac{1}", "length"), "", (), "",
        why_not="tokens",
    ),
    Case("time_is_over", said("Let me see", "time"), "", (), "", why_not="time"),
    Case(
        "chinese_circles", said("我再看一遍图片，然后数一数。" * 60, "loop"), "", (), "",
        why_not="60 times",
    ),
]  # fmt: skip
CASES = [*ANSWERED, *UNANSWERED]
