"""A person before a screen: frames go out, gestures come in, and nothing else is known here."""
