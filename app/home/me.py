"""Moje dane: the resident's contact data and units."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("me", __name__, template_folder="templates")
