# One private engine for all files of this folder. ENGINE_VERSION chooses it (20 or 28); FLOW is the binary under test. SUITE_DIR: the engine
# is another's, and runs already.
setup_suite() {
	if [ -n "${SUITE_DIR:-}" ]; then return; fi
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export FLOW=${FLOW:-$root/build/docker-flow} ENGINE_VERSION=${ENGINE_VERSION:-20}
	SUITE_DIR=$(mktemp -d /tmp/flow-test.XXXXXX)
	export SUITE_DIR SUITE_OWN=1
	unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION
	# 3>&-: what bats reads its results from must not stay open in the engine.
	"$root/tests/engine.sh" start "$ENGINE_VERSION" "$SUITE_DIR/e" 3>&- >"$SUITE_DIR/start" 2>&1 || { cat "$SUITE_DIR/start" >&2; return 1; }
	export DOCKER_HOST=unix://$SUITE_DIR/e/docker.sock
	# No docker configuration but ours: no credentials, no plugins of the host.
	export DOCKER_CONFIG=$SUITE_DIR/config
	mkdir -p "$DOCKER_CONFIG"
	"$root/tests/images.sh" 3>&-
}

teardown_suite() {
	[ -n "${SUITE_OWN:-}" ] || return 0
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	"$root/tests/engine.sh" stop "$SUITE_DIR/e" 3>&-
	rm -rf "$SUITE_DIR"
}
