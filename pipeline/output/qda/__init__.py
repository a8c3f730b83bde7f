"""What a REFI-QDA project and codebook are made of: codes, coded sources, XML, package."""
