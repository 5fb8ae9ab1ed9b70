"""Settings of the web server: `gunicorn -c config/gunicorn.py wsgi:app`.

Read by gunicorn itself, so this file reads the environment where the product must go through `settings`.
"""

from __future__ import annotations

import gc
import os
from typing import Any

import gunicorn.http.wsgi  # type: ignore[import-untyped]
import gunicorn.workers.gthread  # type: ignore[import-untyped]

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}").split(",")
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True  # what is loaded before the fork is in memory once

timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000

limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
forwarder_headers = ""  # no header moves the path: SCRIPT_NAME would, and a proxy may pass a visitor's on

accesslog = os.environ.get("ACCESS_LOG") or None
errorlog = "-"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")

control_socket_disable = True  # it would lie in $HOME, one for all instances of this machine

# Browsers open connections ahead of need; one that is silent must not hold a thread for five seconds.
gunicorn.workers.gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.25

gunicorn.http.wsgi.SERVER = "Osiedle"  # instead of the product and version to look up attacks for


def on_starting(server: Any) -> None:
    """Under `./run`: the product is loaded; wait for the migrations and demo data before listening."""
    gate = os.environ.pop("OSIEDLE_GATE", "")
    if gate:
        os.read(int(gate), 1)
        os.close(int(gate))


def pre_fork(server: Any, worker: Any) -> None:
    """Leave what is loaded out of garbage collection, which would write to it and so copy it into each worker."""
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Two processes must not talk on one database connection: forget what was opened before the fork."""
    after_fork = getattr(server.app.wsgi(), "after_fork", None)
    if after_fork is not None:
        after_fork()
