"""Fitting a model and measuring it on what was left out; label issues, gate, drift."""
