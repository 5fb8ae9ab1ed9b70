"""Money: what operators keep for every manager."""

from alembic import op

revision = "0003"
down_revision = "0002"
STATEMENTS = (
    """
    CREATE TABLE platform.statutory_rates (
        from_on DATE NOT NULL,
        percent NUMERIC(5, 2) NOT NULL,
        source TEXT NOT NULL,
        changed_by TEXT NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_statutory_rates PRIMARY KEY (from_on),
        CONSTRAINT ck_statutory_rates_percent CHECK (percent >= 0 AND percent <= 100)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
