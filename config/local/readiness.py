"""Whether the web server answers, and what to tell when it does."""

from __future__ import annotations

import http.client

from config.local.plan import Plan
from config.settings import DEMO_PASSWORD


def answers(plan: Plan) -> int:
    """The status of /readyz; 0 if nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=10)
    try:
        connection.request("GET", "/readyz", headers={"Host": plan.environment["BASE_DOMAIN"]})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def welcome(plan: Plan, seconds: float) -> str:
    """The addresses, and outside production the demo logins."""
    base = plan.environment["BASE_DOMAIN"]
    if plan.production:
        return f"Osiedle is ready on port {plan.port} after {seconds:.1f} s. Ctrl-C stops it."
    server = plan.environment["MAIL_URL"].rsplit("@", 1)[-1]
    mail = f"kept in {plan.var / 'mail'}" if plan.mail_port else f"goes to {server}"
    stripe = ""
    if plan.stripe_port:
        stripe = f"\n  Stripe: A DOUBLE, no money moves; what it holds: http://127.0.0.1:{plan.stripe_port}/"
    return f"""
Osiedle is ready after {seconds:.1f} s.

  http://{base}/            product page
  http://demo.{base}/       demo manager: resident L000001, L000002 …; staff: admin
  http://console.{base}/    operator console: operator@osiedle.example

  Password for all of them: {DEMO_PASSWORD}
  Mail: {mail}{stripe}
  Ctrl-C stops everything; the data stay.
"""
