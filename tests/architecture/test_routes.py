"""Every page hangs below an audience, and the guard of each audience does what it says."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.audiences import AUDIENCES, parents

TENANT_AUDIENCES = ("public", "signed_in", "resident", "staff")


def rules(app: Any) -> list[Any]:
    return list(app.url_map.iter_rules())


def test_no_route_lacks_an_audience(app: Any) -> None:
    stray = [rule.endpoint for rule in rules(app) if rule.endpoint.split(".")[0] not in AUDIENCES]
    assert not stray, f"hang these below an audience in app/blueprints.py: {stray}"


def test_every_route_answers_on_the_site_of_its_audience(app: Any) -> None:
    sites = {name: blueprint.subdomain for name, blueprint in parents().items()}
    wrong = [rule.endpoint for rule in rules(app) if rule.subdomain != sites[rule.endpoint.split(".")[0]]]
    assert not wrong


def test_every_staff_page_names_the_right_that_it_needs(app: Any) -> None:
    bare = [
        rule.endpoint
        for rule in rules(app)
        if rule.endpoint.startswith("staff.")
        and rule.endpoint != "staff.home.index"
        and not hasattr(app.view_functions[rule.endpoint], "needs")
    ]
    assert not bare, f"decorate these with @needs(Can.…): {bare}"


def test_what_changes_something_is_never_asked_for_by_get(app: Any) -> None:
    """A view that takes GET and POST shows a form by GET; nothing is named after a deed and open to GET alone."""
    deeds = ("delete", "suspend", "resume", "logout", "leave", "send", "receive")
    wrong = [
        rule.endpoint
        for rule in rules(app)
        if rule.endpoint.split(".")[-1] in deeds and "GET" in rule.methods and "POST" not in rule.methods
    ]
    assert not wrong


@pytest.mark.parametrize("audience", ["resident", "staff", "signed_in"])
def test_an_anonymous_visitor_is_sent_to_the_login_of_the_same_host(
    app: Any, town: Any, client: Any, audience: str
) -> None:
    for rule in rules(app):
        if rule.endpoint.startswith(f"{audience}.") and "GET" in rule.methods:
            address = rule.rule.replace("<public_id>", "x").replace("<path:code>", "x").replace("<slug>", "x")
            answer = client("alfa").get(address)
            assert answer.status_code == 302, (rule, answer.status_code)
            assert answer.headers["Location"].startswith("/login"), rule


def test_the_console_lets_nobody_in_without_a_login(app: Any, client: Any) -> None:
    for rule in rules(app):
        if rule.endpoint.startswith("operator.") and "GET" in rule.methods:
            answer = client("console").get(rule.rule.replace("<slug>", "alfa"))
            assert answer.status_code == 302, rule
