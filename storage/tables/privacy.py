"""Tables of requests about personal data, breaches, and reads."""
