"""The first steps of a new manager: what is done and what is missing, a workbook to begin with, sample data."""
