"""A restic repository, by the separately installed program."""
