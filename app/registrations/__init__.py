"""Applications for access (wnioski o dostęp): how residents get an account."""
