"""Every sentence of the product is there in every language, and none is written past the catalogues."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from app.core import language
from app.translations import update

APP = Path(update.__file__).resolve().parents[1]
TEMPLATES = sorted(path for path in APP.rglob("templates/**/*") if path.suffix in (".html", ".txt"))
PAGES = [path for path in APP.rglob("*.py") if path.stem in ("public", "signed_in", "resident", "staff", "operator")]
FORMS = [path for path in APP.rglob("*.py") if path.stem in ("forms", "product", "mails")]
LANGUAGES = list(language.LANGUAGES)

PLACEHOLDER = re.compile(r"%\((\w+)\)([ds])")
POLISH = re.compile("[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]")
WORD = re.compile(r"[^\W\d_]{3,}")
#: What is code is the same in every language, too.
TAG = re.compile(r"<(style|script|svg|code)\b.*?</\1>|<!?/?[a-z][^>]*>", re.DOTALL | re.IGNORECASE)
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
#: Blocks that fill an attribute which nobody reads.
SILENT = re.compile(r"\{% block (?:robots|home_url|width) %\}.*?\{% endblock %\}", re.DOTALL)
#: Attributes that a macro adds to a tag of its caller.
ADDED = re.compile(r'\bdata-[a-z-]+="\s*"')
SPOKEN = re.compile(r'\b(?:aria-label|aria-description|title|alt|placeholder|data-label)="([^"]*)"')
#: The product's name is the same in every language.
NAMES = {"Osiedle", "Stripe", "SHA"}


def catalogue(code: str) -> list[Message]:
    return [message for message in update.read(code) if message.id]


def forms(said: str | list[str] | tuple[str, ...]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


def placeholders(text: str) -> set[tuple[str, ...]]:
    return set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_the_messages_of_the_code_and_no_others(code: str) -> None:
    here = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue(code)}
    there = update.messages()
    advice = "run `python -m app.translations.update` and translate what it names"
    assert not there - here, f"missing; {advice}"
    assert not here - there, f"no longer in the code; {advice}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_translated_for_certain(code: str) -> None:
    assert not [message.id for message in catalogue(code) if not all(forms(message.string)) or not message.string]
    assert not [message.id for message in catalogue(code) if message.fuzzy]


@pytest.mark.parametrize("code", LANGUAGES)
def test_translations_fill_in_what_the_message_does(code: str) -> None:
    """A name that the code does not give would be an error on the page; one left out, a fact withheld."""
    for message in catalogue(code):
        expected = placeholders("".join(forms(message.id)))
        for said in forms(message.string):
            assert placeholders(said) == expected, said
            bare = PLACEHOLDER.sub("", said)
            assert "%" not in bare, f"a percent sign that is not a placeholder: {said}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_files_lie_as_the_update_writes_them(code: str) -> None:
    written = update.written(code, update.updated(code, update.messages()))
    assert update.address(code).read_text(encoding="utf-8") == written


def test_polish_singular_messages_are_their_own_translation() -> None:
    assert not [m.id for m in catalogue("pl") if isinstance(m.id, str) and m.id != m.string]


@pytest.mark.parametrize(
    ("code", "one", "few", "many"),
    [
        ("pl", [1], [2, 3, 4, 22, 34, 102], [0, 5, 11, 12, 14, 21, 25, 112]),
        ("uk", [1, 21, 101], [2, 3, 4, 22, 34, 102], [0, 5, 11, 12, 14, 25, 111, 112]),
    ],
)
def test_numbers_take_the_form_of_their_language(code: str, one: list[int], few: list[int], many: list[int]) -> None:
    said = next(m.string for m in catalogue(code) if m.id == ("%(num)d osoba", "%(num)d osób"))
    with language.use(code):
        for form, numbers in zip(said, (one, few, many), strict=True):
            for n in numbers:
                assert language.ngettext("%(num)d osoba", "%(num)d osób", n) == form % {"num": n}


@pytest.mark.parametrize(("n", "said"), [(1, "1 person"), (0, "0 people"), (2, "2 people"), (21, "21 people")])
def test_english_has_one_and_many(n: int, said: str) -> None:
    with language.use("en"):
        assert language.ngettext("%(num)d osoba", "%(num)d osób", n) == said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(APP)))
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    source = JINJA.sub(" ", SILENT.sub(" ", path.read_text(encoding="utf-8")))
    spoken = " ".join(SPOKEN.findall(source))
    text = html.unescape(ADDED.sub(" ", TAG.sub(" ", source))) if path.suffix == ".html" else source
    found = [word for word in WORD.findall(f"{text} {spoken}") if word not in NAMES]
    assert not found, f"say it through _(): {found}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(APP)))
def test_a_template_translates_its_polish(path: Path) -> None:
    """Words inside of {{ … }} and {% … %}: handed to macros, chosen between, set."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    tree = environment.parse(path.read_text(encoding="utf-8"))
    translated = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
        for argument in call.args
    }
    consts = [node for node in tree.find_all(nodes.Const) if isinstance(node.value, str)]
    assert not [node.value for node in consts if POLISH.search(node.value) and id(node) not in translated]


def spoken_past_the_catalogue(tree: ast.Module) -> Iterator[str]:
    """Polish strings that are neither in a call of `_` nor docstrings."""
    excused = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            excused.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (*update.ONE, *update.MANY):
            excused.update(id(argument) for argument in node.args)
    for node in ast.walk(tree):
        said = node.value if isinstance(node, ast.Constant) and id(node) not in excused else None
        if isinstance(said, str) and POLISH.search(said):
            yield said


@pytest.mark.parametrize("path", [*PAGES, *FORMS], ids=lambda path: str(path.relative_to(APP)))
def test_pages_and_forms_translate_their_polish(path: Path) -> None:
    assert not list(spoken_past_the_catalogue(ast.parse(path.read_text(encoding="utf-8"))))


def test_only_written_sentences_are_translated() -> None:
    """`_(variable)` would never be found by the update."""
    wrong = [
        f"{path.relative_to(APP)}:{node.lineno}"
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("_", "_l", "ngettext")
        and not all(isinstance(argument, ast.Constant) for argument in node.args[:1] or [node])
    ]
    assert not wrong
