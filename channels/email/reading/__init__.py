"""Makes a domain message of raw RFC 5322 bytes, whatever is wrong with them."""
