"""Tagged reports as Word documents: the original with comments, or a document composed of one report or several."""
