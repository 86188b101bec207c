"""The sample mailbox: Thai mail, ordinary and awkward, written for this project; every name in it is invented."""
