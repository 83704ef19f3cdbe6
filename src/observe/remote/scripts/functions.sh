# shellcheck disable=SC2154,SC2034,SC2086 # `nonce` and `most` are set before; $T may be two words
# The functions that fragments use. Their names are short because the whole script is sent.
exec 2>/dev/null 3>&1
lacks=
# The sbin folders, and the folder where k3s keeps its own iptables.
LC_ALL=C; PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/var/lib/rancher/k3s/data/current/bin/aux; export LC_ALL PATH
b=@rb; b=$b-$nonce-
F='%f %s %Y %u %g %n'
T=; command -v timeout >/dev/null && T='timeout 5'
# h KIND SUBJECT: starts a frame
h() { printf '\n%s%s %s\n' "$b" "$1" "$2"; }
# n PATH: why a file cannot be read: gone, or in a folder without permission
n() {
  d=${1%/*}
  while [ -n "$d" ] && ! [ -e "$d" ]; do case $d in */*) d=${d%/*} ;; *) d= ;; esac; done
  if [ -d "$d" ] && ! [ -x "$d" ]; then h denied "$1"; else h gone "$1"; fi
}
# r PATH...: the content of files
r() {
  for p do
    if ! [ -f "$p" ]; then n "$p"
    elif [ -r "$p" ]; then h read "$p"; head -c "$most" "$p"
    else h denied "$p"; fi
  done
}
# y PATH...: whether paths exist
y() { for p do if [ -e "$p" ]; then h there "$p"; else n "$p"; fi; done; }
# c PATH...: whether paths are executable
c() {
  for p do
    if ! [ -f "$p" ]; then n "$p"
    elif [ -x "$p" ]; then h program "$p"
    else h plain "$p"; fi
  done
}
# a BYTES PATH...: the first bytes of files
a() {
  m=$1; shift
  for p do if [ -f "$p" ] && [ -r "$p" ]; then h "head$m" "$p"; head -c "$m" "$p"; else n "$p"; fi; done
}
# s PATH: the status of one path, and of its link target
s() {
  if ! [ -e "$1" ] && ! [ -L "$1" ]; then n "$1"; return; fi
  h lstat "$1"; stat -c "$F" "$1"
  if [ -L "$1" ]; then h link "$1"; readlink "$1"; fi
  if [ -e "$1" ]; then h stat "$1"; stat -L -c "$F" "$1"; else n "$1"; fi
}
# w DEPTH FOLDER: names in a folder and its subfolders
w() {
  if ! [ -d "$2" ]; then n "$2"
  elif [ -r "$2" ] && [ -x "$2" ]; then h "walk$1" "$2"; find -H "$2" -maxdepth "$1" -exec stat -c "$F" {} +
  else h denied "$2"; fi
}
# m PATH...: many small files of /proc
m() { h many .; tail -n +1 "$@" /proc/version; }
# k BYTES PATH: the last bytes of a file
k() { h "tail$1" "$2"; tail -c "$1" "$2"; }
# g KEY PATH TEXT: whether a file contains a text
g() {
  if ! [ -f "$2" ]; then n "$2"
  elif [ -r "$2" ]; then h text "$1"; printf '%s\n' "$3" | grep -Fqf - "$2"; echo "$?"
  else h denied "$2"; fi
}
# t PROGRAM ARGUMENT...: the output of a program
t() {
  if ! command -v "$1" >/dev/null; then h missing "$*"; return; fi
  h tool "$*"
  said=$({ $T "$@" </dev/null >&3; } 2>&1)
  h exit "$?"
  printf '%s' "$said"
}
