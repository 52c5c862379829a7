"""Accounts, trainers and clients, sign-ins, consent, audit; without a team, one person for every browser.

Before this, each browser's cookie was a person of its own. On a machine without a team there is now one
person, whoever opens the app: every set becomes theirs, with the profile and the safety answers of whoever
had most sets.
Columns are added without the batch mode, which would make SQLite delete every set along with the old table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LOCAL = "local"


def upgrade() -> None:
    """Apply it."""
    op.add_column("people", sa.Column("name", sa.String(), server_default="", nullable=False))
    op.add_column("people", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.add_column("people", sa.Column("video_use", sa.String(), server_default="shared", nullable=False))
    op.add_column("people", sa.Column("blur_faces", sa.Boolean(), server_default=sa.false(), nullable=False))
    _unite()
    op.drop_index("ix_browsers_person_id", "browsers")
    op.drop_table("browsers")
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key_sha256", sa.String(), nullable=False),
        sa.Column("failed_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_ins")),
    )
    with op.batch_alter_table("failed_sign_ins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_failed_sign_ins_key_sha256_failed_s"), ["key_sha256", "failed_s"], unique=False
        )

    op.create_table(
        "accounts",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("trainer", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_accounts_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("about_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_id"], ["people.id"], name=op.f("fk_audit_about_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_audit_actor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_about_id_at_s"), ["about_id", "at_s"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_at_s"), ["at_s"], unique=False)

    op.create_table(
        "coachings",
        sa.Column("trainer_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("began_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["people.id"], name=op.f("fk_coachings_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["people.id"], name=op.f("fk_coachings_trainer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trainer_id", "client_id", name=op.f("pk_coachings")),
    )
    with op.batch_alter_table("coachings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coachings_client_id"), ["client_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_s", sa.Double(), nullable=False),
        sa.Column("revoked_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_consents_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_person_id"), ["person_id"], unique=False)

    op.create_table(
        "one_time_links",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("for_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("trainer", sa.Boolean(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("expires_s", sa.Double(), nullable=False),
        sa.Column("used_s", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["for_id"], ["people.id"], name=op.f("fk_one_time_links_for_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name=op.f("fk_one_time_links_made_by"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_one_time_links")),
    )
    with op.batch_alter_table("one_time_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_links_made_by"), ["made_by"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.Column("seen_s", sa.Double(), nullable=False),
        sa.Column("expires_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Take it back; the sets stay the one person's."""
    op.create_table(
        "browsers",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_browsers_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_browsers")),
    )
    with op.batch_alter_table("browsers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_browsers_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_person_id"))

    op.drop_table("sign_ins")
    with op.batch_alter_table("one_time_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_links_made_by"))

    op.drop_table("one_time_links")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_person_id"))

    op.drop_table("consents")
    with op.batch_alter_table("coachings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coachings_client_id"))

    op.drop_table("coachings")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at_s"))
        batch_op.drop_index(batch_op.f("ix_audit_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_about_id_at_s"))

    op.drop_table("audit")
    op.drop_table("accounts")
    with op.batch_alter_table("failed_sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_failed_sign_ins_key_sha256_failed_s"))

    op.drop_table("failed_sign_ins")
    for column in ("blur_faces", "video_use", "keep_days", "name"):
        op.drop_column("people", column)


def _unite() -> None:
    """Make everything that there is the one local person's."""
    connection = op.get_bind()
    people, sets, uploads, answers = (
        sa.Table(name, sa.MetaData(), autoload_with=connection)
        for name in ("people", "sets", "uploads", "safety_answers")
    )
    number = sa.select(sa.func.count()).where(sets.c.owner_id == people.c.id).scalar_subquery()
    main = connection.scalar(
        sa.select(people.c.id).order_by(number.desc(), people.c.created_s.desc()).limit(1)
    )
    if main is None:
        return
    others = [c for c in people.c if c.name != "id"]
    copy = sa.select(sa.literal(LOCAL), *others).where(people.c.id == main)
    connection.execute(people.insert().from_select(["id", *(c.name for c in others)], copy))
    for table in (sets, uploads):
        connection.execute(table.update().values(owner_id=LOCAL))
    connection.execute(answers.update().where(answers.c.person_id == main).values(person_id=LOCAL))
    connection.execute(answers.delete().where(answers.c.person_id != LOCAL))
    connection.execute(sa.delete(sa.table("browsers")))
    connection.execute(people.delete().where(people.c.id != LOCAL))
