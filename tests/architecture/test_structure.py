"""The house rules that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = [path for top in ("app", "tenants", "worker", "config") for path in (ROOT / top).rglob("*.py")]
TESTS = list((ROOT / "tests").rglob("*.py"))
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "shared", "lib"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def test_layers_go_one_way_and_neighbours_are_spoken_to_in_one_place() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_code_is_clean_for_the_linter() -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_types_hold() -> None:
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_a_function_can_be_read_in_one_go(path: Path) -> None:
    source = path.read_text()
    lines = source.count("\n")
    assert lines <= LONGEST_FILE, f"{path} has {lines} lines: make it a package of the same name"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path}: {node.name} has {length} lines: it wants to be two functions"


def test_nothing_lies_in_a_drawer() -> None:
    found = [path for path in [*CODE, *TESTS] if path.stem in DRAWERS or path.parent.name in DRAWERS]
    assert not found, f"name these for what they hold: {found}"


def test_only_the_doors_end_a_unit_of_work() -> None:
    """`db.session.commit()` stands in `core/work.py`, session touches and the kernel; everyone else calls the door."""
    allowed = {"app/core/work.py"}
    guilty = []
    for path in CODE:
        name = str(path.relative_to(ROOT))
        if not name.startswith("app/") or name in allowed:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "session.commit(" in line:
                guilty.append(f"{name}:{number}")
    assert not guilty, f"call app.core.work.commit() at a door instead: {guilty}"


def test_only_settings_read_the_environment() -> None:
    guilty = []
    for path in CODE:
        name = str(path.relative_to(ROOT))
        if name.startswith("config/"):
            continue
        source = path.read_text()
        if "os.environ" in source or "getenv(" in source:
            guilty.append(name)
    assert not guilty, f"add a setting to config/settings.py instead: {guilty}"


def test_migrations_import_nothing_of_ours() -> None:
    for path in (ROOT / "migrations").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ours = [name for name in names if name.split(".")[0] in ("app", "tenants", "worker", "config")]
            assert not ours, f"{path} imports {ours}: history must not change with the code"


def test_a_query_names_its_actor_first() -> None:
    """In a feature's queries a public function takes the actor, so that nobody reads without saying who asks."""
    free = {
        "app/office/queries.py", "app/operators/queries.py", "app/support/queries.py",  # answer who the actor is
        "app/attachments/queries.py",  # whose a file is, only the feature that refers to it knows
    }  # fmt: skip
    guilty = []
    for path in (ROOT / "app").glob("*/queries.py"):
        name = str(path.relative_to(ROOT))
        if name in free:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                first = node.args.args[0].arg if node.args.args else ""
                if first not in ("actor", "_actor", "place"):  # a place is an actor on a site of works
                    guilty.append(f"{name}: {node.name}")
    assert not guilty, f"make the actor the first argument: {guilty}"


def test_no_template_trusts_text() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.html")
        if any(word in path.read_text() for word in ("|safe", "| safe", "autoescape false", ' style="', " onclick="))
        and "templates/mail/" not in str(path)
        and path.name != "icons.html"  # its own drawings, and nothing that anybody typed
    ]
    assert not guilty, f"escape, and keep style and script in files: {guilty}"
