"""Manifests: one object of a schema in a YAML document, read and written."""
