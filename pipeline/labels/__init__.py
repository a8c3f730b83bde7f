"""Labels given by people: files, corpus, exchange with other tools, agreement, corrections."""
