"""The trainer's day: reviews, comments, templates, notes, limits of one person, guest links, notices by mail.

A mark on a flag names who made it; those that are there were made by the owner of the set. Columns of tables
that others refer to are added without the batch mode, which would make SQLite delete those others.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply it."""
    op.add_column("accounts", sa.Column("mails", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column(
        "people", sa.Column("trainer_may_show", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("sets", sa.Column("worst", sa.Double(), server_default="0", nullable=False))
    _rank()
    _name_who_marked()
    op.create_table(
        "adjusted_limits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("warn", sa.Double(), nullable=False),
        sa.Column("fault", sa.Double(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("began_s", sa.Double(), nullable=False),
        sa.Column("ended_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_adjusted_limits_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_adjusted_limits_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjusted_limits")),
    )
    with op.batch_alter_table("adjusted_limits", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_adjusted_limits_person_id_code"), ["person_id", "code"], unique=False
        )

    op.create_table(
        "client_notes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_client_notes_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["people.id"], name=op.f("fk_client_notes_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_notes")),
    )
    with op.batch_alter_table("client_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_notes_client_id"), ["client_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_s", sa.Double(), nullable=True),
        sa.Column("sent_s", sa.Double(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notices_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_notices_person_id_kind")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_due_s"), ["due_s"], unique=False)

    op.create_table(
        "templates",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("trainer_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["people.id"], name=op.f("fk_templates_trainer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
    )
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_templates_trainer_id"), ["trainer_id"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("at_s", sa.Double(), nullable=True),
        sa.Column("segment", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("strokes", sa.JSON(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("sent_s", sa.Double(), nullable=True),
        sa.Column("seen_s", sa.Double(), nullable=True),
        sa.Column("done_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_comments_author_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["reply_to"], ["comments.id"], name=op.f("fk_comments_reply_to"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["set_id"], ["sets.id"], name=op.f("fk_comments_set_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("set_id", "key", name=op.f("uq_comments_set_id_key")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comments_reply_to"), ["reply_to"], unique=False)

    op.create_table(
        "guest_links",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("pictures", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_s", sa.Double(), nullable=False),
        sa.Column("expires_s", sa.Double(), nullable=False),
        sa.Column("revoked_s", sa.Double(), nullable=True),
        sa.Column("opened_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_guest_links_made_by"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["sets.id"], name=op.f("fk_guest_links_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_guest_links")),
    )
    with op.batch_alter_table("guest_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guest_links_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_guest_links_set_id"), ["set_id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("trainer_id", sa.String(), nullable=False),
        sa.Column("reviewed_s", sa.Double(), nullable=False),
        sa.Column("sent_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["set_id"], ["sets.id"], name=op.f("fk_reviews_set_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["people.id"], name=op.f("fk_reviews_trainer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("set_id", "trainer_id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_trainer_id"), ["trainer_id"], unique=False)


def _rank() -> None:
    """Work out how urgent each set is, as `models.urgency` does for new ones."""
    sets = sa.table("sets", sa.column("id"), sa.column("report", sa.JSON), sa.column("worst"))
    connection = op.get_bind()
    for set_id, report in connection.execute(sa.select(sets.c.id, sets.c.report)).all():
        kept = json.loads(report) if isinstance(report, str) else report
        flags = [f for f in (kept or {}).get("findings", []) if not f["code"].startswith("CAM")]
        worst = max((float(f["severity"] * f.get("confidence", 1.0)) for f in flags), default=0.0)
        connection.execute(sets.update().where(sets.c.id == set_id).values(worst=worst))


def _name_who_marked() -> None:
    op.add_column("flag_marks", sa.Column("person_id", sa.String(), nullable=True))
    op.add_column("flag_marks", sa.Column("flagged", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(
        "UPDATE flag_marks SET person_id = (SELECT owner_id FROM sets WHERE sets.id = flag_marks.set_id)"
    )
    with op.batch_alter_table("flag_marks") as batch:
        batch.alter_column("person_id", existing_type=sa.String(), nullable=False)
        batch.drop_constraint("uq_flag_marks_set_id_code_segment", type_="unique")
        batch.create_unique_constraint(
            op.f("uq_flag_marks_set_id_person_id_code_segment"), ["set_id", "person_id", "code", "segment"]
        )
        batch.create_foreign_key(
            op.f("fk_flag_marks_person_id"), "people", ["person_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_flag_marks_person_id"), ["person_id"])


def downgrade() -> None:
    """Take it back; marks of others than the owner go."""
    op.execute(
        "DELETE FROM flag_marks WHERE person_id <> "
        "(SELECT owner_id FROM sets WHERE sets.id = flag_marks.set_id)"
    )
    with op.batch_alter_table("flag_marks") as batch:
        batch.drop_index("ix_flag_marks_person_id")
        batch.drop_constraint("fk_flag_marks_person_id", type_="foreignkey")
        batch.drop_constraint("uq_flag_marks_set_id_person_id_code_segment", type_="unique")
        batch.create_unique_constraint(
            op.f("uq_flag_marks_set_id_code_segment"), ["set_id", "code", "segment"]
        )
        batch.drop_column("flagged")
        batch.drop_column("person_id")
    for table in ("reviews", "guest_links", "comments", "templates", "notices"):
        op.drop_table(table)
    op.drop_table("client_notes")
    op.drop_table("adjusted_limits")
    op.drop_column("sets", "worst")
    op.drop_column("people", "trainer_may_show")
    op.drop_column("accounts", "mails")
