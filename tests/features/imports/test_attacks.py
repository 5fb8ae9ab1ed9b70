"""A manager that does not pay goes on by its folder for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core import runtime
from app.imports import watching
from tenants.context import Mode, bind
from tests.features.api.asking import package
from tests.features.imports.doing import imports


@pytest.fixture
def folder(app: Any, tenant: Any, tmp_path: Path) -> Iterator[Path]:
    """The manager's folder, with a package that nobody writes any more."""
    before, made = runtime.settings(), tmp_path / "import" / str(tenant.slug)
    made.mkdir(parents=True)
    (made / "noc.zip").write_bytes(package(tmp_path))
    runtime.install(replace(before, imports_dir=tmp_path / "import", imports_quiet=0))
    yield made
    runtime.install(before)


@pytest.mark.parametrize("standing", ["read_only", "staff_off"])
def test_packages_wait_in_the_folder_until_the_manager_has_paid(
    app: Any, tenant: Any, folder: Path, standing: str
) -> None:
    with app.app_context(), bind(replace(tenant, standing=standing), Mode.BULK):
        assert not watching.ask_if_waiting(also_taken=False)
        assert not watching.look()
    assert imports(app, tenant) == [] and (folder / "noc.zip").exists(), "nothing is taken, and nothing is lost"
    with app.app_context(), bind(tenant, Mode.BULK):
        assert watching.ask_if_waiting(also_taken=False)
        assert watching.look(), "the control: a manager in good standing is served"
    assert len(imports(app, tenant)) == 1
