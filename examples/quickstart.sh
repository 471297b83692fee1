#!/usr/bin/env bash
# The main job with no AWS account: a stack file becomes a pool on an emulator, a code becomes an SMS.
# Stops at the first step that is not as it should be. Everything that it makes is under target/.
set -euo pipefail
cd "$(dirname "$0")/.."
work=target/quickstart
stack=$work/stack.yaml
python=$work/venv/bin/python

fail() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }
step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

step 'Checking what this needs'
[ "$(uname -s)" = Linux ] || fail 'this runs on Linux alone: the emulator runs the handler as a Linux process'
command -v python3 >/dev/null || fail 'python3 is missing (apt-get install python3)'
python3 -c 'import ensurepip, venv' 2>/dev/null || fail 'python3 has no venv module (apt-get install python3-venv)'
command -v cargo >/dev/null || fail 'cargo is missing (see https://rustup.rs)'
command -v cc >/dev/null || fail 'a C compiler is missing (apt-get install gcc)'

step 'Setting up the emulator'
mkdir -p "$work"
if ! cmp -s examples/quickstart/requirements.txt "$work/installed"; then
    python3 -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r examples/quickstart/requirements.txt
    cp examples/quickstart/requirements.txt "$work/installed"
fi
# It ends when its standard input closes, so it cannot outlive this script.
# It refuses more than ministack does by itself: what AWS would refuse.
coproc SERVER { exec "$python" deployer/tests/it/support/strict.py 2>"$work/ministack.log"; }
server=$SERVER_PID answers=${SERVER[0]} lifeline=${SERVER[1]}
trap 'exec {lifeline}>&-; wait "$server" 2>/dev/null || true' EXIT
read -r port <&"$answers" || fail "ministack did not start: see $work/ministack.log"
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=us-west-2
# The emulator takes the key id for the account.
export AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=none
unset AWS_PROFILE AWS_SESSION_TOKEN

step 'Building the deployer'
cargo build --quiet --locked --package deployer
binary=$(cargo metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/deployer
deployer() {
    printf '$ deployer %s\n' "$*"
    "$binary" "$@"
}
expect() {
    local wanted=$1 code=0
    shift
    "$@" || code=$?
    [ "$code" = "$wanted" ] || fail "\`$*\` ended with $code, not $wanted"
}

step 'Making the bucket for zips, and the stack (the first time, the handler is built: some minutes)'
sed "s/x86_64/$(uname -m | sed s/aarch64/arm64/)/" examples/quickstart/stack.yaml >"$stack"
expect 0 deployer bootstrap --region "$AWS_REGION" --yes
expect 0 deployer apply "$stack" --yes

step 'Sending a code as Cognito does'
"$python" examples/quickstart/cognito.py send quickstart

step 'Applying again: nothing to do'
expect 0 deployer diff "$stack" --exit-code
again=$(deployer apply "$stack" --yes 2>&1) || fail "$again"
printf '%s\n' "$again"
[[ $again = *'nothing to do'* ]] || fail 'the second apply found something to do'

step 'Adding a trigger'
checks=$("$python" examples/quickstart/cognito.py function checks)
sed -i "s|^triggers:|&\n  pre_sign_up: $checks|" "$stack"
expect 2 deployer diff "$stack" --exit-code
expect 0 deployer apply "$stack" --yes
expect 0 deployer diff "$stack" --exit-code
"$python" examples/quickstart/cognito.py send quickstart

step 'Destroying the stack'
expect 0 deployer destroy "$stack" --confirm quickstart
printf '\nDone in %s s. Nothing runs any more; %s keeps what a second run needs.\n' "$SECONDS" "$work"
