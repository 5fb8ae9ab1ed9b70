"""Communication: what the platform keeps of incoming mail."""

from alembic import op

revision = "0005"
down_revision = "0004"
STATEMENTS = (
    """
    CREATE TABLE platform.delivery_heads (
        tenant_id BIGINT NOT NULL,
        sequence BIGINT NOT NULL,
        hash BYTEA NOT NULL,
        at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
        CONSTRAINT pk_delivery_heads PRIMARY KEY (tenant_id)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
