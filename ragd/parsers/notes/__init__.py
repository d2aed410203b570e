"""Notes: vaults of plain text, and what note programs export."""
