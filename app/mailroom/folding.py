"""What somebody wrote, apart from what their mail program quoted below it."""

from __future__ import annotations

import re

# Around the line of our letters above which an answer belongs; what stands between them is in the reader's language.
OPEN, CLOSE = "##-", "-##"
_MARK = re.compile(r"^[>\s]*##- .{1,160} -##\s*$")
# „W dniu 21.11.2026 o 18:20, Biuro pisze:”, “On Sat, Nov 21, 2026 at 6:20 PM Office wrote:”, „сб, 21 лист. … пише:”
_WROTE = re.compile(
    r"^(?:(?:w dniu|dnia|on|am|le|у|в)\b.{0,200}|.{0,120}\d{4}.{0,120}|.{0,160}<[^<>@\s]+@[^<>\s]+>.{0,40})"
    r"(?:napisał\(a\)|napisał/a|napisał|napisała|pisze|wrote|schrieb|пише|написав|написала|написал\(а\))\s*:\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"^[>\s]*-{2,}\s*(?:wiadomość oryginalna|oryginalna wiadomość|pierwotna wiadomość|wiadomość przekazana|"
    r"treść oryginalnej wiadomości|original message|forwarded message|вихідне повідомлення)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_HEADS = re.compile(r"^\*?(?:od|from|nadawca|від)\s*:\*?\s*\S", re.IGNORECASE)
_HEADS_NEXT = re.compile(
    r"^\*?(?:wysłano|wysłane|data|sent|date|do|to|temat|subject|надіслано|кому|тема)\s*:", re.IGNORECASE
)
_UNDERSCORES = re.compile(r"^_{10,}\s*$")


def folded(text: str) -> tuple[str, str]:
    """(what was written, what was quoted below it). Answers between quoted lines stay with them: nothing is lost."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = _end(lines)
    fresh = "\n".join(lines[:end]).strip()
    if not fresh:  # written below or between what is quoted
        return text.strip(), ""
    return fresh, "\n".join(lines[end:]).strip()


def _end(lines: list[str]) -> int:
    """The number of the line at which the quotation begins."""
    last_own = max((number for number, line in enumerate(lines) if _is_own(line)), default=-1)
    for number, line in enumerate(lines):
        plain = line.strip()
        if not plain:
            continue
        following = [each.strip() for each in lines[number + 1 : number + 5]]
        if _MARK.match(plain) or _RULE.match(plain):
            return number
        # A mail program may break the line of attribution in two.
        if _WROTE.match(plain) or (following and _is_split(plain, following[0])):
            return number
        if _HEADS.match(plain) and sum(bool(_HEADS_NEXT.match(each)) for each in following) >= 2:
            return number - 1 if number and _UNDERSCORES.match(lines[number - 1].strip()) else number
        if plain.startswith(">") and number > last_own:
            return number
    return len(lines)


def _is_split(first: str, second: str) -> bool:
    return bool(re.match(r"(?:w dniu|dnia|on)\b|.{0,60}\d{4}", first, re.IGNORECASE)) and bool(
        len(first) + len(second) < 250 and second.endswith(":") and _WROTE.match(f"{first} {second}")
    )


def _is_own(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith(">")
