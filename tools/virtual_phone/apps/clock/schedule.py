"""When an alarm rings: days of the week as text, and the next time."""

from datetime import datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def toggled(days: str, day: str) -> str:
    """The days with one added or taken out, in the week's order."""
    chosen = set(filter(None, days.split(","))) ^ {day}
    return ",".join(one for one in DAYS if one in chosen)


def next_ring(hour: int, minute: int, days: str, now: datetime) -> datetime:
    """The next moment after `now` at this time of day, on one of the days if there are any."""
    moment = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if moment <= now:
        moment += timedelta(days=1)
    while days and DAYS[moment.weekday()] not in days.split(","):
        moment += timedelta(days=1)
    return moment


def until(moment: datetime, now: datetime) -> tuple[int, int, int]:
    """Days, hours and minutes from `now` to a moment, a begun minute counted whole."""
    minutes = -(-int((moment - now).total_seconds()) // 60)
    return minutes // 1440, minutes // 60 % 24, minutes % 60
