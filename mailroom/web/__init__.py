"""The clerks' queue in a browser."""
