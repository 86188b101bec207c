"""Writers of file formats: each takes an iterator of rows and fills a binary stream in bounded memory."""
