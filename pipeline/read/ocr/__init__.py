"""Text recognition (OCR) of pictures of pages: the engine, pictures in its form, and what it finds as lines of a page."""
