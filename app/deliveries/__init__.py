"""Delivery that can be proved: what became of each letter, what came back, the sealed register, and the next channel."""
