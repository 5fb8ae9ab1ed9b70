"""Deliveries that can be proved: what became of each letter, what came back, the sealed register, the next channel."""
