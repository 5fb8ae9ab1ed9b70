"""One step over many managers against Alembic's own command run for each of them."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from tenants.migrating import TENANT_HISTORY, head_revision, migrate
from tenants.provisioning import provision
from tenants.registry import Tenant
from tests.bench.place import Place, place

STEP = '''"""A realistic step."""

import sqlalchemy as sa
from alembic import op

revision = "bench"
down_revision = "{head}"
expands = True


def upgrade() -> None:
    op.add_column("units", sa.Column("note", sa.Text))
    op.add_column("accounts", sa.Column("seen_terms_at", sa.DateTime(timezone=True)))
    op.create_index("ix_units_staircase", "units", ["building_code", "staircase"])
    op.create_index("ix_ledger_entries_period", "ledger_entries", ["period"])
    op.create_table(
        "keys",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account_id", sa.BigInteger, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
    )
    op.create_check_constraint("ck_units_note", "units", "length(note) < 1000")
'''
ENV = '''"""Alembic as its documentation says: the schema first in the path, a version table in each schema."""

from alembic import context
from sqlalchemy import text

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]
connection.execute(text(f'SET search_path TO "{schema}", ext'))
connection.commit()
connection.dialect.default_schema_name = schema
context.configure(connection=connection, version_table_schema=schema)
with context.begin_transaction():
    context.run_migrations()
'''


def run(tenants: int = 100, rounds: int = 2) -> dict[str, Any]:
    """Both take `tenants` new managers in each round."""
    with place() as here:
        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda number: _provision(here, number), range(2 * tenants * rounds)))
        ours, usual = _histories(here.folder)
        times: dict[str, list[float]] = {"ours": [], "alembic": []}
        for number in range(rounds):
            part = made[2 * tenants * number : 2 * tenants * (number + 1)]
            started = time.perf_counter()
            outcomes = migrate(here.owner_url, [each.slug for each in part[:tenants]], jobs=2, location=ours)
            times["ours"].append(time.perf_counter() - started)
            if any(outcome.result != "migrated" for outcome in outcomes):
                raise RuntimeError(f"a manager was not migrated: {outcomes}")
            _run_alembic(here, part[tenants:], usual, "stamp", head_revision())
            started = time.perf_counter()
            _run_alembic(here, part[tenants:], usual, "upgrade", "head")
            times["alembic"].append(time.perf_counter() - started)
    ratio = round(median(b / a for a, b in zip(times["ours"], times["alembic"], strict=True)), 2)
    return {
        "figures": {name: {"ms_each": round(1000 * median(each) / tenants, 1)} for name, each in times.items()},
        "checks": [(f"speed of a step over {tenants} managers to Alembic's", ratio, ">=", 4.0)],
    }


def _provision(here: Place, number: int) -> Tenant:
    url, base = here.settings.database_url, here.settings.base_domain
    return provision(url, slug=f"bench{number:04d}", name="Benchmark", kind="cooperative", base_domain=base)


def _histories(folder: Path) -> tuple[Path, Path]:
    """Our history with one more step, and the same one with Alembic's usual way of running it."""
    ours, usual = folder / "ours", folder / "usual"
    for target in (ours, usual):
        shutil.copytree(TENANT_HISTORY, target)
        (target / "versions" / "9999_bench.py").write_text(STEP.format(head=head_revision()))
    (usual / "env.py").write_text(ENV)
    return ours, usual


def _run_alembic(here: Place, tenants: list[Tenant], location: Path, verb: str, revision: str) -> None:
    engine = create_engine(here.settings.database_url)
    config = Config()
    config.set_main_option("script_location", str(location))
    config.set_main_option("path_separator", "os")
    for tenant in tenants:
        with engine.connect() as connection:
            config.attributes.update(connection=connection, schema=tenant.schema)
            getattr(command, verb)(config, revision)
    engine.dispose()
