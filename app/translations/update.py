"""Keep the catalogues in step with the code: `python -m app.translations.update`.

Messages that the code no longer has are dropped, new ones are added empty (in Polish: as themselves), translations
stay. The files are sorted and name no lines, so that a change of code changes only what it says. Ends with 1 as
long as a translation is missing.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from app.core.language import CATALOGUES, DEFAULT, LANGUAGES

#: A message of the code: its id, or the two ids of one that has a plural.
Id = str | tuple[str, str]

CODE = Path(__file__).resolve().parents[1]
ONE = ("_", "_l", "gettext", "lazy_gettext")
MANY = ("ngettext",)

#: The rule of each language for choosing among the forms of a plural, as gettext writes it.
PLURAL_FORMS = {
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {forms}\\n"
"""


def messages() -> set[Id]:
    """Every message id of the Python code and the templates below app/."""
    found: set[Id] = set()
    for path in sorted(CODE.rglob("*.py")):
        found.update(of_python(path.read_text(encoding="utf-8")))
    for path in sorted(CODE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            found.update(of_template(path.read_text(encoding="utf-8")))
    return found


def of_python(source: str) -> Iterator[Id]:
    """The ids in calls with plain strings; Babel's own reader does not look into f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if name in ONE and texts:
                yield texts[0]
            elif name in MANY and len(texts) > 1:
                yield texts[0], texts[1]


def of_template(source: str) -> Iterator[Id]:
    # not silent: a template that does not parse would lose its messages
    options = {"newstyle_gettext": "true", "silent": "false"}
    for _line, _name, text, _comments in babel_extract(io.BytesIO(source.encode()), (*ONE, *MANY), [], options):
        texts = [text] if isinstance(text, str) else [part for part in text or () if part is not None]
        if texts:
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def address(language: str) -> Path:
    return CATALOGUES / language / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it lies there; an empty one if there is none."""
    path = address(language)
    text = path.read_text(encoding="utf-8") if path.exists() else _header(language)
    return read_po(io.BytesIO(text.encode()), locale=language)


def updated(language: str, ids: set[Id]) -> Catalog:
    """The catalogue with exactly these messages, translated as far as the file has them."""
    old = read(language)
    new = read_po(io.BytesIO(_header(language).encode()), locale=language)
    for id in ids:
        known = old.get(id if isinstance(id, str) else id[0])
        same_kind = known is not None and known.id == id
        said = known.string if known is not None and same_kind else _untranslated(language, id)
        new.add(id, said)
    return new


def missing(catalogue: Catalog) -> list[str]:
    """The (singular) ids of messages that lack a translation, or one of its forms."""
    return [_name(message) for message in catalogue if message.id and not _complete(message)]


def written(language: str, catalogue: Catalog) -> str:
    """The text of the catalogue's file: sorted, without line numbers and dates."""
    body = io.BytesIO()
    write_po(body, catalogue, width=110, no_location=True, omit_header=True, sort_output=True)
    return f"{_header(language)}\n{body.getvalue().decode().strip()}\n"


def write(language: str, catalogue: Catalog) -> None:
    path = address(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(language, catalogue), encoding="utf-8")


def main(out: TextIO = sys.stdout) -> int:
    ids, lacking = messages(), 0
    for language in LANGUAGES:
        catalogue = updated(language, ids)
        write(language, catalogue)
        for id in missing(catalogue):
            lacking += 1
            out.write(f"{language}: {id}\n")
    out.write(f"{len(ids)} messages, {lacking} translations missing\n")
    return 1 if lacking else 0


def _header(language: str) -> str:
    return HEADER.format(language=language, forms=PLURAL_FORMS[language])


def _untranslated(language: str, id: Id) -> str | tuple[str, ...]:
    if isinstance(id, str):
        return id if language == DEFAULT else ""
    return ("",) * int(PLURAL_FORMS[language].split("=")[1][0])


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _complete(message: Message) -> bool:
    said = message.string
    return bool(said) and all([said] if isinstance(said, str) else said or ())


if __name__ == "__main__":
    sys.exit(main())
