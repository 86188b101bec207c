"""How much of a delivery, and of what is made of it, is taken; what lies beyond is left to the raw bytes."""

BODY_BYTES = 1 << 20
"""Of one delivery; LINE's own are a few kB."""
EVENTS = 1_000
"""Of one delivery; LINE sends at most a hundred or so."""
DEPTH = 50
"""Brackets within brackets in one event."""
TYPE_CHARACTERS = 60
"""Of a type that nobody told us of, as it is shown."""
TEXT_CHARACTERS = 20_000
"""Of one message; LINE's own limit is 5,000."""
LINE_CHARACTERS = 500
"""Of a title, an address, the words of a sticker."""
DATA_CHARACTERS = 300
"""Of a postback (LINE's own limit)."""
URL_CHARACTERS = 2_000
NUMBER_CHARACTERS = 20
"""A longer number is none that LINE writes."""
MANIFEST_BYTES = 64 << 20
"""Of what stands before the contents of a bundle."""
BUNDLE_EVENTS = 20_000
"""Of one conversation."""
