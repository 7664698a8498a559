"""What a plan becomes: Alembic revisions, SQL, a report. And the way back: the statements that a revision says."""
