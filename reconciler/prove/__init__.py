"""Revisions proved on scratch databases, and the lockfile that says what they lead to. Never touches a target."""
