"""What changes of bank files: taking them in, and what persons decide about bookings."""
