"""Reading bank files: bytes in, statements with bookings out. Knows neither pages nor the database."""
