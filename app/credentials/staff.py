"""Handing out start credentials, one by one and in batches."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("credentials", __name__, template_folder="templates")
