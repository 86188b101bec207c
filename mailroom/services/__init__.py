"""Use cases: one unit of work each. They see ports, never adapters."""
