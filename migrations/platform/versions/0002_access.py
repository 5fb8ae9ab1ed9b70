"""What operators need to log in safely."""

from alembic import op

revision = "0002"
down_revision = "0001"
STATEMENTS = ("ALTER TABLE platform.audit_entries ADD COLUMN address TEXT",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
