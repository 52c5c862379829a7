"""Jobs wait in a line with two ranks; machines with workers say that they are there; uploads above 2 GiB.

Columns are added without the batch mode, which would make SQLite delete every job along with the old table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.add_column("jobs", sa.Column("rank", sa.Integer(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("queued_s", sa.Double(), server_default="0", nullable=False))
    op.execute("UPDATE jobs SET queued_s = created_s")
    op.drop_index("ix_jobs_state_created_s", "jobs")
    op.create_index("ix_jobs_state_rank_queued_s", "jobs", ["state", "rank", "queued_s"])
    op.create_table(
        "machines",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("started_s", sa.Double(), nullable=False),
        sa.Column("seen_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machines")),
    )
    with op.batch_alter_table("uploads") as uploads:  # no other table points at it
        uploads.alter_column("size", existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("uploads") as uploads:
        uploads.alter_column("size", existing_type=sa.BigInteger(), type_=sa.Integer())
    op.drop_table("machines")
    op.drop_index("ix_jobs_state_rank_queued_s", "jobs")
    op.create_index("ix_jobs_state_created_s", "jobs", ["state", "created_s"])
    op.drop_column("jobs", "queued_s")
    op.drop_column("jobs", "rank")
