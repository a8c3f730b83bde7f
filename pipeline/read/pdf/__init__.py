"""PDF files through PDFium: the characters of a page, what covers or hides them, form fields, and pages as pictures."""
