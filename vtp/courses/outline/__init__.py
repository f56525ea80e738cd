"""The outline of a course: chapters and what stands in them, changed by several at once."""
