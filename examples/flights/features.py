"""What is known of a flight at the full hour before it is due to leave.

Nothing here reads how the flight itself went: of other flights it takes only what the departure boards
had shown by that hour.
"""

import pandas as pd

HOUR = pd.Timedelta(hours=1)


def build(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """One row for each flight that arrived: the facts, and whether it came more than half an hour late."""
    rows = flights.dropna(subset=["arr_delay"])
    rows = rows.merge(weather, on=["origin", "hour"])  # the weather of its hour at its airport
    rows = rows.merge(board(flights, [], hours=3, name="city"), how="left")
    rows = rows.merge(board(flights, ["origin"], hours=3, name="airport"), how="left")
    rows = rows.merge(board(flights, ["origin", "carrier"], hours=3, name="carrier"), how="left")
    local = rows["hour"].dt.tz_convert("America/New_York")
    return rows.assign(
        weekday=local.dt.day_of_week,
        minute_of_day=local.dt.hour * 60 + rows["minute"],
        late=rows["arr_delay"] > 30,
    )


def board(flights: pd.DataFrame, keys: list[str], hours: int, name: str) -> pd.DataFrame:
    """The mean delay that the boards show at each full hour, over the flights due out in the `hours` before it.

    A flight that is still at its gate counts with the delay it has so far, so what happened after the hour
    (when it left, whether it was cancelled) stays unknown.
    """
    due = flights["hour"] + pd.to_timedelta(flights["minute"], unit="min")
    seen = []
    for back in range(1, hours + 1):
        now = flights["hour"] + back * HOUR
        waited = (now - due).dt.total_seconds() / 60
        delay = flights["dep_delay"].fillna(float("inf")).clip(upper=waited)
        seen.append(flights[keys].assign(hour=now, delay=delay))
    shown = pd.concat(seen).groupby([*keys, "hour"], as_index=False)["delay"].mean()
    return shown.rename(columns={"delay": f"{name}_delay"})
