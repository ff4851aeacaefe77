"""What can be done with a recording again: re-decide it, re-perform it, lay it beside another."""
