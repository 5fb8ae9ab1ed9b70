"""The audit log as the manager's staff read it."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("audit", __name__, template_folder="templates")
