"""The manager's rules of the second factor."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("factors", __name__, template_folder="templates")
