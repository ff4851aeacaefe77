"""The Clock app: alarms, world clock, timer, stopwatch."""
