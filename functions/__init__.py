"""One Lambda per file, named by its verb: parse, call, return."""
