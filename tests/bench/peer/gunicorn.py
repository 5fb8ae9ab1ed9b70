"""The same server as ours: threads, keep-alive, the application loaded before the fork."""

import os

bind = os.environ["BIND"]
worker_class = "gthread"
workers = int(os.environ["WEB_PROCESSES"])
threads = int(os.environ["WEB_THREADS"])
preload_app = True
timeout = 60
keepalive = 5
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
