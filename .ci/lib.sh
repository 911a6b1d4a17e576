# Shared by run, test and the scripts of bench/: finds a JDK 25, installs what the host lacks. Sourced, never run.

say() { echo "layerd: $*" >&2; }
die() { say "$*"; exit 1; }

# Sets JAVA_HOME to a JDK 25: JAVA_HOME itself, GRAALVM_HOME, what is below /usr/lib/jvm, the javac on PATH.
find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" "${GRAALVM_HOME:-}" /usr/lib/jvm/*25* "$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")"; do
    [ -x "$home/bin/javac" ] && [ -r "$home/release" ] || continue
    grep -q '^JAVA_VERSION="25' "$home/release" || continue
    export JAVA_HOME=$home PATH=$home/bin:$PATH
    return 0
  done
  die "no JDK 25 found: install one (for example Temurin 25) or set JAVA_HOME"
}

# A program on PATH, or in the places Debian keeps daemons and podman's parts.
has() {
  local dir
  command -v "$1" >/dev/null 2>&1 && return 0
  for dir in /usr/sbin /sbin /usr/lib/podman /usr/libexec/podman /usr/local/lib/podman; do [ -x "$dir/$1" ] && return 0; done
  return 1
}

# Installs Debian packages without starting any service of theirs. No argument, no apt call.
apt_install() {
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "needs $*: install them by your distribution's means"
  [ "$(id -u)" = 0 ] || die "needs root to install $*"
  say "installing $*"
  local policy=/usr/sbin/policy-rc.d ours= log
  log=$(mktemp)
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; ours=1; }
  local status=0
  apt_quiet "$log" "$@" || status=$?
  [ -z "$ours" ] || rm -f $policy
  [ $status = 0 ] || { tail -20 "$log" >&2; die "apt-get could not install $*"; }
  rm -f "$log"
}

apt_quiet() {
  local log=$1; shift
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 </dev/null && return 0
  apt-get update -qq >>"$log" 2>&1 </dev/null || true
  apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1 </dev/null
}

# What the daemon itself needs.
install_host_parts() {
  local missing=()
  has runc || has crun || missing+=(runc)
  has conmon || missing+=(conmon)
  has netavark || missing+=(netavark)
  has aardvark-dns || missing+=(aardvark-dns)
  has iptables || missing+=(iptables)
  has docker-init || has tini || missing+=(tini)
  apt_install "${missing[@]}"
  # Inflates layers four times as fast; layerd does without it where there is none.
  ldconfig -p | grep -q libisal.so.2 || (apt_install libisal2) || say "going on without libisal2"
}

# A docker CLI only where there is none, and never an engine beside it.
install_docker_cli() {
  command -v docker >/dev/null 2>&1 && return 0
  say "installing a docker CLI"
  if apt-cache show docker-cli >/dev/null 2>&1 || { apt-get update -qq && apt-cache show docker-cli >/dev/null 2>&1; }; then
    apt_install docker-cli
    return 0
  fi
  take_docker_cli /usr/local/bin/docker || die "no docker CLI could be installed"
}

# Older Debian ships the client inside the engine's package: takes the one file.
take_docker_cli() { # file to make
  local dir status=0; dir=$(mktemp -d)
  (cd "$dir" && { apt-get download -qq docker.io || { apt-get update -qq && apt-get download -qq docker.io; }; } >/dev/null 2>&1 \
    && dpkg-deb --fsys-tarfile docker.io_*.deb | tar -x ./usr/bin/docker) && install -D -m 755 "$dir/usr/bin/docker" "$1" || status=1
  rm -rf "$dir"
  return $status
}

# For the tests, a docker CLI of 18.09 to 22, which has a client of BuildKit's built in.
get_old_cli() { # directory
  [ ! -x "$1/docker" ] || return 0
  take_docker_cli "$1/docker" 2>/dev/null && "$1/docker" --version | grep -qE 'version (1[89]|2[0-2])\.' && return 0
  rm -rf "$1"
  say "no old docker CLI could be had: what needs it is skipped"
}

# Plugins of the docker CLI for the tests, docker-buildx or docker-compose: this Debian's package, or the one file of a later one's in a
# directory of its own.
get_cli_plugin() { # directory, name
  local place
  for place in "$1" /usr/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins; do [ ! -x "$place/$2" ] || return 0; done
  # An older Debian's docker-compose is another program, in Python.
  if [ "$2" = docker-buildx ] && apt-cache show "$2" >/dev/null 2>&1; then apt_install "$2"; return 0; fi
  local dir
  dir=$(mktemp -d)
  if sid_download "$dir" "$2"; then
    dpkg-deb -x "$dir/$2"_*.deb "$dir/root"
    mkdir -p "$1"
    install -m 755 "$dir/root/usr/libexec/docker/cli-plugins/$2" "$1/$2"
  else
    say "no $2 could be had: what needs it is skipped"
  fi
  rm -rf "$dir"
}

# Downloads a package of the newest Debian into a directory, without touching the host's own lists.
sid_download() { # directory, package, "whole" for all it depends on as well
  local mirror names=$2 key=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sed '/security/d' | sed -n 1p || true)
  mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
  echo "deb [signed-by=$key] $mirror sid main" >"$1/sources.list"
  local options=(-o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$1/lists"
    -o "Dir::Cache=$1/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update -qq >/dev/null 2>&1 || return 1
  [ "${3:-}" != whole ] || names=$(apt-get "${options[@]}" install --simulate -qq --no-install-recommends \
    -o Dir::State::status=/dev/null "$2" 2>/dev/null | awk '$1 == "Inst" {print $2}')
  # shellcheck disable=SC2086 # one word per package
  [ -n "$names" ] && (cd "$1" && apt-get "${options[@]}" download -qq $names) >/dev/null 2>&1
}

# criu for the tests of checkpoints: the host's own where it knows the kernel, else the newest Debian's with its libraries in a
# directory of its own.
get_criu() { # directory
  if [ -x "$1/criu" ] || { has criu && criu check >/dev/null 2>&1; }; then return 0; fi
  local dir
  dir=$(mktemp -d)
  if sid_download "$dir" criu whole; then
    for package in "$dir"/*.deb; do dpkg-deb -x "$package" "$dir/root"; done
    mkdir -p "$1/lib"
    cp -L "$dir"/root/usr/lib/*-linux-gnu/*.so* "$1/lib/"
    install -m 755 "$dir/root/usr/sbin/criu" "$1/lib/criu"
    cat >"$1/criu" <<'SCRIPT'
#!/bin/sh
lib=$(dirname "$(readlink -f "$0")")/lib
exec "$lib"/ld-linux-* --library-path "$lib" --argv0 criu "$lib/criu" "$@"
SCRIPT
    chmod 755 "$1/criu"
    "$1/criu" check >/dev/null 2>&1 || say "criu does not work on this kernel: tests of checkpoints are skipped"
  else
    say "no criu could be had: what needs it is skipped"
  fi
  rm -rf "$dir"
}

# Sets GRAALVM_HOME to one that has native-image: GRAALVM_HOME itself, JAVA_HOME, or one put together from packages (native/),
# which is kept outside the tree and used again as long as its parts are the same.
find_graalvm() {
  local missing=()
  has gcc || missing+=(gcc libc6-dev)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  [ -z "${GRAALVM_HOME:-}" ] || [ -x "$GRAALVM_HOME/bin/native-image" ] || die "no native-image in GRAALVM_HOME=$GRAALVM_HOME"
  if [ -z "${GRAALVM_HOME:-}" ] && [ -x "$JAVA_HOME/bin/native-image" ]; then GRAALVM_HOME=$JAVA_HOME; fi
  export GRAALVM_HOME=${GRAALVM_HOME:-}
  [ -n "$GRAALVM_HOME" ] || { has g++ || missing+=(g++); has unzip || missing+=(unzip); has xz || missing+=(xz-utils); }
  apt_install "${missing[@]}"
  [ -z "$GRAALVM_HOME" ] || return 0

  local version cache key
  version=$(sed -n 's#.*<graalvm.version>\(.*\)</graalvm.version>.*#\1#p' pom.xml)
  key=$(cat "$JAVA_HOME/release" native/*.* native/*/* | sha256sum | cut -c1-12)
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/layerd
  GRAALVM_HOME=$cache/native-image-$version-$key
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  if [ ! -x "$GRAALVM_HOME/bin/native-image" ]; then
    say "putting native-image together (once)"
    JDK25=$JAVA_HOME GRAAL=$version WORK=$GRAALVM_HOME.work native/assemble.sh "$GRAALVM_HOME" </dev/null >&2 \
      || die "native-image could not be put together"
    rm -rf "$GRAALVM_HOME.work"
  fi
  exec 9>&-
}

# The native executable, target/layerd-runner. Four minutes on two cores.
build_native() {
  find_graalvm
  mvn -q -B -ntp -Dnative -Dlint=false -DskipTests -Dbuild.commit="$(build_commit)" package </dev/null >&2
}

build_commit() { git rev-parse --short HEAD 2>/dev/null || echo unknown; }

# JVM flags of the daemon: small and quick to start, but with C2: without its intrinsics SHA-256 is ten times slower.
layerd_jvm_flags() {
  echo -XX:+UseSerialGC -Xms32m -Xmx512m -Xss512k -XX:MaxDirectMemorySize=256m -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true
}
