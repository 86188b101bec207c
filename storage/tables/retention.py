"""Tables of retention classes, holds and destruction lists."""
