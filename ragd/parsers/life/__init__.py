"""What a life leaves beside documents: events, contacts, bookmarks."""
