"""reconcile: declarative GitOps schema reconciler. See `reconcile --help`."""

__version__ = "0.1.0"
