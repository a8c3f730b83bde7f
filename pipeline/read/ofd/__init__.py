"""OFD packages (GB/T 33190): their parts, the characters that their pages draw, and the headings that they name."""
