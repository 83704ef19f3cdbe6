#!/bin/sh
# Measures the line to the library: measure.sh line|read-ahead URL
#
# line: megabytes per second over at most 16 MB or ten seconds. read-ahead: the largest power of two, in MB, that the
# line gives within eight seconds, which is as long as anybody waits for a film.
set -eu
bytes_per_second=$(curl -fsS --max-time 10 --range 0-16777215 --output /dev/null --write-out '%{speed_download}' "$2") ||
  [ $? = 28 ] # the ten seconds were over; what came until then was measured
case $1 in
  line) awk -v speed="$bytes_per_second" 'BEGIN { printf "%.1f\n", speed / 1e6 }' ;;
  read-ahead) awk -v speed="$bytes_per_second" 'BEGIN { mb = 1; while (2 * mb * 1e6 <= 8 * speed) mb *= 2; print mb }' ;;
  *) echo "measure.sh: line or read-ahead, not $1" >&2; exit 64 ;;
esac
