"""The manager's staff: invitations, roles, limits."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("team", __name__, template_folder="templates")
