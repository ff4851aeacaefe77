"""How each family of models is spoken to: one small file a family, and what they share."""
