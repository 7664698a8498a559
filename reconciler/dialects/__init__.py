"""What each database is like: its profile, how it is read, how changes are spelled, how it is spoken to."""
