"""Corrections by clerks, models trained on them, and the audit of both."""

from typing import Protocol


class LearningBook(Protocol):
    """Corrections by clerks, models trained on them, and the audit of both."""
