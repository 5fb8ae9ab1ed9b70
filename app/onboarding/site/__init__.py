"""The product's own pages on the base domain: what it is, what it costs, where residents find their manager."""
