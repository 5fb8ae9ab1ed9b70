"""The second step of logging in."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("second", __name__, template_folder="templates")
