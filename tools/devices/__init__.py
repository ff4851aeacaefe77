"""Back ends of tools.device: one way each to look at and act on a screen."""
