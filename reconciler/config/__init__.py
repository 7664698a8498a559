"""What a project says about itself: its file, its environments, its secrets, and the YAML all of it is written in."""
