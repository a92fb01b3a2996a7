# Loaded by the files of this folder. alone: the binary under test, a folder of the test's own, nothing of the caller's environment.
alone() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	flow=${FLOW:-$top/build/docker-flow}
	unset DOCKER_HOST DOCKER_CONTEXT DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND ${!COMPOSE_*} ${!FLOW_*}
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	cd "$BATS_TEST_TMPDIR" || return
}

setup() { alone; }
