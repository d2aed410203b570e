"""Plain text with a structure of its own: code, tables, data, papers, subtitles."""
