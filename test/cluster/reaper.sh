#!/usr/bin/env bash
# Ends a test cluster when its tests are gone, however they went: reaper.sh DIRECTORY
#
# Stdin is a pipe whose other end only the tests hold. When it closes, by their leave or by a kill -9, every process
# that has a PID file in the directory is killed, and the directory removed.
trap '' INT TERM HUP
read -r -d '' _ || true
for file in "$1"/*.pid; do
  [ ! -e "$file" ] || kill -KILL "$(<"$file")" 2>/dev/null
done
rm -rf "$1" || { read -r -t 1 _ <> <(:); rm -rf "$1"; } # a dying process may have written one file more
