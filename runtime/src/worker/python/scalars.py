"""Results that are one value: checked against their declared type and turned into what a frame holds.

Knows nothing of what holds other values.
"""

import datetime
import enum
import math

from _standpipe.fault import Fault, found, text


def wrong(value, declared, help=None):
    if value is None:
        message = f"came back as nothing, but `{declared}` is declared"
        return Fault("result", message, help or "return a value on every path, or declare the type with `?`")
    return Fault("result", f"came back as {found(value)}, but `{declared}` is declared", help)


def plain(value):
    """A number of numpy, pandas or torch as Python's own, of an enum's member its value; anything else as it is."""
    if isinstance(value, enum.Enum):
        value = value.value
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def missing(value):
    """`None`, and what pandas has in its place."""
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def holds(bound, value, declared):
    low, high = bound["low"], bound["high"]
    fits = (low is None or value >= low) and (high is None or (value <= high if bound["inclusive"] else value < high))
    if not fits:
        raise Fault("result", f"is {value}, but `{declared}` is declared")


def integer(bound, shape):
    declared = text(shape)

    def write(value, call):
        if type(value) is not int:
            number = plain(value)
            if isinstance(number, float) and math.isnan(number):
                raise Fault("result", f"is NaN, but `{declared}` is declared", "NaN is a Float, never an Int")
            if isinstance(number, bool) or not hasattr(number, "__index__"):
                whole = isinstance(number, float) and number.is_integer()
                raise wrong(number, declared, "convert it with `int(…)`" if whole else None)
            value = number.__index__()
        if not -(1 << 63) <= value < 1 << 63:
            raise Fault("result", f"is {value}, more than the 64 bits of an `Int`")
        if bound:
            holds(bound, value, declared)
        return value

    return write


def decimal(bound, shape):
    declared = text(shape)

    def write(value, call):
        if type(value) is not float:
            number = plain(value)
            if isinstance(number, bool) or not hasattr(number, "__float__") or isinstance(number, str):
                raise wrong(number, declared)
            value = float(number)
        if bound:
            holds(bound, value, declared)
        return value if math.isfinite(value) else str(value)

    return write


def boolean(value, call):
    if type(value) is not bool:
        value = plain(value)
        if type(value) is not bool:
            raise wrong(value, "Bool")
    return value


def string(value, call):
    if type(value) is not str:
        value = value.value if isinstance(value, enum.Enum) else value
        if not isinstance(value, str):
            raise wrong(value, "String")
        value = str(value)
    return value


def one_of(members, shape):
    declared = text(shape)

    def write(value, call):
        value = plain(value)
        if value not in members:
            raise wrong(value, declared)
        return str(value)

    return write


def duration(value, call):
    if type(value).__name__ == "timedelta64":
        value = value.astype("timedelta64[us]").item()
    if not isinstance(value, datetime.timedelta):
        raise wrong(value, "Duration", "return a `datetime.timedelta`")
    return (value.days * 86400 + value.seconds) * 1_000_000_000 + value.microseconds * 1000


def size(value, call):
    number = plain(value)
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise wrong(number, "Size", "a Size is a whole number of bytes")
    number = number.__index__()
    if not 0 <= number < 1 << 64:
        raise Fault("result", f"is {number}, but a `Size` has from 0 to 2⁶⁴ - 1 bytes")
    return number


def instant(value):
    """A moment as `datetime`; what has no zone is taken as UTC."""
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
    if isinstance(value, datetime.datetime):
        zone = datetime.timezone.utc
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
    return None


def date(value, call):
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    moment = None if missing(value) else instant(value)
    if moment is None:
        raise wrong(value, "Date", "return a `datetime.date`")
    if moment.time() != datetime.time():
        raise Fault("result", f"is the time {value}, but `Date` is declared", "take its day with `.date()`")
    return moment.date().isoformat()


def time(value, call):
    moment = None if missing(value) else instant(value)
    if moment is None:
        raise wrong(value, "Time", "return a `datetime.datetime`")
    return moment.isoformat().replace("+00:00", "Z")
