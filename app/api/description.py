"""`/api/v1/openapi.json`: what programs may ask, in OpenAPI 3.1. Each feature adds the paths that it serves."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from app.api import described
from app.web import bearer

pages = Blueprint("description", __name__)


@pages.get("/openapi.json")
@bearer.open_description
def openapi() -> Response:
    return jsonify(described.document())
