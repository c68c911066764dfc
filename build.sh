#!/usr/bin/env bash
# Builds, tests and runs everything. `./build.sh help` lists what it can do.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
cache=$artifacts/.cache
solution=$root/SessionManagerPlugin.slnx
plugin=session-manager-plugin
emulator=ssm-emulator

# The programs that are published, each as project:binary.
products=("src/SessionManagerPlugin:$plugin" "src/SessionManagerPlugin.Emulator:$emulator")

# Nothing may outlive the script: compilers and MSBuild stay as servers only for someone who sits at a terminal.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
if [ -n "${CI:-}" ] || ! [ -t 1 ]; then
    export UseSharedCompilation=false
fi

usage() {
    cat <<'TEXT'
usage: ./build.sh VERB

  setup                  install what the other verbs need, where that is allowed
  build                  compile the whole solution, Release
  test [unit|e2e] [NAME] unit tests, then end-to-end tests on the published binaries;
                         NAME: only tests with this in their full name; what begins with -- goes to the runner
  fuzz [TIME|COUNT]      random schedules of lost connections and random bytes for the readers, each test for a TIME such as
                         90s or 10m (5m without one), or for COUNT seeds; SSM_FUZZ_SEED=N runs the one that failed
  run [ARGS]             a session with the emulator on this machine; ARGS go to `aws ssm start-session`
  publish [--rid RID]    native binaries into artifacts/RID, their symbols into artifacts/RID/symbols
  install [PREFIX]       the plugin into PREFIX/bin, /usr/local by default; honours DESTDIR
  bench [FILTER...]      benchmarks; without a filter those of the message codec, in a short job
  format [--check]       put the code into its form, or only check it
  clean                  remove everything that was built
  help                   this text
TEXT
}

say() { printf '%s\n' "build.sh: $*"; }
warn() { say "$@" >&2; }
die() {
    warn "$@"
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs quietly: the output is shown only when the command fails.
quietly() {
    local output status=0
    output=$("$@" 2>&1 </dev/null) || status=$?
    if [ "$status" -ne 0 ]; then
        printf '%s\n' "$output" >&2
    fi
    return "$status"
}

hash_of_input() {
    if has sha256sum; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

# --- set-up -----------------------------------------------------------------------------------------------------------------------

may_install() { has apt-get && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; }

apt() {
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo -n)
    ${sudo[@]+"${sudo[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"
}

# Makes sure of packages: each argument is `command[|command...]=package...`, missing when none of the commands is there.
need() {
    local item command packages=() found
    for item in "$@"; do
        found=no
        for command in $(tr '|' ' ' <<<"${item%%=*}"); do
            if has "$command"; then found=yes; fi
        done
        # The packages are a list of words.
        # shellcheck disable=SC2206
        [ "$found" = yes ] || packages+=(${item#*=})
    done

    [ ${#packages[@]} -gt 0 ] || return 0
    if may_install; then
        say "installing ${packages[*]}"
        if quietly apt update && quietly apt install --no-install-recommends "${packages[@]}"; then
            return 0
        fi
        warn "could not install ${packages[*]}"
    else
        warn "not installed, and not allowed to install: ${packages[*]}"
    fi
    return 1
}

need_sdk() {
    if ! has dotnet && [ -x "$HOME/.dotnet/dotnet" ]; then
        PATH=$HOME/.dotnet:$PATH
    fi

    if ! has dotnet || ! sdk=$(cd "$root" && dotnet --version 2>/dev/null); then
        die "needs the .NET SDK 10.0 (global.json says which): https://dotnet.microsoft.com/download/dotnet/10.0"
    fi
}

# The native linker. clang or gcc, whichever is there; the compiler's own targets find it, and objcopy, which takes the symbols off.
need_linker() {
    if [ "$(uname -s)" = Darwin ]; then
        has clang || die "needs the Xcode command line tools: xcode-select --install"
        return
    fi

    need 'clang|gcc=gcc libc6-dev' 'llvm-objcopy|objcopy=binutils' || die "publishing needs clang or gcc, and objcopy"
}

# Without these, the end-to-end tests that need them are skipped, and counted as skipped.
need_clients() {
    # The system's own AWS CLI is wanted even where another comes first in PATH: the tests know what it does.
    local aws=aws
    if has apt-get; then aws=/usr/bin/aws; fi
    need "$aws=awscli" || warn "the end-to-end tests that need it will be skipped"
}

verb_setup() {
    need_sdk
    need_linker
    need_clients
    say "set up: .NET SDK $sdk"
}

# --- build ------------------------------------------------------------------------------------------------------------------------

verb_build() {
    need_sdk
    say "building"
    quietly dotnet build "$solution" -c Release -v quiet -tl:off -warnaserror
}

# --- test -------------------------------------------------------------------------------------------------------------------------

passed=0 failed=0 skipped=0

# The last line of every test run, whatever ended it.
print_counts() {
    local status=$?
    if [ "$status" -eq 0 ] && [ $((passed + failed)) -eq 0 ]; then
        warn "no test ran"
        status=1
    fi
    printf '%d passed, %d failed%s\n' "$passed" "$failed" "$([ "$skipped" -eq 0 ] || printf ', %d skipped' "$skipped")"
    exit "$status"
}

# One number out of a report: <Counters total="4" executed="2" passed="2" failed="0" ... notExecuted="2" ... />
counter() {
    sed -n "s/.*<Counters[^>]* $2=\"\\([0-9]*\\)\".*/\\1/p" "$1" | head -n 1
}

# Runs a suite and adds its counts from the report that the test platform writes. False when anything is not as it should be.
run_suite() {
    local project=$1 name report status=0 ok=0
    shift
    name=$(basename "$project")
    report=$artifacts/test-results/$name.trx
    rm -f "$report"

    say "running $name"
    dotnet "$root/$project/bin/Release/net10.0/$name.dll" --no-banner --no-progress --no-ansi \
        --results-directory "$artifacts/test-results" --report-xunit-trx --report-xunit-trx-filename "$name.trx" "$@" </dev/null || status=$?

    if ! [ -s "$report" ] || [ -z "$(counter "$report" total)" ]; then
        warn "$name ended with status $status and without a report: counted as one failure"
        failed=$((failed + 1))
        return 1
    fi

    local suite_failed=0 kind
    for kind in failed error timeout aborted; do
        suite_failed=$((suite_failed + $(counter "$report" "$kind")))
    done
    passed=$((passed + $(counter "$report" passed)))
    failed=$((failed + suite_failed))
    skipped=$((skipped + $(counter "$report" notExecuted)))

    # 8 is the platform's status for "nothing ran". That is right when everything was skipped, or when a filter meant other suites.
    if [ "$suite_failed" -gt 0 ]; then
        ok=1
    elif [ "$status" -eq 8 ] && [ "$(counter "$report" notExecuted)" -eq 0 ] && [ $# -eq 0 ]; then
        warn "$name: no test ran"
        ok=1
    elif [ "$status" -ne 0 ] && [ "$status" -ne 8 ]; then
        warn "$name ended with status $status although no test failed"
        ok=1
    fi
    return "$ok"
}

verb_test() {
    local which=all filter=() project ok=0
    case ${1:-} in
        unit | e2e)
            which=$1
            shift
            ;;
    esac
    if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
        filter=(--filter-method "*$1*")
        shift
    fi
    filter+=("$@")

    trap print_counts EXIT
    verb_setup
    verb_build
    mkdir -p "$artifacts/test-results"

    if [ "$which" != e2e ]; then
        for project in "$root"/tests/*.Tests/; do
            run_suite "tests/$(basename "$project")" ${filter[@]+"${filter[@]}"} || ok=1
        done
    fi

    if [ "$which" != unit ]; then
        for project in "$root"/tests/*.EndToEndTests/; do
            [ -d "$project" ] || continue
            verb_publish --rid "$(host_rid)"
            SESSION_MANAGER_PLUGIN_ARTIFACTS=$artifacts/$(host_rid) \
                run_suite "tests/$(basename "$project")" ${filter[@]+"${filter[@]}"} || ok=1
        done
    fi

    exit "$ok"
}

# --- fuzz -------------------------------------------------------------------------------------------------------------------------

verb_fuzz() {
    local amount=${1:-5m}
    unset SSM_FUZZ_SECONDS
    case $amount in
        *[!0-9sm]* | *[sm]?* | [sm]) die "fuzz needs a time such as 90s or 10m, or a count of seeds such as 100000" ;;
        *s) export SSM_FUZZ_SECONDS=${amount%s} ;;
        *m) export SSM_FUZZ_SECONDS=$((${amount%m} * 60)) ;;
        *) export SSM_FUZZ_SCHEDULES=$amount SSM_FUZZ_MUTATIONS=$amount ;;
    esac

    # A time is for what no run has seen before; a count is the same seeds again.
    if [ -n "${SSM_FUZZ_SECONDS:-}" ]; then
        export SSM_FUZZ_START=${SSM_FUZZ_START:-$(($(date +%s) % 1000000 * 1000))}
    fi

    trap print_counts EXIT
    need_sdk
    verb_build
    mkdir -p "$artifacts/test-results"
    if [ -n "${SSM_FUZZ_SEED:-}" ]; then
        say "seed $SSM_FUZZ_SEED alone"
    else
        say "$amount for each test, seeds from ${SSM_FUZZ_START:-0}"
    fi

    # With the seeds that were used in the tests' own output.
    run_suite tests/SessionManagerPlugin.Tests --filter-namespace SessionManagerPlugin.Tests.Fuzz --output Detailed
}

# --- publish ----------------------------------------------------------------------------------------------------------------------

host_rid() {
    local os arch
    case $(uname -s) in
        Linux) if ldd --version 2>&1 | grep -qi musl; then os=linux-musl; else os=linux; fi ;;
        Darwin) os=osx ;;
        *) die "$(uname -s) is not supported here; on Windows use build.ps1" ;;
    esac
    case $(uname -m) in
        x86_64 | amd64) arch=x64 ;;
        aarch64 | arm64) arch=arm64 ;;
        *) die "no native compiler for $(uname -m)" ;;
    esac
    printf '%s-%s\n' "$os" "$arch"
}

# Sets `framework` to the newest one whose native compiler restores for a RID. A probe project is restored to find out; the answer is
# kept for the SDK's version, until the package versions change.
find_framework() {
    local rid=$1 answer=$cache/framework-$sdk-$1 probe=$cache/probe-$1 output candidate missing=''
    if [ "$answer" -nt "$root/Directory.Build.props" ]; then
        framework=$(cat "$answer")
        return
    fi

    mkdir -p "$probe"
    cat >"$probe/Probe.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <PublishAot>true</PublishAot>
  </PropertyGroup>
</Project>
PROJECT
    for candidate in net10.0 net9.0; do
        if output=$(dotnet restore "$probe/Probe.csproj" -r "$rid" "-p:TargetFrameworks=$candidate" -v quiet -tl:off 2>&1 </dev/null); then
            framework=$candidate
            printf '%s\n' "$framework" >"$answer"
            return
        fi
        missing+=$(sed -e 's/^.*error \([A-Z]*[0-9]*: \)/\1/' -e 's/ No packages exist.*//' -e "s/^/  $candidate: /" <<<"$output" | sort -u)$'\n'
    done
    die "the native compiler for $rid does not restore:"$'\n'"${missing%$'\n'}"
}

# Everything that a published binary is made of, as one hash.
fingerprint() {
    (
        cd "$root"
        printf '%s\n' "$sdk" "$framework" "$1"
        find src Directory.Build.props Directory.Packages.props global.json \
            \( -name bin -o -name obj \) -prune -o -type f -print | LC_ALL=C sort | while IFS= read -r file; do
            printf '%s\n' "$file"
            cat "$file"
        done
    ) | hash_of_input
}

verb_publish() {
    local rid='' print stamp stage product name
    while [ $# -gt 0 ]; do
        case $1 in
            --rid)
                [ $# -ge 2 ] || die "publish --rid needs a RID, such as linux-x64"
                rid=$2
                shift
                ;;
            --rid=*) rid=${1#--rid=} ;;
            *) die "publish does not know $1" ;;
        esac
        shift
    done

    local host
    host=$(host_rid)
    rid=${rid:-$host}
    case $rid in
        linux-x64 | linux-arm64 | linux-musl-x64 | linux-musl-arm64 | osx-x64 | osx-arm64) ;;
        win-*) die "$rid is published on Windows, with build.ps1" ;;
        *) die "publish does not know the RID $rid" ;;
    esac
    if [ "${rid%%-*}" != "${host%%-*}" ]; then
        die "$rid cannot be linked on $host: a native binary is linked on its own system"
    fi

    need_sdk
    need_linker
    find_framework "$rid"

    stamp=$cache/published-$rid
    print=$(fingerprint "$rid")
    if [ "$(cat "$stamp" 2>/dev/null)" = "$print" ] && [ -x "$artifacts/$rid/$plugin" ] && [ -x "$artifacts/$rid/$emulator" ]; then
        say "artifacts/$rid is up to date ($framework)"
        return
    fi

    say "publishing for $rid with $framework"
    stage=$cache/stage-$rid
    rm -rf "$stage" "$stamp"
    mkdir -p "$stage/symbols"

    # One after the other, because they share the projects that they are built from. The build has a place of its own, so that it and
    # that of the solution, which has other frameworks, do not undo each other.
    for product in "${products[@]}"; do
        name=${product#*:}
        quietly dotnet publish "$root/${product%%:*}" -c Release -r "$rid" -f "$framework" \
            "-p:TargetFrameworks=$framework" "-p:AotFramework=$framework" \
            --artifacts-path "$cache/build" -o "$cache/out/$rid/$name" -v quiet -tl:off -warnaserror
        cp "$cache/out/$rid/$name/$name" "$stage/"
        cp -R "$cache/out/$rid/$name/$name".d[bS]* "$stage/symbols/" # .dbg, or .dSYM on macOS
    done

    rm -rf "${artifacts:?}/$rid"
    mv "$stage" "$artifacts/$rid"
    printf '%s\n' "$print" >"$stamp"
}

verb_install() {
    local prefix=${1:-/usr/local} target
    target=${DESTDIR:-}$prefix/bin
    verb_publish --rid "$(host_rid)"
    if ! mkdir -p "$target" 2>/dev/null || ! [ -w "$target" ]; then
        die "$target is not writable: run as root, or name another place: ./build.sh install ~/.local"
    fi
    install -m 755 "$artifacts/$(host_rid)/$plugin" "$target/$plugin"
    say "installed $target/$plugin"
}

# --- run --------------------------------------------------------------------------------------------------------------------------

readonly instance=i-0123456789abcdef0 region=us-east-1

# Stops the emulator that was started, by its number.
stop_emulator() {
    local status=$?
    if [ -n "${emulator_pid:-}" ]; then
        kill "$emulator_pid" 2>/dev/null || true
        wait "$emulator_pid" 2>/dev/null || true
    fi
    [ -z "${run_dir:-}" ] || rm -rf "$run_dir"
    exit "$status"
}

# Starts the emulator and sets `url`. The emulator writes its URL when it listens; reading its pipe is all the waiting there is.
start_emulator() {
    local line
    run_dir=$(mktemp -d)
    trap stop_emulator EXIT
    mkfifo "$run_dir/url"
    "$emulator" --port 0 >"$run_dir/url" 2>"$run_dir/log" </dev/null &
    emulator_pid=$!

    url=''
    exec 3<"$run_dir/url"
    while [ -z "$url" ] && IFS= read -r line <&3; do
        url=$(grep -Eo 'https?://[^[:space:]"]+' <<<"$line" | head -n 1) || true
    done
    if [ -z "$url" ]; then
        cat "$run_dir/log" >&2
        die "the emulator ended without a URL"
    fi

    # What it goes on to say must not fill the pipe.
    cat <&3 >>"$run_dir/log" &
    exec 3<&-
}

# Opens a session; its standard input is the session's.
open_session() {
    if has aws; then
        aws ssm start-session --target "$instance" --region "$region" --endpoint-url "$url" "$@"
        return
    fi

    local response
    response=$(curl -sSf -X POST -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: AmazonSSM.StartSession' \
        -d "{\"Target\":\"$instance\"}" "$url/" </dev/null)
    AWS_SSM_START_SESSION_RESPONSE=$response "$plugin" AWS_SSM_START_SESSION_RESPONSE "$region" StartSession
}

verb_run() {
    need 'aws=awscli' || need 'curl=curl' || die "a session is started by the AWS CLI or by curl"
    verb_publish --rid "$(host_rid)"
    PATH=$artifacts/$(host_rid):$PATH

    # Credentials of nobody, and nothing of the user's own set-up.
    export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=example AWS_EC2_METADATA_DISABLED=true
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
    if ! has aws && [ $# -gt 0 ]; then
        die "the AWS CLI is needed to pass $* on"
    fi

    start_emulator
    say "the emulator listens on $url"
    if [ -t 0 ] && [ -z "${CI:-}" ]; then
        open_session "$@"
        return
    fi

    # The far side computes the answer, so that an echo of the input is not taken for it.
    say "no terminal: sending a few commands"
    # shellcheck disable=SC2016
    printf '%s\n' 'echo "the answer is $((6 * 7))"' 'uname -s' 'stty size' 'exit' | open_session "$@" | tee "$run_dir/output"
    [ $# -gt 0 ] || grep -q 'the answer is 42' "$run_dir/output" || die "the session did not answer"
}

# --- the rest ---------------------------------------------------------------------------------------------------------------------

verb_bench() {
    local project=bench/SessionManagerPlugin.Benchmarks
    need_sdk
    say "building the benchmarks"
    quietly dotnet build "$root/$project" -c Release -v quiet -tl:off -warnaserror
    if [ $# -eq 0 ]; then
        set -- --filter '*ClientMessageBenchmarks*' --job short
    elif [ "${1#-}" = "$1" ]; then
        set -- --filter "$@"
    fi
    dotnet "$root/$project/bin/Release/net10.0/$(basename "$project").dll" --artifacts "$artifacts/benchmarks" "$@" </dev/null
}

verb_format() {
    need_sdk
    case ${1:-} in
        '')
            say "formatting"
            quietly dotnet format "$solution"
            ;;
        --check)
            say "checking the format"
            quietly dotnet format "$solution" --verify-no-changes
            ;;
        *) die "format does not know $1" ;;
    esac
}

verb_clean() {
    rm -rf "$artifacts"
    find "$root/src" "$root/tests" "$root/bench" -depth -type d \
        \( -name bin -o -name obj -o -name TestResults -o -name BenchmarkDotNet.Artifacts \) -exec rm -rf {} +
    say "clean"
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
    setup | build | test | fuzz | run | publish | install | bench | format | clean) "verb_$verb" "$@" ;;
    help | --help | -h) usage ;;
    *)
        warn "unknown verb $verb"
        usage >&2
        exit 2
        ;;
esac
