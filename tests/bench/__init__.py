"""Figures of the product against peers in the same run: `flask bench`, or `python -m tests.bench` without servers."""
