"""Settings in, application out. The only place that joins the product to its workers."""

from __future__ import annotations

import sys
from importlib import import_module

from app.core import work
from app.factory import create_app
from app.fleet import workforce
from config.local.state import NotRunning
from config.settings import ROOT, UnsafeSettings, load
from worker import cli, enqueue, roster

try:
    settings = load()
except (UnsafeSettings, NotRunning) as problem:
    sys.exit(str(problem))

app = create_app(settings)
work.install_bell(enqueue.bell)
workforce.install(roster.look)
cli.register(app)
if (ROOT / "tests" / "bench").is_dir():  # deployments may lack it
    app.cli.add_command(import_module("tests.bench.cli").bench)
