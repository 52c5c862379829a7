"""Run by Alembic: migrate the database of the connection it was given."""

from alembic import context

from formcheck.store.review_models import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
