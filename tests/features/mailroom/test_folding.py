"""What people wrote is told from what their mail program quoted, and nothing is lost."""

from __future__ import annotations

import time

import pytest

from app.mailroom.folding import folded
from app.mailroom.markup import plain_text

QUOTED = [
    "W dniu 21.11.2026 o 18:20, Biuro pisze:\n> stare",
    "W dniu sob., 21 lis 2026 o 18:20 Biuro <biuro@x.pl> napisał(a):\n> stare",
    "sob., 21 lis 2026 o 18:20 Biuro <biuro@x.example> napisał(a):\n\n> stare",
    "On Sat, Nov 21, 2026 at 6:20 PM Biuro\n<biuro@x.example> wrote:\n> stare",
    "Dnia 21 listopada 2026 18:20 Biuro <biuro@x.pl> napisał(a):\n\nstare",
    "сб, 21 лист. 2026 р. о 18:20 Biuro <biuro@x.example> пише:\n> stare",
    "-----Original Message-----\nFrom: x\nstare",
    "----- Wiadomość oryginalna -----\nstare",
    "________________________________\nOd: Biuro <b@x.pl>\nWysłano: sobota\nDo: Anna\nTemat: Sprawa\n\nstare",
    "From: Biuro <b@x.pl>\nSent: Saturday\nTo: Anna\nSubject: Sprawa\n\nstare",
    "##- Odpisując na ten list, pisz powyżej tej linii -##\n\nstare",
    "> stare\n> i starsze",
]


@pytest.mark.parametrize("quotation", QUOTED)
def test_a_quotation_below_an_answer_is_folded(quotation: str) -> None:
    fresh, quoted = folded(f"Dzień dobry,\n\npasuje mi.\n\nAnna\n\n{quotation}")
    assert fresh == "Dzień dobry,\n\npasuje mi.\n\nAnna"
    assert quoted == quotation


@pytest.mark.parametrize(
    "text",
    [
        "Bez cytatu.",
        "> pytanie pierwsze\nOdpowiedź między wierszami.",
        "> stare\n\nOdpowiedź pod spodem.",
        "Od: poniedziałku nie ma wody.\nPozdrawiam",
        "Sąsiad pisze: jest głośno.\nProszę o interwencję.",
        "W dniu 21.11.2026 hydraulik nie przyszedł.\nCzekam.",
        "Godziny: 8:00 > 9:00",
    ],
)
def test_what_is_no_quotation_below_stays_whole(text: str) -> None:
    assert folded(text) == (text, "")


def test_long_lines_do_not_take_long() -> None:
    assert folded("dnia 2026 " * 50_000 + ":")[1] == ""


def test_html_reads_as_people_see_it() -> None:
    markup = "<div>Tak</div><div><br></div><ul><li>raz</li><li>dwa</li></ul><p>a&nbsp;&amp;&nbsp;b<br>c</p>"
    assert plain_text(markup) == "Tak\n\n• raz\n• dwa\n\na\xa0&\xa0b\nc"
    assert plain_text("<p>" * 5_000 + "<blockquote>" * 2_000 + "x") == "> x"


@pytest.mark.parametrize(
    "markup", ["<!--", "<![CDATA[", "<a ", "<!", "<", "</", "<?", "<a b=\"'", "</t", "<script", "<!-- >", "<b>a</b>"]
)
def test_a_letter_of_beginnings_without_ends_is_read_at_once(markup: str) -> None:
    begun = time.process_time()
    plain_text(markup * (400_000 // len(markup)))
    assert time.process_time() - begun < 3


def test_many_quoted_lines_above_an_answer_are_read_at_once() -> None:
    begun = time.process_time()
    assert folded("> a\n" * 25_000 + "moje")[1] == ""
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("a<!-- b --><!--> c <!-- d", "a c"),
        ("a<SCRIPT>if (a<b) '<div>'</SCRIPT >b<style>p > a {}", "ab"),
        ("3 < 5 &lt;b&gt; i 6 > 4", "3 < 5 <b> i 6 > 4"),
        ("<![if !x]>a<![endif]><o:p>b</o:p><p>c", "ab\n\nc"),
        ("a<b", "a"),
    ],
)
def test_crooked_markup_leaves_its_words(markup: str, words: str) -> None:
    assert plain_text(markup) == words
