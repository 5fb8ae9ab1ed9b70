"""Why somebody cannot log in, and how to mend it."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("access", __name__, template_folder="templates")
