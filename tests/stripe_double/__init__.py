"""A double of Stripe: a small HTTP server that the official client is pointed at by `STRIPE_API_BASE`.

Real: the wire, time-outs, retries, idempotency, signatures, the shape of each request (checked against the parameter
types that the pinned client ships) and the order of states. Not real: money, and whatever Stripe does that nobody
here knew of.

    with Double() as double:          # double.url, double.secret
        double.deliver(to)            # posts what waits, signed; to(payload, header) -> status
        double.advance(days=30)       # trials end, periods turn, invoices are drawn up and collected
        double.faults.once("/v1/customers", "lost")
"""

from tests.stripe_double.double import Double

__all__ = ["Double"]
