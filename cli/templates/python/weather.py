"""What weather.pipe's tasks do. Plain functions: nothing here knows of Standpipe."""

import csv
from statistics import mean


def read(readings):
    with open(readings, newline="") as file:
        return [row for row in csv.DictReader(file) if row["temperature"]]


def stations(readings):
    return sorted({row["station"] for row in read(readings)})


def summarise(readings, station):
    values = [float(row["temperature"]) for row in read(readings) if row["station"] == station]
    return {"name": station, "days": len(values), "mean": round(mean(values), 1)}
