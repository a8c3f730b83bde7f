"""What people say of tags: saved, laid over the labels, taken back from a workbook, and what a training makes of it."""
