"""Mail in every wrapping: one letter, its bodies, what its writer wrote and what was quoted."""
