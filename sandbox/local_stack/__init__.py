"""The local two-Region stack: AWS as far as the task system needs it, on loopback only."""
