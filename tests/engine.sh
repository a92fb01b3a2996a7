#!/usr/bin/env bash
# Private Docker engines: for the tests, the benchmarks and the demo.
#
#   tests/engine.sh start VERSION DIR    start an engine; prints DOCKER_HOST=unix://DIR/docker.sock
#   tests/engine.sh stop [--keep] DIR    remove its containers, end it, remove its data (--keep: data stays)
#   tests/engine.sh status DIR           exit 0 and one line when it answers, else 1
#   tests/engine.sh available VERSION    exit 0, or 1 with the reason
#   tests/engine.sh fetch28 [CACHE]      fetch engine 28 and docker compose from Debian's unstable suite
#   tests/engine.sh peer [CACHE]         print PATH= and DOCKER_CONFIG= of what fetch28 brought
#
# VERSION: 20 (Debian 12's own), 28 (see fetch28), system (whatever dockerd is installed).
# With ENGINE_TLS=ADDRESS:PORT=CERTS it listens there, too, with TLS (CERTS: a directory with ca.pem, cert.pem, key.pem).
# CACHE: default $ENGINE28, else ${XDG_CACHE_HOME:-~/.cache}/docker-flow/engine28.
#
# Everything of an engine lives below DIR: data, state, sockets, pid files, logs, its own containerd.
# It shares the network namespace it is started in, so published ports and container addresses can be
# reached from there. It leaves iptables alone (nothing goes out to the internet, networks are not
# isolated from each other) and has a bridge and an address range of its own, so that any number
# of engines, and the host's, run side by side. For a namespace per engine: nsenter --net=… tests/engine.sh …
# live-restore is for the host's docker0: a dockerd with address pools of its own and without live-restore removes the link
# of that name when it starts on old data, whatever its own bridge is (moby, configureNetworking in daemon/daemon_unix.go).
set -euo pipefail

die() { printf 'engine.sh: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '4,9s/^# *//p' "$0" >&2; exit 2; }

cache_dir() { printf '%s\n' "${1:-${ENGINE28:-${XDG_CACHE_HOME:-$HOME/.cache}/docker-flow/engine28}}"; }

# absolute DIR: the directory as an absolute path, short enough for the sockets in it
absolute() {
	local dir
	dir=$(realpath -m -- "$1")
	[[ $dir != *[\"\\[:cntrl:]]* ]] || die "$dir: no quotes, backslashes or control characters, please"
	[ "$(printf %s "$dir/docker.sock" | wc -c)" -le 100 ] ||
		die "$dir/docker.sock is longer than 100 bytes; a unix socket needs a shorter directory"
	printf '%s\n' "$dir"
}

ping_engine() { [ "$(curl -s -m 5 --unix-socket "$1/docker.sock" http://engine/_ping 2>/dev/null)" = OK ]; }

# alive FILE DIR: the pid in FILE, when it is a process that was started for DIR (pid files outlive crashes, numbers come back)
alive() {
	local pid command
	pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] || return 1
	command=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") || return 1
	[[ $command == *"$2/"* ]] || return 1
	printf '%s\n' "$pid"
}

# path_of VERSION: the PATH under which that version's dockerd, containerd, shim and proxy are found
path_of() {
	local base=$PATH:/usr/sbin:/sbin
	case $1 in
	28) printf '%s\n' "$(cache_dir)/bin:$base" ;;
	20 | system) printf '%s\n' "$base" ;;
	*) die "unknown version '$1' (20, 28 or system)" ;;
	esac
}

available() {
	local version path tool found
	version=$1
	path=$(path_of "$version")
	[ "$(id -u)" = 0 ] || { echo "a private engine needs root"; return 1; }
	[ "$version" != 28 ] || [ -x "$(cache_dir)/bin/dockerd" ] ||
		{ echo "engine 28 is not in $(cache_dir): run tests/engine.sh fetch28"; return 1; }
	for tool in dockerd containerd runc ip curl; do
		PATH=$path command -v "$tool" >/dev/null || { echo "$tool is not installed: run tests/deps.sh demo"; return 1; }
	done
	found=$(PATH=$path dockerd --version 2>&1) || { echo "dockerd does not run: $found"; return 1; }
	case $version-$found in
	system-* | 20-*" 20.10."* | 28-*" 28."*) ;;
	*) echo "engine $version is wanted, but this is: $found"; return 1 ;;
	esac
	grep -q '[[:space:]]/sys/fs/cgroup' /proc/self/mounts || { echo "no cgroup file system is mounted"; return 1; }
}

# is_bridge_of DIR N: whether link flowN exists and is that engine's
is_bridge_of() { [[ $(ip link show "flow$2" 2>/dev/null) == *" alias $1" ]]; }

# bridge_up DIR: a bridge flowN with 10.N.255.1/24 and so the range 10.N.0.0/16, N from 80 to 207. Creating the
# link is what reserves N, its alias says whose it is. DIR/bridge keeps N: an engine comes back with the addresses it had.
bridge_up() {
	local n try link
	n=$(cat "$1/bridge" 2>/dev/null) || n=$((80 + $(printf %s "$1" | cksum | cut -d' ' -f1) % 128))
	for try in $(seq 128); do
		link=flow$n
		if is_bridge_of "$1" "$n"; then
			break
		elif [ -z "$(ip -4 route show table all root "10.$n.0.0/16")" ] && ip link add "$link" type bridge 2>/dev/null; then
			ip link set "$link" alias "$1"
			ip addr add "10.$n.255.1/24" dev "$link"
			ip link set "$link" up
			break
		fi
		n=$((80 + (n - 79) % 128))
		[ "$try" != 128 ] || die "no free address range between 10.80.0.0 and 10.207.0.0"
	done
	printf '%s\n' "$n" >"$1/bridge"
	# Another engine may have set FORWARD to DROP, which then also drops what crosses our bridges.
	if [[ $(iptables -S FORWARD 2>/dev/null) == *"-P FORWARD DROP"* ]]; then
		iptables -C FORWARD -s "10.$n.0.0/16" -d "10.$n.0.0/16" -j ACCEPT 2>/dev/null ||
			iptables -I FORWARD -s "10.$n.0.0/16" -d "10.$n.0.0/16" -j ACCEPT
	fi
}

bridge_down() {
	local n link
	n=$(cat "$1/bridge" 2>/dev/null) || return 0
	rm -f "$1/bridge"
	! ip link show "flow$n" >/dev/null 2>&1 || is_bridge_of "$1" "$n" || return 0
	while iptables -D FORWARD -s "10.$n.0.0/16" -d "10.$n.0.0/16" -j ACCEPT 2>/dev/null; do :; done
	# its own bridge, and those of networks that a crash left behind
	for link in "flow$n" $(ip -o -4 addr show 2>/dev/null | awk -v p="10.$n." 'index($4, p) == 1 && $2 ~ /^br-/ {print $2}'); do
		ip link del "$link" 2>/dev/null || true
	done
}

write_config() {
	local driver=overlay2 tls='' certs
	mkdir -p "$1/data"
	case $(stat -f -c %T "$1/data") in overlayfs | nfs | ecryptfs | fuseblk) driver=vfs ;; esac
	if [ -n "${ENGINE_TLS:-}" ]; then
		certs=$(realpath -- "${ENGINE_TLS#*=}")
		tls=", \"tcp://${ENGINE_TLS%%=*}\"], \"tlsverify\": true,
		  \"tlscacert\": \"$certs/ca.pem\", \"tlscert\": \"$certs/cert.pem\", \"tlskey\": \"$certs/key.pem\""
	fi
	cat >"$1/containerd.toml" <<-TOML
		version = 2
		root = "$1/data/containerd"
		state = "$1/run/containerd"
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
		[grpc]
		  address = "$1/ctr.sock"
	TOML
	cat >"$1/daemon.json" <<-JSON
		{
		  "data-root": "$1/data/docker", "exec-root": "$1/run/docker", "pidfile": "$1/dockerd.pid",
		  "hosts": ["unix://$1/docker.sock"${tls:-]}, "group": "$(id -gn)", "containerd": "$1/ctr.sock",
		  "storage-driver": "$driver", "iptables": false, "ip6tables": false, "bridge": "flow$2",
		  "default-address-pools": [{"base": "10.$2.0.0/16", "size": 24}], "live-restore": true
		}
	JSON
}

# wait_for DIR PIDFILE LOG CONDITION…: poll until it holds, at most 60 s, or until the process is gone
wait_for() {
	local dir=$1 pidfile=$2 log=$3 try
	shift 3
	for try in $(seq 1200); do
		! "$@" || return 0
		[ "$try" -lt 20 ] || alive "$pidfile" "$dir" >/dev/null || break
		sleep 0.05
	done
	tail -n 20 "$log" >&2
	die "the engine in $dir did not start; its last words are above, all of them in $log"
}

start() {
	local version=$1 dir reason
	dir=$(absolute "$2")
	if ! alive "$dir/dockerd.started" "$dir" >/dev/null; then
		reason=$(available "$version") || die "$reason"
		mkdir -p "$dir/run"
		exec 9>"$dir/lock"
		flock 9
		if ! alive "$dir/dockerd.started" "$dir" >/dev/null; then
			bridge_up "$dir"
			write_config "$dir" "$(cat "$dir/bridge")"
			PATH=$(path_of "$version")
			rm -f "$dir/dockerd.pid" "$dir/docker.sock"
			if ! alive "$dir/containerd.pid" "$dir" >/dev/null; then
				rm -f "$dir/ctr.sock" "$dir/ctr.sock.ttrpc"
				setsid nohup containerd --config "$dir/containerd.toml" >>"$dir/containerd.log" 2>&1 </dev/null 3>&- 9>&- &
				printf '%s\n' $! >"$dir/containerd.pid"
			fi
			wait_for "$dir" "$dir/containerd.pid" "$dir/containerd.log" test -S "$dir/ctr.sock"
			setsid nohup dockerd --config-file "$dir/daemon.json" >>"$dir/dockerd.log" 2>&1 </dev/null 3>&- 9>&- &
			printf '%s\n' $! >"$dir/dockerd.started"
		fi
		exec 9>&-
	fi
	wait_for "$dir" "$dir/dockerd.started" "$dir/dockerd.log" ping_engine "$dir"
	printf 'DOCKER_HOST=unix://%s/docker.sock\n' "$dir"
}

# ended PIDFILE DIR SECONDS: wait until the process has ended (an unreaped one has: it has no command line any more)
ended() {
	local try
	for try in $(seq $(($3 * 20))); do
		alive "$1" "$2" >/dev/null || return 0
		sleep 0.05
	done
	return 1
}

# end_process PIDFILE DIR: TERM, wait until it is gone; KILL when that takes more than 20 s
end_process() {
	local pid
	if pid=$(alive "$1" "$2"); then
		kill "$pid" 2>/dev/null || true
		ended "$1" "$2" 20 || kill -KILL "$pid" 2>/dev/null || true
		ended "$1" "$2" 5 || true
	fi
	rm -f "$1"
}

# remove_containers DIR: all at once, running or not
remove_containers() {
	local ids
	ids=$(docker -H "unix://$1/docker.sock" ps -aq 2>/dev/null) || return 0
	# shellcheck disable=SC2086 # one word per id
	[ -z "$ids" ] || timeout 60 docker -H "unix://$1/docker.sock" rm -f $ids >/dev/null 2>&1 || true
}

stop() {
	local keep='' dir pid mounted
	[ "$1" != --keep ] || { keep=1; shift; }
	[ $# = 1 ] || usage
	dir=$(absolute "$1")
	[ -d "$dir" ] || return 0
	if [ ! -e "$dir/daemon.json" ]; then
		[ -e "$dir/lock" ] || die "$dir holds no engine of tests/engine.sh"
	elif ping_engine "$dir"; then
		remove_containers "$dir"
	fi
	end_process "$dir/dockerd.started" "$dir"
	rm -f "$dir/dockerd.pid"
	# After a crash of dockerd, its containers still run: end them by their shims.
	for pid in $(pgrep -f -- "containerd-shim.* -address $dir/ctr.sock" || true); do
		pkill -KILL -P "$pid" || true
		kill -KILL "$pid" 2>/dev/null || true
	done
	end_process "$dir/containerd.pid" "$dir"
	awk -v d="$dir/" 'index($2, d) == 1 {print $2}' /proc/self/mounts | sort -r | while IFS= read -r mounted; do
		umount -l "$(printf '%b' "$mounted")" || true
	done
	bridge_down "$dir"
	rm -rf "$dir/run" "$dir/docker.sock" "$dir/ctr.sock" "$dir/ctr.sock.ttrpc"
	if [ -z "$keep" ]; then
		rm -rf "$dir/data" "$dir/daemon.json" "$dir/containerd.toml" "$dir/dockerd.log" "$dir/containerd.log" "$dir/lock"
		rmdir --ignore-fail-on-non-empty "$dir"
	fi
}

status() {
	local dir version
	dir=$(absolute "$1")
	ping_engine "$dir" || { echo "no engine answers at $dir/docker.sock"; return 1; }
	version=$(curl -s -m 5 --unix-socket "$dir/docker.sock" http://engine/version | grep -o '"Version":"[^"]*"' | sed -n 1p | cut -d'"' -f4)
	printf 'engine %s, pid %s, DOCKER_HOST=unix://%s/docker.sock\n' "$version" "$(cat "$dir/dockerd.pid")" "$dir"
}

skipped() { printf 'SKIPPED: engine 28 (and docker compose): %s\n' "$*" >&2; exit 1; }

# Debian's unstable suite has engine 28; its packages are unpacked, nothing is installed. An apt state of
# our own asks the mirror that the machine's own configuration names.
fetch28() {
	local cache mirror signed='' deb candidate o
	cache=$(realpath -m -- "$(cache_dir "${1:-}")")
	[ ! -e "$cache/versions" ] || { cat "$cache/versions"; return 0; }
	mirror=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $2 !~ /-/ {print $3; exit}') || true
	[ -n "$mirror" ] || skipped "no Debian mirror in this system's apt configuration (or no apt-get update was ever run)"
	[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] || signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
	mkdir -p "$cache"
	exec 9>"$cache/lock"
	flock 9
	[ ! -e "$cache/versions" ] || { cat "$cache/versions"; return 0; }
	mkdir -p "$cache/apt/lists/partial" "$cache/apt/cache/archives/partial" "$cache/deb" "$cache/bin" "$cache/config/cli-plugins"
	printf 'deb %s%s sid main\n' "$signed" "$mirror" >"$cache/apt/sources.list"
	o="-q -oDir::Etc::sourcelist=$cache/apt/sources.list -oDir::Etc::sourceparts=/dev/null -oDir::State::Lists=$cache/apt/lists
		-oDir::Cache=$cache/apt/cache -oAPT::Sandbox::User= -oAPT::Get::List-Cleanup=0 -oAcquire::Languages=none -oAcquire::Retries=2"
	# shellcheck disable=SC2086 # $o is a list of options
	apt-get $o update >"$cache/log" 2>&1 || skipped "apt-get update for unstable failed, see $cache/log"
	# shellcheck disable=SC2086
	# To the end of its input: a reader that leaves early makes apt-cache fail by SIGPIPE, now and then.
	candidate=$(apt-cache $o show docker.io 2>/dev/null | awk '$1 == "Version:" && !seen++ {print $2}')
	[[ $candidate == 28.* ]] || skipped "unstable has docker.io ${candidate:-not at all} now"
	# shellcheck disable=SC2086
	(cd "$cache/deb" && rm -f ./*.deb && apt-get $o download docker.io docker-cli containerd docker-compose docker-buildx) >>"$cache/log" 2>&1 ||
		skipped "the packages could not be downloaded, see $cache/log"
	rm -rf "$cache/root" "$cache/apt/lists" "$cache/apt/cache"
	for deb in "$cache"/deb/*.deb; do dpkg -x "$deb" "$cache/root"; done
	for o in sbin/dockerd bin/docker bin/containerd bin/containerd-shim-runc-v2 bin/ctr; do
		ln -sf "../root/usr/$o" "$cache/bin/"
	done
	# where docker-proxy lies differs between packages
	ln -sf "$(find "$cache/root" -name docker-proxy | sed -n 1p)" "$cache/bin/docker-proxy"
	ln -sf ../../root/usr/libexec/docker/cli-plugins/docker-{compose,buildx} "$cache/config/cli-plugins/"
	case $("$cache/bin/dockerd" --version 2>&1) in
	*" 28."*) ;;
	*) skipped "this is no engine 28 that runs here: $("$cache/bin/dockerd" --version 2>&1 | sed -n 1p)" ;;
	esac
	for deb in "$cache"/deb/*.deb; do dpkg-deb -W --showformat '${Package} ${Version}\n' "$deb"; done >"$cache/versions.new"
	rm -rf "$cache/deb"
	mv "$cache/versions.new" "$cache/versions"
	cat "$cache/versions"
}

peer() {
	local cache
	cache=$(realpath -m -- "$(cache_dir "${1:-}")")
	[ -e "$cache/versions" ] || die "nothing in $cache: run tests/engine.sh fetch28"
	printf 'PATH=%s/bin:%s\nDOCKER_CONFIG=%s/config\n' "$cache" "$PATH" "$cache"
}

command=${1:-}
[ $# = 0 ] || shift
case $command-$# in
start-2) start "$@" ;;
stop-[12]) stop "$@" ;;
status-1) status "$@" ;;
available-1) available "$@" ;;
fetch28-[01]) fetch28 "$@" ;;
peer-[01]) peer "$@" ;;
*) usage ;;
esac
