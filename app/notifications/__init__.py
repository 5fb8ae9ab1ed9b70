"""Who wants to be told what, by which channel (Powiadomienia)."""
