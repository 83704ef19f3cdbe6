# shellcheck disable=SC2015,SC2154,SC2317 # some checks are not used by every document
# The checks. Each returns 0 if it holds, 1 if not, and 2 if that cannot be measured here.

has() { command -v "$1" >/dev/null 2>&1; }
not() { "$@"; case $? in 0) return 1 ;; 1) return 0 ;; *) return 2 ;; esac }

# compare FOUND OPERATOR WANTED: as numbers if both are
compare() {
  case $2 in
    '=') [ "$1" = "$3" ] && return 0 ;;
    '!=') [ "$1" != "$3" ] || return 1 ;;
  esac
  for rb_number in "$1" "$3"; do
    case $rb_number in '' | *[!0-9.-]* | *.*.*) case $2 in '=') return 1 ;; '!=') return 0 ;; *) return 2 ;; esac ;; esac
  done
  case $2 in '=') set -- "$1" '==' "$3" ;; esac
  awk "BEGIN { exit !($1 $2 $3) }"
}

# text_is CONTENT any|contains|matches|imatches TEXT
text_is() {
  case $2 in
    any) return 0 ;;
    contains) case $1 in *"$3"*) return 0 ;; *) return 1 ;; esac ;;
    matches) printf '%s\n' "$1" | grep -Eq -e "$3" ;;
    imatches) printf '%s\n' "$1" | grep -Eiq -e "$3" ;;
  esac
}

# http_answers URL FROM TO SECONDS TEST TEXT [CURL OPTION...]
http_answers() {
  has curl || return 2
  rb_url=$1 rb_from=$2 rb_to=$3 rb_limit=$4 rb_test=$5 rb_text=$6
  shift 6
  rb_answer=$(curl --silent --noproxy '*' --max-time "$rb_limit" --write-out '\n%{http_code}' "$@" "$rb_url")
  case $? in 0) ;; 6) return 2 ;; *) return 1 ;; esac
  rb_code=${rb_answer##*"$rb_newline"}
  [ "$rb_code" -ge "$rb_from" ] && [ "$rb_code" -le "$rb_to" ] || return 1
  text_is "${rb_answer%"$rb_newline"*}" "$rb_test" "$rb_text"
}

tcp_open() {
  if has nc; then nc -z -w 5 "$1" "$2"
  elif has curl; then curl --silent --connect-timeout 5 --max-time 5 "telnet://$1:$2"; [ $? -ne 7 ]
  else return 2; fi
}

# listeners PROTOCOL PORT: address and process of each socket, and the NAT rules that take the port
listeners() {
  has ss || return 2
  ss -Hlnp "--$1" "sport = :$2"
}
captured() { has iptables-save && iptables-save -t nat 2>/dev/null | grep -e "--dport $2 " -e "--dport $2\$"; }
port_taken() {
  rb_found=$(listeners "$1" "$2") || return 2
  [ -n "$rb_found$(captured "$1" "$2")" ]
}
port_free() { not port_taken "$1" "$2"; }
port_owner() {
  rb_found=$(listeners "$1" "$2") || return 2
  case "$rb_found $(captured "$1" "$2")" in
    *"((\"${3%.service}\","* | *",(\"${3%.service}\","* | *[/:]"${3%.service}"[:\"\ ]*) return 0 ;;
    *'users:'*) return 1 ;;
  esac
  [ -z "$rb_found" ] && return 1
  return 2
}
listening_on() {
  rb_found=$(listeners "$1" "$2") || return 2
  case " $rb_found" in *" $3:$2 "* | *" [$3]:$2 "*) return 0 ;; *) return 1 ;; esac
}

file_exists() { [ -e "$1" ]; }
file_absent() { ! [ -e "$1" ] && ! [ -L "$1" ]; }
file_text() { [ -e "$1" ] || return 1; [ -r "$1" ] || return 2; text_is "$(cat "$1")" "$2" "$3"; }
# file_status PATH FORMAT OPERATOR VALUE
file_status() { [ -e "$1" ] || return 1; compare "$(stat -L -c "$2" "$1")" "$3" "$4"; }
file_size() { file_status "$1" %s "$2" "$3"; }
file_lines() { [ -r "$1" ] || return 1; compare "$(($(wc -l <"$1")))" "$2" "$3"; }
file_sha256() { [ -r "$1" ] || return 1; rb_sum=$(sha256sum <"$1") || return 2; [ "${rb_sum%% *}" = "$2" ]; }
file_symlink() { [ -L "$1" ] || return 1; [ $# -eq 1 ] || [ "$(readlink "$1")" = "$2" ]; }

process_running() {
  for rb_process in /proc/[0-9]*; do
    [ "${rb_process#/proc/}" -ne $$ ] || continue
    rb_program=$(tr '\0' '\n' <"$rb_process/cmdline" | head -n 1)
    case $1 in
      /*) [ "$rb_program" = "$1" ] || continue ;;
      *) [ "${rb_program##*/}" = "$1" ] || [ "$(cat "$rb_process/comm")" = "$1" ] || continue ;;
    esac
    return 0
  done 2>/dev/null
  return 1
}
service_is() {
  has systemctl && [ -d /run/systemd/system ] || return 2
  systemctl "is-$2" --quiet -- "$1" && return 0
  return 1
}
command_exists() { has "$1"; }
package_installed() {
  if has dpkg-query; then rb_found=$(dpkg-query -W -f '${db:Status-Abbrev}' "$1"); case $rb_found in ?i*) return 0 ;; *) return 1 ;; esac
  elif has rpm; then rpm -q "$1" || return 1
  elif has apk; then apk info -e "$1" || return 1
  else return 2; fi
}
package_absent() { not package_installed "$1"; }
account_exists() { has getent || return 2; getent "$1" "$2" || return 1; }
account_absent() { not account_exists "$1" "$2"; }
# account_is passwd|group NAME FIELD VALUE; u: the user id, g: a group of the user
account_is() {
  account_exists "$1" "$2" >/dev/null || return $?
  case $3 in
    u) [ "$(id -u "$2")" = "$4" ] ;;
    g) case " $(id -Gn "$2") " in *" $4 "*) return 0 ;; *) return 1 ;; esac ;;
    *) [ "$(getent "$1" "$2" | cut -d : -f "$3")" = "$4" ] ;;
  esac
}
dns_resolves() {
  has getent || return 2
  rb_found=$(getent ahosts "$1") || return 1
  [ $# -eq 1 ] || case "$rb_newline$rb_found" in *"$rb_newline$2 "*) return 0 ;; *) return 1 ;; esac
}
# mount_is PATH exists|type|source [VALUE]
mount_is() {
  [ -r /proc/mounts ] || return 2
  rb_found=$(awk -v path="$1" '$2 == path { found = $1 "\n" $3 } END { print found }' /proc/mounts)
  [ -n "$rb_found" ] || return 1
  case $2 in
    exists) ;;
    source) [ "${rb_found%"$rb_newline"*}" = "$3" ] ;;
    type) [ "${rb_found##*"$rb_newline"}" = "$3" ] ;;
  esac
}
sysctl_is() { rb_found=$(sysctl -n "$1") || return 2; compare "$rb_found" "$2" "$3"; }
interface_has() {
  [ -d "/sys/class/net/$1" ] || return 1
  if [ $# -eq 1 ]; then [ "$(($(cat "/sys/class/net/$1/flags") & 1))" -eq 1 ]; return $?; fi
  has ip || return 2
  case $(ip -o address show dev "$1") in *" $2/"*) return 0 ;; *) return 1 ;; esac
}

# The rest of the arguments is an object: KIND[/NAME] --namespace NAMESPACE [--selector LABELS]
kube() {
  has kubectl || return 2
  rb_found=$(kubectl "$@" 2>&1) && return 0
  case $rb_found in *NotFound* | *'not found'* | *'no matching resources'*) return 1 ;; *) return 2 ;; esac
}
kube_exists() { kube get --output name "$@" || return $?; [ "${rb_found#No resources}" = "$rb_found" ] && [ -n "$rb_found" ]; }
kube_absent() { not kube_exists "$@"; }
kube_rolled_out() { kube_exists "$@" || return $?; kubectl rollout status --timeout 1s "$@" || return 1; }
# kube_condition TYPE=VALUE OBJECT
kube_condition() {
  rb_condition=$1
  shift
  kube_exists "$@" || return $?
  kubectl wait --timeout 0s --for "condition=$rb_condition" "$@" || return 1
}
# kube_value PATH OPERATOR VALUE OBJECT
kube_value() {
  rb_path=$1 rb_operator=$2 rb_value=$3
  shift 3
  kube get --output "jsonpath=$rb_path" "$@" || return $?
  compare "$rb_found" "$rb_operator" "$rb_value"
}
