"""The formats of a digest, one module each."""
