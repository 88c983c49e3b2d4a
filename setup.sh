#!/bin/sh
# Brings a machine to where Heard runs: system packages, a virtual environment, the locked Python packages.
#
#   sh setup.sh run      what the app and the server need            .venv
#   sh setup.sh test     that, and what the checks need              .venv
#   sh setup.sh faults   that, and what some fault campaigns need    .venv
#   sh setup.sh build    a clean place to build the packaged app     .venv-build
#   sh setup.sh lock     what writes requirements/*.lock             .venv-lock
#
# Silent and quick when nothing is missing. Installs only what is missing, and nothing without a hash.
set -eu
unset CDPATH
cd -- "$(dirname -- "$0")"
export LC_ALL=C.UTF-8

say() { printf '%s\n' "$*" >&2; }

kind=${1:-run}
environment=.venv
packages=debian-packages.txt
wished=
# A real window needs the X libraries; without a display Qt draws offscreen and they are not asked for.
[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || packages="$packages debian-packages-window.txt"
case $kind in
    run) ;;
    test) packages="$packages debian-packages-test.txt" ;;
    # Without what is wished for a campaign says that it did not run. It needs root to run, too.
    faults) kind=test packages="$packages debian-packages-test.txt" wished=debian-packages-faults.txt ;;
    build) environment=.venv-build packages="debian-packages.txt debian-packages-window.txt debian-packages-build.txt" ;;
    lock) environment=.venv-lock packages= ;;
    *) say "Usage: sh setup.sh run|test|faults|build|lock"; exit 2 ;;
esac
lock=requirements/$kind.lock
no_cluster=${CREATECLUSTER:-/etc/postgresql-common/createcluster.d}

# --- Python -------------------------------------------------------------------------------------------------------

# Print the first Python from 3.11 to 3.13 that can make a virtual environment.
find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# The environment's Python as "3.11"; nothing if it is missing, half made or its system Python has gone.
environment_version() {
    "$environment/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true
}

# The stamp is a copy of the lock, written last, so an interrupted install is repeated.
stamp() { echo "$environment/installed-$1-$version.lock"; }

version=$(environment_version)
if [ -n "$version" ] && cmp -s "$lock" "$(stamp "$kind")"; then
    ready=yes python=
else
    ready= python=$(find_python)
fi

# --- System packages: Debian and its kin only ---------------------------------------------------------------------

# Print the packages of the lists given that are not installed. a|b is one package under two names.
missing_packages() {
    line_end='
'
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
    for names in $(sed 's/#.*//' "$@"); do
        found=
        for name in $(echo "$names" | tr '|' ' '); do
            case "$line_end$installed$line_end" in *"$line_end$name$line_end"*) found=yes ;; esac
        done
        [ -n "$found" ] || printf '%s ' "$names"
    done
}

# Install the packages given; of a|b the first name this release knows.
install_packages() {
    as=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || {
            say "Heard needs system packages. Please ask an administrator to run this, then try again:"
            say "apt-get install --no-install-recommends $(echo "$*" | sed 's/|[^ ]*//g')"
            exit 1
        }
        as=sudo
    fi
    say "Heard: installing system packages ($#) ..."
    log=$(mktemp)
    $as apt-get update -q >"$log" 2>&1 || { cat "$log" >&2; say "The list of system packages could not be fetched."; }
    chosen=
    for names in "$@"; do
        pick=${names%%|*}
        for name in $(echo "$names" | tr '|' ' '); do
            if apt-cache show "$name" >/dev/null 2>&1; then pick=$name; break; fi
        done
        chosen="$chosen $pick"
    done
    # Debian makes and starts a database of its own with PostgreSQL; the tests make theirs, and a machine keeps its ways.
    case " $chosen " in
        *" postgresql "*)
            $as mkdir -p "$no_cluster"
            $as sh -c 'echo "create_main_cluster = false" >"$1"' sh "$no_cluster/heard.conf"
            ;;
    esac
    # shellcheck disable=SC2086 # one word for each package
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $chosen >"$log" 2>&1 || {
        [ ! -f "$no_cluster/heard.conf" ] || $as rm -f "$no_cluster/heard.conf"
        cat "$log" >&2
        rm -f "$log"
        say "The system packages could not be installed. Nothing else was changed; run the same command again."
        exit 1
    }
    [ ! -f "$no_cluster/heard.conf" ] || $as rm -f "$no_cluster/heard.conf"
    rm -f "$log"
}

missing=
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # one word for each list
    [ -z "$packages" ] || missing=$(missing_packages $packages)
    if [ -z "$ready$python" ]; then
        if ! command -v python3 >/dev/null; then
            missing="${missing}python3 python3-venv"
        elif python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
            missing="${missing}python3-venv"
        fi
    fi
    # shellcheck disable=SC2086
    [ -z "${missing# }" ] || install_packages $missing
    if [ -n "$wished" ] && [ "$(id -u)" = 0 ]; then
        missing=$(missing_packages "$wished")
        # shellcheck disable=SC2086
        [ -z "${missing# }" ] || (install_packages $missing) || say "Heard: going on without $missing"
    fi
elif [ -z "$ready" ] && [ "$(uname -s)" = Linux ] && [ -n "$packages" ]; then
    say "This is not Debian: if Qt does not start, install this system's names for:"
    # shellcheck disable=SC2086
    say "$(sed 's/#.*//' $packages | tr -s '\n' ' ')"
fi

[ -z "$ready" ] || exit 0

# --- The virtual environment and the lock -------------------------------------------------------------------------

[ -n "$python" ] || python=$(find_python)
[ -n "$python" ] || {
    say "Heard needs Python 3.11, 3.12 or 3.13 with its venv module; this machine has: $(python3 --version 2>&1 || true)"
    exit 1
}
if ! "$environment/bin/python" -m pip --version >/dev/null 2>&1; then
    say "Heard: making the virtual environment ($environment) ..."
    rm -rf "$environment"
    "$python" -m venv "$environment"
fi
version=$(environment_version)

say "Heard: installing the locked Python packages ($kind) ..."
# A stamp that no longer tells the truth goes first. One that does stays: run.lock and test.lock pin the same versions.
for other in run test; do
    cmp -s "requirements/$other.lock" "$(stamp "$other")" || rm -f "$(stamp "$other")"
done
# The lock names everything, so nothing is resolved here: asked to, pip would look for the newest release of a package
# that another wants with an extra, and refuse it for having no hash. It may warn about package locations that hash mode
# ignores: only its exit code counts.
"$environment/bin/python" -m pip install -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    -r "$lock" >"$environment/install.log" 2>&1 || {
    cat "$environment/install.log" >&2
    say "The Python packages could not be installed. Is there a connection? Run the same command again."
    exit 1
}
# requirements/test.lock holds all of run.lock, so after it `run` has nothing to do either.
[ "$kind" != test ] || cp requirements/run.lock "$(stamp run)"
cp "$lock" "$(stamp "$kind")"
