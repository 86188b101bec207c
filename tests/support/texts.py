"""Letter templates as the program reads them, read once in a test process."""

from functools import cache

from mailroom import texts

load_composer = cache(texts.load_composer)
