"""Which models there are, how they are fetched, and the fast copy that is made of the embedder."""
