"""What alembic runs for each migration; the connection comes from `storage.schema`."""

from alembic import context

from storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
