"""Chats: what was said by whom and when, a day a document."""
