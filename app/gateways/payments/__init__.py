"""Stripe: the client, what it answers in our words, and the signatures of its events. The only importer of `stripe`."""
