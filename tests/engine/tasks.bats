#!/usr/bin/env bats
# Tasks: done once, and again when what they work on has changed.
bats_require_minimum_version 1.5.0
load helper

# task: compose.yaml of a migration whose SQL lies beside the file, and of who waits for it
task() {
	mkdir -p sql
	echo one >sql/1.sql
	compose <<-'YAML'
		services:
		  migrate:
		    image: busybox
		    command: [sh, -c, "cat /sql/*.sql >>/out/log; date +%N >/sql/stamp; rm -f /sql/old; touch /sql/new; rm /sql/new"]
		    volumes: ["./sql:/sql", "./out:/out", "/etc:/host-etc:ro"]
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {migrate: {condition: service_completed_successfully}}}
	YAML
}

@test "C4 a task runs again when what it reads by a bind has changed, not for what it writes there itself" {
	task
	flow up -d
	[ "$(cat out/log)" = one ]
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	echo two >sql/1.sql
	run -0 flow plan
	has 'inputs changed (bind /sql)'
	flow up -d
	[ "$(xargs <out/log)" = 'one two' ]
	chmod 600 sql/1.sql
	flow up -d
	[ "$(xargs <out/log)" = 'one two two' ]
	echo three >sql/2.sql
	flow up -d
	[ "$(xargs <out/log)" = 'one two two two three' ]
	rm sql/2.sql
	flow up -d
	[ "$(xargs <out/log)" = 'one two two two three two' ]
	FLOW_TRACE=trace run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	[ "$(requests trace)" = 3 ] || [ "$(requests trace)" = 4 ] # the task has written there: when did it end?
}

@test "C4 what is a task does not depend on what a run selects" {
	task
	flow up -d
	run -0 flow up -d migrate
	has 'nothing to do'
	sed -i '/^  web:/,/^  [a-z]/s/image: busybox/&, profiles: [app]/' compose.yaml
	run -0 flow --profile app up -d
	has 'nothing to do'
	run -0 flow up -d
	has 'nothing to do'
	run -0 flow plan --exit-code migrate
	[ "$(cat out/log)" = one ]
}

@test "C4 a task whose end cannot be asked for is not run again for that" {
	task
	flow up -d
	path=/containers/$(docker inspect -f '{{.Id}}' "$PROJECT-migrate-1")/json
	proxied cut@4 # what is there is asked by three
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	grep -q "$path" requests
	rm p.sock
	DOCKER_HOST=$ENGINE proxied "500@$path"
	run -1 flow up -d
	has 'cannot see when container' 'migrate-1'
	[ "$(cat out/log)" = one ]
}

@test "C4 a task whose bind has more entries than are looked at is never remembered, which is said" {
	task
	flow up -d
	(cd sql && seq -f 'more%g' 10001 | xargs touch)
	flow up -d
	# the engine's list may say for a moment that it still runs
	until_true eval '[ -n "$(docker ps -aq --filter status=exited --filter "name=$PROJECT-migrate-1")" ]'
	run -0 flow up -d
	has 'service migrate runs each time: a bind of it has too many entries'
	[ "$(xargs <out/log)" = 'one one one' ]
}

# waited_for: compose.yaml of a task that ends with $CODE, of who waits for it, and of one that runs on
waited_for() {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  task: {image: busybox, command: [sh, -c, "exit ${CODE:-0}"]}
		  web: {image: busybox, init: true, command: sleep 1000, depends_on: {task: {condition: service_completed_successfully}}}
	YAML
}

@test "what is stopped last is told to have ended, too" {
	compose <<-'YAML'
		services:
		  web: {image: busybox, init: true, command: sleep 1000}
		  task: {image: busybox, command: [sh, -c, exit 5], depends_on: [web]}
	YAML
	for _ in 1 2 3 4 5 6; do
		run -5 timeout 60 "$FLOW" up --exit-code-from task
		has "task-1 exited with code 5" "web-1 exited with code"
	done
}

@test "C8 --exit-code-from a task that others wait for: its status, and all is stopped, done before or not" {
	waited_for
	for round in 1 2; do
		run -0 timeout 60 "$FLOW" up --exit-code-from task
		has 'task-1 exited with code 0'
		is db-1 exited
		run ! is web-1 running
	done
	CODE=3 run -3 timeout 60 "$FLOW" up --exit-code-from task
	is db-1 exited
	run -2 flow up --exit-code-from task db
	has '--exit-code-from: service task is not part of this run'
	run -2 flow up --exit-code-from task --scale task=0
	has '--exit-code-from: service task has no container'
}

@test "C8 a task that others wait for, and that fails, ends everything when asked to, with its status" {
	waited_for
	for option in --abort-on-container-exit --abort-on-container-failure; do
		CODE=4 run -4 timeout 60 "$FLOW" up "$option"
		has 'task-1 exited with code 4'
		is db-1 exited
	done
}

@test "C8 --abort-on-container-exit: a task that is done runs again, one that others wait for ends nothing by ending well" {
	waited_for
	cat >>compose.yaml <<-'YAML'
		  test: {image: busybox, restart: "no", command: [sh, -c, "echo tested"], depends_on: [web]}
	YAML
	for round in 1 2; do
		run -0 timeout 60 "$FLOW" up --abort-on-container-exit
		has 'test-1' '| tested'
		is web-1 exited
	done
}

@test "as docker-compose --abort-on-container-exit is content with the first end, that of a task included" {
	compose <<-'YAML'
		services:
		  running: {image: busybox, init: true, command: sleep 1000}
		  exit: {image: busybox, command: "true", depends_on: {running: {condition: service_started}}}
		  fail: {image: busybox, command: [sh, -c, "exit 111"], depends_on: {exit: {condition: service_completed_successfully}}}
	YAML
	run -111 timeout 60 "$FLOW" up --abort-on-container-exit
	flow down -t 0
	ln -s "$FLOW" docker-compose
	run -0 timeout 60 ./docker-compose up --abort-on-container-exit
	has 'exit-1 exited with code 0'
	is running-1 exited
}

@test "an end that ends an attached up stops what the named need, too, but as docker-compose" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: sleep 1000}
		  test: {image: busybox, command: [sh, -c, "exit 4"], depends_on: [db]}
	YAML
	ln -s "$FLOW" docker-compose
	run -4 timeout 60 ./docker-compose up --exit-code-from test test
	is db-1 running
	run -4 timeout 60 "$FLOW" up --exit-code-from test test
	is db-1 exited
}

@test "C8 a task that has ended does not come back when its changed container fails: its reports are those of the last run" {
	compose <<-'YAML'
		x-quick: &quick {image: busybox, network_mode: none, environment: {CODE: "${CODE:-0}"}, command: [sh, -c, "echo $$CODE | tee /report; exit $$CODE"]}
		services:
		  test: *quick
		  job: {<<: *quick, restart: "no"}
	YAML
	report() { local got; got="$(docker cp "$PROJECT-$1-1:/report" - | tar -xO) $(docker logs "$PROJECT-$1-1") $(field "$1-1" "{{.State.ExitCode}}")"; echo "$got"; [ "$got" = "$2 $2 $2" ]; }
	flow up --exit-code-from test test
	CODE=7 run -7 flow up --exit-code-from test test
	report test 7
	CODE=3 run -3 flow up --exit-code-from test test
	report test 3
	flow up -d job
	until_true is job-1 exited # one that runs still would be put back
	CODE=5 run -1 flow up -d job
	report job 5
	CODE=6 run -1 flow up -d job
	report job 6
	[ "$(names)" = "job-1 test-1" ]
}

@test "C8 --exit-code-from: a dependency that fails is told as ever, with its last lines" {
	compose <<-'YAML'
		x-quick: &quick {image: busybox, network_mode: none}
		services:
		  migrate: {<<: *quick, command: [sh, -c, "echo no such table; exit 4"]}
		  test: {<<: *quick, command: "true", depends_on: {migrate: {condition: service_completed_successfully}}}
	YAML
	for _ in 1 2 3 4 5; do
		run -4 timeout 60 "$FLOW" up --exit-code-from test
		has "compose.yaml:3:3: error: services.migrate: service \"migrate\" didn't complete successfully: exit 4" "last lines of $PROJECT-migrate-1:" "no such table"
		flow down -t 0
	done
}

@test "C8 --exit-code-from: an end while other services are still waited for is heard at once" {
	compose <<-'YAML'
		services:
		  test: {image: busybox, command: [sh, -c, "exit 5"]}
		  never: {image: busybox, init: true, command: sleep 1000, x-flow: {healthcheck: {exec: ["false"], retries: 100000}}}
		  web: {image: busybox, init: true, command: sleep 1000, x-flow: {dependencies: [never]}}
	YAML
	run -5 timeout 60 "$FLOW" up --exit-code-from test
	is never-1 exited
}

@test "up --rerun runs tasks again that are done, those named or all" {
	task
	flow up -d
	web=$(started web-1) id=$(field migrate-1 '{{.Id}}')
	run -0 flow plan --rerun
	has "$PROJECT-migrate-1" "--rerun" "wait completed"
	flow up -d --rerun
	[ "$(xargs <out/log)" = 'one one' ]
	flow up -d --rerun web
	[ "$(xargs <out/log)" = 'one one' ]
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	[ "$(field migrate-1 '{{.Id}}')" = "$id" ]
	flow up -d --rerun migrate
	[ "$(xargs <out/log)" = 'one one one' ]
	[ "$(started web-1)" = "$web" ]
	run -2 flow up --no-start --rerun
}

@test "a task runs again when what it waits for begins without its former data, and when an attached up names it" {
	compose <<-'YAML'
		services:
		  db: {image: busybox, init: true, command: "sleep ${DB:-1000}", volumes: ["pg:/d"]}
		  bare: {image: busybox, init: true, command: "sleep ${BARE:-1000}"}
		  migrate: {image: busybox, command: echo migrated, restart: "no", depends_on: [db]}
		  seed: {image: busybox, command: echo seeded, restart: "no", depends_on: [bare]}
		volumes: {pg: {}}
	YAML
	ended() { is migrate-1 exited && is seed-1 exited; }
	began() { docker inspect -f '{{.State.StartedAt}}' "$PROJECT-$1-1"; }
	flow up -d
	until_true ended
	migrate=$(began migrate) seed=$(began seed)
	export DB=999 # its data stays where it was
	flow up -d
	[ "$(began migrate) $(began seed)" = "$migrate $seed" ]
	export BARE=999
	run -0 flow plan
	has 'bare begins anew'
	flow up -d
	until_true ended
	[ "$(began migrate)" = "$migrate" ]
	[ "$(began seed)" != "$seed" ]
	seed=$(began seed)
	flow rm -fs db
	flow up -d
	[ "$(began migrate) $(began seed)" = "$migrate $seed" ]
	flow rm -fs db
	docker volume rm "${PROJECT}_pg" >/dev/null
	flow up -d
	until_true ended
	[ "$(began migrate)" != "$migrate" ]
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
	run -0 flow up -d seed
	[ "$(began seed)" = "$seed" ]
	run -0 flow up seed
	has seeded
	[ "$(began seed)" != "$seed" ]
	seed=$(began seed)
	ln -s "$FLOW" docker-compose
	run -0 ./docker-compose up -d seed
	[ "$(began seed)" != "$seed" ]
}

@test "a task runs again when a task whose end it waits for runs before it, as far as it is waited for" {
	mkdir in
	echo 1 >in/data
	compose <<-'YAML'
		services:
		  extract: {image: busybox, command: cp /in/data /out/a, volumes: ["./in:/in", "out:/out"]}
		  transform:
		    image: busybox
		    command: sed -i s/^/got-/ /out/a
		    volumes: ["out:/out"]
		    depends_on: {extract: {condition: service_completed_successfully}}
		  load:
		    image: busybox
		    command: cat /out/a
		    restart: "no"
		    volumes: ["out:/out"]
		    depends_on: {transform: {condition: service_completed_successfully}}
		  beside: {image: busybox, command: echo beside, restart: "no", depends_on: [extract]}
		volumes: {out: {}}
	YAML
	flow up -d
	until_true eval '[ "$(docker logs "$PROJECT-load-1")" = got-1 ]'
	until_true is beside-1 exited
	beside=$(field beside-1 '{{.State.StartedAt}}')
	echo 2 >in/data
	run -0 flow plan
	has "transform runs before it" "extract runs before it"
	flow up -d
	until_true eval '[ "$(docker logs "$PROJECT-load-1")" = got-2 ]'
	[ "$(field beside-1 '{{.State.StartedAt}}')" = "$beside" ]
	run -0 flow up -d
	has 'nothing to do: everything is as the file says'
}
