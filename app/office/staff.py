"""The manager's configuration: its hub and the pages about the office itself."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("office", __name__, template_folder="templates")
