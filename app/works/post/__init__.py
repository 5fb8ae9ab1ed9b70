"""Letters of a site (poczta): conversations of its members with each other and with outside addresses."""
