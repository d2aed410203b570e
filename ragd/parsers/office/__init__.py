"""Office programs: texts, sheets and slides, old and new."""
