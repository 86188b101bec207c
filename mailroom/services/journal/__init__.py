"""Numbers noted off this machine, and what a restore gets back from there."""
