"""The hands and eyes: screens, actions, devices. No model, no prompt, no loop."""
