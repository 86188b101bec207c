"""Tables of the chain, of checkpoints, and of letters as they were sent."""
