"""Pages that a municipality already keeps elsewhere (Integreat): cleaned, cut into passages, kept, found beside the own articles."""
