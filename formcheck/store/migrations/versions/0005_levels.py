"""For each rep and fault the warning limit that would just flag it; empty until the set is judged again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.add_column("sets", sa.Column("levels", sa.JSON(), nullable=True))
