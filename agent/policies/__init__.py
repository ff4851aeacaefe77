"""What can decide: rules without a model, a script, and later a model with its dialect."""
