"""Paper: a template of ours and data become a PDF that can be read aloud (PDF/UA-1), with fonts of our own.

A template is a Typst file in the `print/` folder of its feature. It imports `/gateways/print/layout.typ` (paths
begin at `app/`) and reads its data there. Data is values, never source: nobody's words are markup.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

APART_SECONDS = 120
ROOT = Path(__file__).resolve().parent.parent
FONTS = Path(__file__).resolve().parent / "print" / "fonts"
# What all of our fonts can show. A sign that no font shows may not stand in PDF/UA, and would stop the whole file.
_UNKNOWN = re.compile(
    "[^\n -~\u00a0-\u00a3\u00a7-\u00ab\u00ae-\u00b4\u00b6-\u012b\u012e-\u0131\u0134-\u0165\u0168-\u017f\u0218-\u021b"
    "\u0401-\u040c\u040e-\u044f\u0451-\u045c\u0490\u0491\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u2030"
    "\u2039\u203a\u20ac\u2116\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265]"
)
_INVISIBLE = {ord(sign): None for sign in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"} | {ord("\t"): " "}


class CannotPrint(RuntimeError):
    """The template is at fault; the text is the compiler's sentence."""


def render(source: Path, data: Any) -> bytes:
    """The PDF of a template with its data, which must be JSON.

    Signs that our fonts do not have become “?”. Raises `CannotPrint`.
    """
    import typst  # 6 MB that most processes never need

    given = json.dumps(_printable(data), ensure_ascii=False)
    try:
        made = typst.compile(
            source,
            root=ROOT,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": given},
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        raise CannotPrint(f"{source.name}: {error}") from error
    assert isinstance(made, bytes)
    return made


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).translate(_INVISIBLE)
        return _UNKNOWN.sub("?", plain)
    if isinstance(value, dict):
        return {str(name): _printable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value


def render_apart(source: Path, data: Any) -> bytes:
    """The same in a process of its own, for large files: the compiler keeps what it has read in memory.

    Raises `CannotPrint`.
    """
    done = subprocess.run(
        [sys.executable, "-m", "app.gateways.pdf", str(source)],
        cwd=ROOT.parent,
        env={"PATH": "", "LANG": "C.UTF-8"},  # no secrets of this process: it needs none
        input=json.dumps(data).encode(),
        capture_output=True,
        timeout=APART_SECONDS,
        check=False,
    )
    if done.returncode:
        raise CannotPrint(f"{source.name}: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    return done.stdout


if __name__ == "__main__":
    sys.stdout.buffer.write(render(Path(sys.argv[1]), json.load(sys.stdin.buffer)))
