"""The model: its folder, words, features, scores, labels in order, tags."""
