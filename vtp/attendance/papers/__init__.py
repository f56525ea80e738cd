"""What can be taken along: workbooks, and paper to print, to file and to hang on a wall."""
