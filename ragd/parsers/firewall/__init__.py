"""The wall around parsers: what a worker may still do once it has locked itself in."""
