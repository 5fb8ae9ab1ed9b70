"""Typing the code from a printed letter."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("credentials", __name__, template_folder="templates")
