"""How much of a message is read; what lies beyond is left to the raw bytes, and a defect says so."""

DEPTH = 30
"""Containers within containers, forwarded messages included."""
PARTS = 1_000
"""Parts of all kinds."""
HEADER_BYTES = 2 << 20
"""One header block."""
HEADER_FIELDS = 2_000
FIELD_BYTES = 256 << 10
"""One header field that is decoded."""
FIELD_CHARACTERS = 2_000
"""One header value that is kept."""
VALUES = 20
"""Values of one header name that are kept."""
SUBJECT_CHARACTERS = 2_000
NAME_CHARACTERS = 300
"""A person's name."""
ADDRESSES = 1_000
"""Mailboxes of one header."""
REFERENCES = 100
PARAMETERS = 100
TEXT_CHARACTERS = 100_000
BODY_BYTES = 2 << 20
"""Of one text part, before conversion."""
EMBEDDED = 200
"""Files found inside one uuencoded or TNEF part."""
HOPS = 100
"""Received fields; more of them mean a loop."""
