"""Residents pay for a unit over the internet (płatności internetowe), on the manager's own account at Stripe.

What is paid is credited once, as a payment on its way to the books (`app.finances.commands.pending`), and gives way to
the booked entry like any other. Access to the portal costs residents nothing; a fee of the payment itself is the
manager's choice and shown before.
"""
