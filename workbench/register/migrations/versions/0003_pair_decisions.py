"""A decision on a pair of customers says which record stands, what is taken from the other, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("survivor", "take", "why"):
        op.add_column("duplicate_pairs", sa.Column(name, sa.Text()))
