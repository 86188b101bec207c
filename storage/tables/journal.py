"""Tables of the journal, and of numbers that only it knows."""
