"""Archives: strangers' files in files, opened within bounds."""
