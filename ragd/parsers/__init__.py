"""Bytes to documents: one module a family of formats, behind a firewall of worker processes."""
