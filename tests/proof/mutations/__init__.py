"""Single changes to SQLAlchemy models, by dialect, and changes made behind the models' back."""
