"""Addresses, object kinds, catalogs and changes: values only, no I/O and no dialect."""
