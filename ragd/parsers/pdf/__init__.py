"""PDF: the text of a page in reading order, its places, and what hangs on it."""
