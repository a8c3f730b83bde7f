"""Web pages: from the tree of tags to lines, and which of them are the report."""
