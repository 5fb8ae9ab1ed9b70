"""What is decided about bookings, without a database."""
