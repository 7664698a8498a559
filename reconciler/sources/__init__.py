"""Where desired and other states come from: manifests, models, databases, snapshots, revisions."""
