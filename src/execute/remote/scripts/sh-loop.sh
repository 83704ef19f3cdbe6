# The shell loop of a box without bash. Arguments: its private folder, the session's nonce. It accepts launch text only:
# every frame gets its own shell in its own session. A frame is read line by line until the line that opened it is
# repeated; that line ends in the frame's number.
exec 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>/dev/null
printf '%s\n' $$ >"$1/pid" || exit 98
n=$(printf '\nx') n=${n%x}
session=$(command -v setsid)
while IFS= read -r end <&3; do
  number=${end##*-} frame=
  while IFS= read -r line <&3 && [ "$line" != "$end" ]; do frame=$frame$line$n; done
  printf %s "$frame" | $session sh -c 'printf "%s %s\n" "$1" $$ >"$2/group"; eval "$(cat)"' sh "$number" "$1" >&4 2>&5 3<&- 4>&- 5>&-
  status=$? held=
  read -r _ group <"$1/group" && kill -s 0 -- "-$group" && held=h
  : >"$1/group"
  printf '\0e%d%s\0' "$status" "$held" >&4
  printf '\0%s.\0' "$2" >&5
done
