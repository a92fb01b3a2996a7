# tests/engine.sh itself: engines side by side, crashes, nothing left behind.
load helper

root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
engine() { "$root/tests/engine.sh" "$@" 3>&-; }
# other ARGUMENT…: docker on the second engine
other() { docker -H "unix://$SUITE_DIR/p/docker.sock" "$@"; }

# what a failed test leaves
teardown_file() { engine stop "$SUITE_DIR/p"; }

start_other() {
	engine start "$ENGINE_VERSION" "$SUITE_DIR/p" >/dev/null
	DOCKER_HOST=unix://$SUITE_DIR/p/docker.sock "$root/tests/images.sh" 3>&-
}

# crash PIDFILE: kills the process, and returns when it is gone: until then it looks alive
crash() {
	local crashed
	crashed=$(cat "$1")
	kill -9 "$crashed"
	while grep -q . "/proc/$crashed/cmdline" 2>/dev/null; do :; done
}

@test "an engine beside another: its own range, reachable addresses and ports, one start is enough" {
	start_other
	before=$(cat "$SUITE_DIR/p/dockerd.pid")
	[ "$(engine start "$ENGINE_VERSION" "$SUITE_DIR/p")" = "DOCKER_HOST=unix://$SUITE_DIR/p/docker.sock" ]
	[ "$(cat "$SUITE_DIR/p/dockerd.pid")" = "$before" ]
	[ "$(cat "$SUITE_DIR/p/bridge")" != "$(cat "$SUITE_DIR/e/bridge")" ]
	other network create one >/dev/null
	answer='while :; do printf "HTTP/1.0 200 OK\r\n\r\nhello\n" | nc -l -p 80; done'
	other run -d --name web --network one -p 127.0.0.1::80 busybox sh -c "$answer" >/dev/null
	address=$(other inspect -f '{{.NetworkSettings.Networks.one.IPAddress}}' web)
	[ "$(curl -s --retry 5 --retry-connrefused "http://$address/")" = hello ]
	[ "$(curl -s --retry 5 --retry-all-errors "http://$(other port web 80/tcp)/")" = hello ]
	engine stop "$SUITE_DIR/p"
}

@test "a crashed engine starts again, and what it left can be removed" {
	start_other
	other run -d --name runs busybox sleep 1000 >/dev/null
	crash "$SUITE_DIR/p/dockerd.pid"
	run engine status "$SUITE_DIR/p"
	[ "$status" -eq 1 ]
	start_other
	[ "$(other inspect -f '{{.Name}}' runs)" = /runs ]
	other start runs >/dev/null
	crash "$SUITE_DIR/p/dockerd.pid"
	link=flow$(cat "$SUITE_DIR/p/bridge")
	engine stop "$SUITE_DIR/p"
	[ ! -e "$SUITE_DIR/p" ]
	[ -z "$(ip link show "$link" 2>/dev/null)" ]
	[ -z "$(grep -F " $SUITE_DIR/p/" /proc/self/mounts)" ]
	[ -z "$(pgrep -f "$SUITE_DIR/p/")" ]
}

@test "--keep keeps the data for the next start" {
	start_other
	other volume create kept >/dev/null
	engine stop --keep "$SUITE_DIR/p"
	[ ! -e "$SUITE_DIR/p/docker.sock" ]
	engine start "$ENGINE_VERSION" "$SUITE_DIR/p" >/dev/null
	[ "$(other volume ls -q)" = kept ]
	engine stop "$SUITE_DIR/p"
	[ ! -e "$SUITE_DIR/p" ]
}

@test "the host's own bridge stays, however often an engine ends and starts" {
	need unshare nsenter
	beside host unshare --net sleep 1000
	there() { nsenter --net="/proc/$pid/ns/net" "$@" 3>&-; }
	until [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do kill -0 "$pid"; done
	there ip link add docker0 type bridge
	there ip addr add 172.17.0.1/16 dev docker0
	before=$(there ip -o link show docker0)
	there "$root/tests/engine.sh" start "$ENGINE_VERSION" "$SUITE_DIR/p" >/dev/null
	crash "$SUITE_DIR/p/dockerd.pid"
	there "$root/tests/engine.sh" start "$ENGINE_VERSION" "$SUITE_DIR/p" >/dev/null
	there "$root/tests/engine.sh" stop --keep "$SUITE_DIR/p"
	there "$root/tests/engine.sh" start "$ENGINE_VERSION" "$SUITE_DIR/p" >/dev/null
	there "$root/tests/engine.sh" stop "$SUITE_DIR/p"
	[ "$(there ip -o link show docker0)" = "$before" ]
}

@test "what cannot work is refused with the reason" {
	run engine start "$ENGINE_VERSION" "/tmp/$(printf 'long%.0s' {1..30})"
	[ "$status" -eq 1 ]
	[[ $output == *"longer than 100 bytes"* ]]
	run engine start 19 "$SUITE_DIR/p"
	[ "$status" -eq 1 ]
	[[ $output == *"unknown version '19'"* ]]
	mkdir -p mine && touch mine/file
	run engine stop mine
	[ "$status" -eq 1 ]
	[ -e mine/file ]
}
