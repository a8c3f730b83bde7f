"""Printed pages: from characters with their places to lines, columns, paragraphs, and what stands at the edges."""
