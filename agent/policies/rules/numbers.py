"""Numbers as people write them in English and Chinese: 2, two, a couple of, 两, 十二."""

import re

_ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "sixty": 60, "couple": 2, "dozen": 12, "half": 30,
}  # fmt: skip
_CHINESE = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7,
    "八": 8, "九": 9,
}  # fmt: skip
ENGLISH_NUMBER = (
    r"(?:\d+|(?:a\s+)?(?:"
    + "|".join(word for word in sorted(_ENGLISH, key=len, reverse=True) if len(word) > 2)
    + r")(?:\s+of)?|an?)"
)
CHINESE_NUMBER = r"(?:\d+|[零〇一二两三四五六七八九十]+)"


def number(text: str) -> int | None:
    """Read one number below 100 in words, or any in digits; ``None`` if it is none."""
    word = text.strip().casefold().removesuffix(" of")
    if word.isdigit():
        return int(word)
    if word.startswith("a ") and word[2:] in _ENGLISH:
        word = word[2:]
    if word in _ENGLISH:
        return _ENGLISH[word]
    return _chinese(word)


def _chinese(word: str) -> int | None:
    if not re.fullmatch(r"[零〇一二两三四五六七八九十]+", word):
        return None
    if "十" not in word:
        return int("".join(str(_CHINESE[character]) for character in word))
    tens, _, ones = word.partition("十")
    return (_CHINESE[tens] if tens else 1) * 10 + (_CHINESE[ones] if ones else 0)
