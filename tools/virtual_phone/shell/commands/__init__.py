"""The commands of the virtual phone's shell."""
