#!/usr/bin/env bash
# Does what the README says, as somebody who has just arrived: fresh clone, empty HOME, once as root and once as an
# ordinary user. What is tested is the README itself: its ```sh block after the line <!-- newcomer --> is run as it
# stands, only the address is replaced, and its lines that are nothing but a status must be 200, then 403.
set -euo pipefail

usage='e2e/newcomer.sh [--quick] [--root-only | --user-only]

  --quick       without npm test
  --root-only   only as root
  --user-only   only as an ordinary user (created and removed when run by root)'

quick=no
accounts='root user'
for flag in "$@"; do
  case $flag in
    --quick) quick=yes ;;
    --root-only) accounts=root ;;
    --user-only) accounts=user ;;
    --help) echo "$usage"; exit 0 ;;
    *) echo "unknown flag $flag"; echo "$usage"; exit 2 ;;
  esac
done
[ "$(id -u)" = 0 ] || accounts=user

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
base=$(mktemp -d "${TMPDIR:-/tmp}/newcomer.XXXXXX")
chmod 755 "$base"
newcomer=
account=

# Processes that know the folder: by working directory, command line or environment.
processes() {
  local entry
  for entry in /proc/[0-9]*; do
    [ "${entry#/proc/}" != "$$" ] || continue
    if [[ $(readlink "$entry/cwd" 2>/dev/null) == "$base"/* ]] ||
      { tr '\0' '\n' <"$entry/cmdline" && tr '\0' '\n' <"$entry/environ"; } 2>/dev/null | grep -qF "$base/"; then
      echo "${entry#/proc/}"
    fi
  done
}

clean_up() {
  local pid
  for pid in $(processes); do kill -9 "$pid" 2>/dev/null || true; done
  [ -z "$newcomer" ] || userdel "$newcomer"
  rm -rf "$base"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  echo "FAILED as $account: $1"
  [ -z "${2:-}" ] || { echo "--- the end of its output"; tail -n 60 "$2"; }
  exit 1
}

began=
begin() { began=$EPOCHREALTIME; }
step() { awk -v a="$began" -v b="$EPOCHREALTIME" -v who="$account" -v what="$1" \
  'BEGIN { printf "%-6s %-44s %7.1f s\n", who, what, b - a }'; }

# As the account, with nothing of this shell's environment but what reaches the network.
as_account() {
  local identity=()
  [ "$account" != user ] || [ -z "$newcomer" ] ||
    identity=(setpriv --reuid "$newcomer" --regid "$newcomer" --init-groups --)
  exec "${identity[@]}" env -i HOME="$home" PATH="$(dirname "$(command -v node)"):/usr/local/bin:/usr/bin:/bin" \
    LANG=C.UTF-8 ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} \
    ${CORPORA_DIR:+CORPORA_DIR="$CORPORA_DIR"} "$@"
}

wait_until_ready() {
  local limit=$((SECONDS + 900))
  until address=$(sed -n 's/^ready \(http:.*\)$/\1/p' "$log" | head -n 1) && [ -n "$address" ]; do
    kill -0 "$server" 2>/dev/null || fail 'npm start ended before it was ready' "$log"
    [ "$SECONDS" -lt "$limit" ] || fail 'npm start was not ready after 15 minutes' "$log"
    sleep 0.2
  done
}

arrive() {
  local folder=$base/$account/"counter sign" statuses left
  home=$base/$account/home
  log=$base/$account/start.log
  mkdir -p "$home"

  begin
  git clone --quiet "$repository" "$folder"
  [ "$account" != user ] || [ -z "$newcomer" ] || chown -R "$newcomer" "$base/$account"
  step 'git clone'

  begin
  (cd "$folder" && as_account npm start -- --port 0) >"$log" 2>&1 </dev/null &
  server=$!
  wait_until_ready
  step "npm start, until $address is ready"

  begin
  curl -fsS "$address/" | grep -qi '<!doctype html' || fail 'the page at / is not HTML' "$log"
  step 'the showcase'

  begin
  awk '/^<!-- newcomer -->/ { marked = 1 } inside && /^```/ { exit } inside { print }
    marked && /^```sh/ { inside = 1 }' "$folder/README.md" |
    sed -E "s#http://(127\.0\.0\.1|localhost):3000#$address#g" >"$base/$account/steps.sh"
  [ -s "$base/$account/steps.sh" ] || fail 'README.md has no ```sh block after <!-- newcomer -->'
  (cd "$home" && as_account bash -euo pipefail "$base/$account/steps.sh") >"$base/$account/steps.log" 2>&1 ||
    fail 'a step of the README failed' "$base/$account/steps.log"
  statuses=$(grep -Ex '[0-9]{3}' "$base/$account/steps.log" | xargs)
  [ "$statuses" = '200 403' ] ||
    fail "the README promises 200, then 403; it was: ${statuses:-nothing}" "$base/$account/steps.log"
  step 'the steps of the README: 200, then 403'

  begin
  kill -TERM "$server"
  wait "$server" || fail "npm start ended with code $? after SIGTERM" "$log"
  left=$(processes)
  [ -z "$left" ] || fail "still running after SIGTERM: $(ps -o pid=,args= -p "$(echo $left | tr ' ' ,)")" "$log"
  step 'SIGTERM, until nothing of it runs'

  [ "$quick" = no ] || return 0
  begin
  (cd "$folder" && as_account npm test) >"$base/$account/test.log" 2>&1 </dev/null ||
    fail 'npm test failed' "$base/$account/test.log"
  step "npm test: $(tail -n 1 "$base/$account/test.log")"
}

for account in $accounts; do
  if [ "$account" = user ] && [ "$(id -u)" = 0 ]; then
    newcomer=newcomer$$
    useradd --no-create-home --home-dir "$base/user/home" --shell /bin/bash "$newcomer"
  fi
  arrive
done
echo 'A newcomer gets along.'
