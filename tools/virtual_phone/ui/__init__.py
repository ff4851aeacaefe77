"""How a screen is drawn: theme, fonts, widgets, layout and the accessibility nodes."""
