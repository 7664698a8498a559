"""Git as the place of review: what is on which branch, and the commit that proposes a revision."""
