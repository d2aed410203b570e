"""Documents to what can be searched: chunks, words, vectors, and the catalog that says what exists."""
