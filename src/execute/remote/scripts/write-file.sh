# Writes standard input to the file $1 with the mode $2 and the owner $3 (empty: the old one), through a draft named $4 in the same folder.
fail() { echo "$1" >&2; exit 1; }
to_disk() { sync "$1" 2>/dev/null || dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null || sync; }
target=$1 mode=$2 wanted=$3 draft=$4 links=0
while [ -L "$target" ]; do
  links=$((links + 1)); [ "$links" -le 40 ] || fail 'Too many levels of symbolic links'
  to=$(readlink -- "$target") || exit 1
  case $to in /*) target=$to ;; *) target=$(dirname -- "$target")/$to ;; esac
done
if [ -e "$target" ] && [ ! -f "$target" ]; then
  [ ! -d "$target" ] || fail 'Is a directory'
  fail 'Not an ordinary file'
fi
folder=$(dirname -- "$target")
[ -d "$folder" ] || (umask 022; mkdir -p -- "$folder") || exit 1
old=
[ ! -e "$target" ] || old=$(stat -c %u:%g -- "$target" 2>/dev/null || stat -f %u:%g "$target")
draft=$folder/$draft
trap 'rm -f -- "$draft"' EXIT
settle() {
  # Without a requested owner, the file keeps its old one.
  [ -z "$old" ] || [ "$old" = "$(stat -c %u:%g -- "$1" 2>/dev/null)" ] || chown -- "$old" "$1" || return
  [ -z "$wanted" ] || chown -- "$wanted" "$1" || return
  chmod "$mode" "$1" && to_disk "$1"
}
(umask 077; set -C; cat >"$draft") && settle "$draft" || exit 1
if ! said=$(mv -f -- "$draft" "$target" 2>&1); then
  case $said in *busy*) cat "$draft" >"$target" && settle "$target" || exit 1 ;; *) fail "$said" ;; esac
fi
to_disk "$folder" || :
