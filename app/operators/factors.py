"""The operator's own second factor and devices."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("factors", __name__, template_folder="templates")
