"""What writes the words of an answer: one module a way to reach a model."""
