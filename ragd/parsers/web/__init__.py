"""Pages of the web and of books."""
