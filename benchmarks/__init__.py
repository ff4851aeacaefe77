"""What the framework costs, measured on the virtual phone. Each module runs with ``python -m``."""
