"""From two catalogs to an ordered plan: pure, without I/O, naming no kind and no dialect."""
