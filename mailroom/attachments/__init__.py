"""Reads attachments: text, codes and dangers of files as strangers send them.

What parses them runs in a confined process (`child`), what reads pictures in another (`tesseract`); a virus scanner may
look first (`clamd`). The parent side (`reader`) believes none of them more than their form.
"""
