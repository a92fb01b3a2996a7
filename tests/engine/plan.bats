# `plan` says what `up` would do, and why; nothing is changed.
bats_require_minimum_version 1.5.0
load helper

stack() {
	compose <<-'YAML'
		services:
		  db:
		    image: busybox
		    init: true
		    command: sleep 1000
		    volumes: [data:/data]
		  web:
		    image: busybox
		    init: true
		    command: sleep ${SECONDS_TO_SLEEP:-1000}
		    depends_on: [db]
		    deploy: {replicas: 2}
		volumes: {data: {}}
	YAML
}

@test "from nothing: everything, and nothing has happened" {
	stack
	run -3 flow plan --exit-code
	has "${PROJECT}_default" "${PROJECT}_data" "$PROJECT-db-1" "$PROJECT-web-1" "$PROJECT-web-2" create start
	run -0 flow plan
	run -0 flow up -d --dry-run
	run -0 flow --dry-run up -d
	[ -z "$(names)" ]
	[ -z "$(docker network ls -q --filter "name=$PROJECT")$(docker volume ls -q --filter "name=$PROJECT")" ]
}

@test "after up: nothing to do; after a change: what and why" {
	stack
	flow up -d
	run -0 flow plan --exit-code
	before=$(ids)
	SECONDS_TO_SLEEP=999 run -3 flow plan --exit-code
	has "$PROJECT-web-1" "$PROJECT-web-2"
	[[ $output != *"$PROJECT-db-1"*create* ]]
	run -3 flow plan --exit-code --scale web=3
	has "$PROJECT-web-3"
	run -3 flow plan --exit-code --force-recreate db
	has "$PROJECT-db-1"
	docker stop -t 1 "$PROJECT-db-1" >/dev/null
	run -3 flow plan --exit-code
	has "$PROJECT-db-1" start
	[ "$(ids)" = "$before" ]
}

@test "what is planned is what is done" {
	stack
	planned=$(flow plan --format json | jq -r '.changes')
	[ "$planned" -gt 0 ]
	flow --progress json up -d >events 2>&1
	[ "$planned" = "$(grep -c '"state":"done"' events)" ] || { cat events; return 1; }
	[ "$(flow plan --format json | jq .changes)" = 0 ]
}

@test "JSON has every step with its object, reason and needs" {
	stack
	flow plan --format json >plan.json
	jq -e '.plan.steps | length == 8 and all(.[]; .object and .name)' plan.json
	jq -e --arg name "$PROJECT-web-2" '.plan.steps | map(select(.name == $name)) | length == 2 and (map(.needs | length) | all(. > 0))' plan.json
}

@test "without an engine" {
	stack
	DOCKER_HOST=unix:///nowhere/docker.sock run -0 flow plan --no-engine
	has "$PROJECT-web-2"
}
