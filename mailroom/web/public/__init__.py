"""Pages for everyone: the licence database, the record behind a QR code, the check of a PDF, and open data."""
