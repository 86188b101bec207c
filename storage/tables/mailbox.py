"""Tables of what may be cleared from the mailbox."""
