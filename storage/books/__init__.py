"""The books of one agency, each over a part of the tables."""
