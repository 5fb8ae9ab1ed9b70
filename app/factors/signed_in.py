"""One's own second factor, devices and logins."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("factors", __name__, template_folder="templates")
