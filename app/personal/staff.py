"""Requests about personal data, and how long it is kept."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("personal", __name__, template_folder="templates")
