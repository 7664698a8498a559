"""The composition root: sources, dialects, plans, proofs, git and databases put together for the command line."""
