"""What the documentation says is there: settings, commands, paths, pictures, and links between pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from app.cli import GROUPS
from worker import cli as worker

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "migrations" / "README.md", *(ROOT / "docs").glob("*.md")]
OPERATORS, INTEGRATORS = (ROOT / "docs" / f"{name}.md" for name in ("operators", "integrators"))

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"\.?[A-Za-z_][\w.-]*(?:/[\w.-]+)*/?")
SUFFIXES = {".py", ".md", ".html", ".css", ".conf", ".example", ".service", ".env", ".sh", ".svg", ".png", ".toml"}
MADE_LATER = ("var/", ".venv/")


def settings_read(path: Path) -> set[str]:
    """Names of the environment variables that a file reads: `env.get("X")`, `os.environ.pop("X")`, `env["X"]`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        first: Any = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop"):
            holder, first = ast.unparse(node.func.value), node.args[0] if node.args else None
        elif isinstance(node, ast.Subscript):
            holder, first = ast.unparse(node.value), node.slice
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and holder in ("env", "os.environ"):
            found.add(first.value)
    return found


SETTINGS = sorted(settings_read(ROOT / "config" / "settings.py") | settings_read(ROOT / "config" / "gunicorn.py"))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_in_the_operators_table(name: str) -> None:
    rows = [line for line in OPERATORS.read_text().splitlines() if line.startswith("|")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows), f"docs/operators.md does not explain {name}"


def test_the_example_environment_names_only_settings_that_are_read() -> None:
    lines = (ROOT / "config" / "example.env").read_text().splitlines()
    named = {found[1] for line in lines if (found := re.match(r"#?([A-Z][A-Z_]+)=", line))}
    assert named <= set(SETTINGS)


def commands() -> Iterator[str]:
    """Every command of ours as it is typed after `flask`."""
    made: list[click.Command] = [worker.worker, worker.scheduler]
    for module in GROUPS:
        made.extend(import_module(module).groups)
    for command in made:
        if isinstance(command, click.Group):
            yield from (f"{command.name} {name}" for name in command.commands)
        else:
            yield str(command.name)


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_explained(command: str) -> None:
    text = OPERATORS.read_text() + INTEGRATORS.read_text()
    assert re.search(rf"flask {re.escape(command)}\b", text), f"neither page for operators nor integrators: {command}"


def paths(text: str) -> Iterator[str]:
    """What stands in backticks and looks like a path of the repository: it ends as one, or begins in its root."""
    for code in CODE.findall(text):
        for word in code.split():
            if "/" not in word or not PATH.fullmatch(word) or word.startswith(MADE_LATER):
                continue
            if word.endswith("/") or Path(word).suffix in SUFFIXES or (ROOT / word.split("/")[0]).exists():
                yield word


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_that_are_named_exist(page: Path) -> None:
    found = [path for path in paths(page.read_text()) if not any((top / path).exists() for top in (ROOT, page.parent))]
    assert not found, f"{page.name} names what is not there: {found}"


def anchor(heading: str) -> str:
    """The address of a heading within its page."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for link in (first or second for first, second in LINK.findall(page.read_text())):
        if link.startswith(("http://", "https://")):
            continue
        name, _hash, part = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{page.name} links to {link}"
        if part:
            assert part in {anchor(found) for found in HEADING.findall(target.read_text())}, f"{page.name}: {link}"


def test_pictures_are_used_and_small() -> None:
    text = "".join(page.read_text() for page in PAGES)
    for picture in (ROOT / "docs" / "images").iterdir():
        assert f"images/{picture.name}" in text, f"nobody looks at {picture.name}"
        assert picture.stat().st_size < 250_000
