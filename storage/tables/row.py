"""What all table classes are made from."""

from sqlmodel import SQLModel


class Row(SQLModel):
    """A row. The classes only declare tables, so the validators of their values wait until somebody asks for one."""

    model_config = {"defer_build": True}
