"""Interest on arrears (odsetki ustawowe za opóźnienie), for information: what the books say decides."""
