"""A workbook for people: tagged passages to read, sort, filter and correct, and enough in it to take the corrections back."""
