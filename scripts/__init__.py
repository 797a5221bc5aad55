"""What make calls: set-up, catalogues, training, sizes."""
