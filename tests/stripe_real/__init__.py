"""What this product asks of Stripe, asked of the double each time and of a real test key by choice."""
