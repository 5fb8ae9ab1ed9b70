"""One's own data: download, erasure, resignation."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("personal", __name__, template_folder="templates")
