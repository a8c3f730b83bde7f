"""From a document to segments and sentences: cleaning, lines, noise, headings."""
