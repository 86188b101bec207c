"""Records of the archive may move to another place."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.written_once import forbid_change

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FACTS = ("agency", "digest", "kind", "name", "media_type", "size", "created_at")
"""Of a document; where its bytes lie is none of them."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("DROP TRIGGER document_written_once ON document"))
        op.execute(sa.text("DROP FUNCTION document_written_once()"))
    else:
        op.execute(sa.text("DROP TRIGGER document_no_update"))
        op.execute(sa.text("DROP TRIGGER document_no_delete"))
    forbid_change("document", of=FACTS)
