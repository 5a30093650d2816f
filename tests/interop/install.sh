#!/bin/sh
# Installs the programs that the interop tests drive, with apt, where that is allowed: as root, or
# with a sudo that asks nothing; then other people's clients, below var/interop. Says what is
# missing in the end; with CI=true that is an error.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin

# program:package, the names of Debian and its children
programs='
chromium:chromium
postfix:postfix
dovecot:dovecot-core
/usr/lib/dovecot/imap:dovecot-imapd
/usr/lib/dovecot/lmtp:dovecot-lmtpd
openssl:openssl
node:nodejs
npm:npm
thunderbird:thunderbird
Xvfb:xvfb
pdftoppm:poppler-utils
'

missing() {
    for pair in $programs; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || printf '%s\n' "$pair"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null
}

# Where apt fails it names the archive it talks to: only what went wrong is of interest.
without_addresses() {
    sed -E 's#(https?|ftp)://[^ ]+#<archive>#g; s#\[IP: [^]]*\]##g'
}

wanted=$(missing)
if [ -n "$wanted" ] && may_install; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    packages=
    for pair in $wanted; do
        packages="$packages ${pair#*:}"
    done
    echo "Installing with apt:$packages"
    # Postfix is driven with settings of the tests' own: none are made for the machine.
    case $packages in *postfix*)
        echo "postfix postfix/main_mailer_type select No configuration" |
            as_root debconf-set-selections 2>/dev/null || true ;;
    esac
    # shellcheck disable=SC2086 # one word a package
    if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --no-install-recommends $packages; } >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" | without_addresses
    fi
fi

status=0
for pair in $(missing); do
    echo "Missing: ${pair%%:*} (package ${pair#*:}); the tests that drive it cannot run"
    status=1
done
.venv/bin/python -m tests.interop.third_party || status=1
[ "${CI:-}" = true ] || status=0
exit $status
