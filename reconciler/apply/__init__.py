"""Pending revisions, executed: lock, journal, ledger, recovery by looking. Knows no git and no console."""
