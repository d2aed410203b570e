"""Pictures, drawings and recordings."""
