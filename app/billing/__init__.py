"""What managers owe the platform: plans by units, invoices, Stripe subscriptions, and what follows when nobody pays.

Works without Stripe: operators then write invoices by hand and note payments. Residents are never charged here.
"""
