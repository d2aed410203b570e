"""Passages to an answer whose every sentence is checked."""
