"""What Lotse says: the engine and one module per dialog. Knows no channel and no web framework; services below do the work."""
