"""The rates of statutory interest for delay known when this was written; operators keep the table from here on.

Each is the reference rate of the National Bank of Poland and 5.5 percentage points (k.c. art. 481 § 2).
"""

from alembic import op

revision = "0004"
down_revision = "0003"
KNOWN = (
    ("2023-10-05", "11.25", "5,75"),
    ("2025-05-08", "10.75", "5,25"),
    ("2025-07-03", "10.50", "5,00"),
    ("2025-09-04", "10.25", "4,75"),
    ("2025-10-09", "10.00", "4,50"),
    ("2025-11-06", "9.75", "4,25"),
    ("2025-12-04", "9.50", "4,00"),
)


def upgrade() -> None:
    for from_on, percent, reference in KNOWN:
        op.execute(
            "INSERT INTO platform.statutory_rates (from_on, percent, source, changed_by) "
            f"VALUES ('{from_on}', {percent}, 'Stopa referencyjna NBP {reference}% + 5,5 p.p.', 'osiedle') "
            "ON CONFLICT DO NOTHING"
        )
