"""Life on the platform: what the first whole of it lacked."""

from alembic import op

revision = "0007"
down_revision = "0006"
STATEMENTS = (
    "DROP INDEX uq_online_refunds_live",
    "ALTER TABLE online_payments ADD COLUMN dispute_id TEXT",
    "ALTER TABLE online_payments ADD COLUMN dispute TEXT",
    "ALTER TABLE online_payments ADD COLUMN dispute_amount BIGINT",
    "ALTER TABLE online_payments ADD COLUMN dispute_due TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE online_payments ADD COLUMN dispute_seen_at TIMESTAMP WITH TIME ZONE",
    """
    ALTER TABLE online_payments ADD CONSTRAINT ck_online_payments_dispute CHECK (dispute IN ('open', 'waiting', 'won', 'lost'))
    """,
    "ALTER TABLE online_refunds ADD COLUMN form_key TEXT",
    "CREATE UNIQUE INDEX uq_online_refunds_form ON online_refunds (payment_id, form_key)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
