"""Life on the platform: trials that end, listing, what the fleet is told."""

from alembic import op

revision = "0007"
down_revision = "0006"
STATEMENTS = (
    "ALTER TABLE platform.openings ADD COLUMN trial BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE platform.billing_accounts ADD COLUMN agreed_on DATE",
    "ALTER TABLE platform.billing_accounts ADD COLUMN ended_on DATE",
    "ALTER TABLE platform.domain_claims ADD COLUMN points TEXT",
    "ALTER TABLE platform.domain_claims ADD COLUMN missing_nights INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE platform.domain_claims ADD COLUMN missing_since DATE",
    "ALTER TABLE platform.domain_claims ADD COLUMN missing_night DATE",
    "ALTER TABLE platform.domain_claims ADD COLUMN told_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE platform.domain_claims ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE platform.listings ADD COLUMN state TEXT DEFAULT 'approved' NOT NULL",
    "ALTER TABLE platform.listings ADD COLUMN shown TEXT",
    "ALTER TABLE platform.listings ADD COLUMN reason TEXT",
    "ALTER TABLE platform.listings ADD COLUMN decided_by TEXT",
    "ALTER TABLE platform.listings ADD COLUMN decided_at TIMESTAMP WITH TIME ZONE",
    """
    ALTER TABLE platform.listings ADD CONSTRAINT ck_listings_state CHECK (state IN ('asked', 'approved', 'refused'))
    """,
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_off INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_failing INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_failed INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_delivered_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_error_at TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_error TEXT",
    "ALTER TABLE platform.tenant_figures ADD COLUMN hooks_host TEXT",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
