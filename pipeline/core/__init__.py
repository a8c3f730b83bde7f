"""Values, settings, errors and places that every room uses; it knows no other room."""
