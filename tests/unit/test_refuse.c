/* Values that no engine takes: every short form with its parts empty, its long form beside it, hostile
 * numbers, addresses and names. What is read is warned of, and refused by what makes containers; nothing
 * passes in one form that the other is refused for. */
#include "compose/check/refuse.h"
#include "tree_case.h"

/* A service's members (or with `whole` a file), and what is said of it: NULL nothing. */
struct row {
	const char *members, *said;
	bool whole;
};

/* What loading and refusing say of the row. */
static const char *said_of(const struct row *row)
{
	struct project *project = NULL;
	struct node *tree = row->whole ? parse(row->members) : service_tree(row->members);
	errors_init(&errors, arena);
	if (load_tree(arena, tree, NULL, "p", "/srv", &env, &project, &errors) == 0)
		refuse_services(
			arena, (const struct service *const *)project->services, project->nservices, &errors);
	return findings();
}

static void sweep(const struct row *rows, size_t count)
{
	const char *wrong = "";
	for (size_t i = 0; i < count; i++) {
		const char *said = said_of(&rows[i]), *want = rows[i].said;
		if (want ? !strstr(said, want) : *said)
			wrong = arena_printf(arena, "%s\n%s: says \"%s\", not \"%s\"", wrong, rows[i].members,
				said, want ? want : "");
	}
	if (*wrong)
		fail_msg("%s", wrong);
}

#define SWEEP(rows) sweep(rows, sizeof(rows) / sizeof *(rows))

static const struct row devices_with_empty_parts[] = {
	{ "devices: ['']", "services.a.devices[0].source: source is empty" },
	{ "devices: [':']", "source is empty" },
	{ "devices: ['null:/dev/x']", "no device of the host" },
	{ "devices: ['vendor.com/class=all']", NULL },
	{ "devices: ['::']", "source is empty" },
	{ "devices: [':/dev/x']", "source is empty" },
	{ "devices: ['::r']", "source is empty" },
	{ "devices: ['/dev/x::']", NULL },
	{ "devices: ['/dev/x:']", NULL },
	{ "devices: ['/dev/x:/dev/y:q']", "no access to a device" },
	{ "devices: ['a:b:c:d']", "too many colons" },
	{ "devices: [{source: '', target: /dev/x}]", "source is empty" },
	{ "devices: [{source: /dev/x, target: ''}]", "target is empty" },
	{ "devices: [{target: /dev/x}]", "device has no \"source\"" },
	{ "devices: [{source: /dev/x}]", "no target" },
	{ "devices: [{source: /dev/x, target: /dev/y, permissions: rwmx}]", "no access to a device" },
	{ "devices: [{source: null, target: /dev/x}]", "must be text" },
};

static void b1_devices_with_empty_parts(void **state)
{
	(void)state;
	SWEEP(devices_with_empty_parts);
}

static const struct row other_short_forms_with_empty_parts[] = {
	{ "ports: ['']", "names no port" },
	{ "ports: [':']", "names no port" },
	{ "ports: ['80:']", "names no port" },
	{ "ports: [/tcp]", "names no port" },
	{ "ports: ['80/']", NULL },
	{ "ports: [':80']", NULL },
	{ "ports: ['::80']", NULL },
	{ "ports: [{target: 80, published: '', protocol: '', host_ip: ''}]", "no IP address" },
	{ "ports: [{target: '', published: '80'}]", "no whole number" },
	{ "ports: [{published: '80'}]", "no target port" },
	{ "volumes: ['']", "is empty" },
	{ "volumes: [':/a']", "empty part" },
	{ "volumes: ['/a:']", "empty part" },
	{ "volumes: [{type: volume, target: ''}]", "target is empty" },
	{ "volumes: [{type: volume}]", "no mount target" },
	{ "volumes: [{type: '', target: /a}]", "none of: bind" },
	{ "volumes: [{target: /a}]", "no \"type\"" },
	{ "volumes: [{type: bind, source: '', target: /a}]", NULL }, /* the project's folder */
	{ "volumes: [{type: bind, target: /a}]", "no source" },
	{ "volumes: [{type: image, source: '', target: /a}]", "no image" },
	{ "tmpfs: ['']", "is empty" },
	{ "tmpfs: ''", "is empty" },
	{ "tmpfs: [':size=1m']", "is empty" },
	{ "tmpfs: ['/a:']", NULL },
	{ "tmpfs: ['/a:,']", "no option" },
	{ "ulimits: {nofile: ''}", "no whole number" },
	{ "ulimits: {nofile: {soft: '', hard: 1}}", "no whole number" },
	{ "ulimits: {nofile: {soft: 1}}", "no \"hard\"" },
	{ "ulimits: {'': 1}", "no limit" },
	{ "extra_hosts: ['']", "has no address" },
	{ "extra_hosts: ['=1.2.3.4']", "no host name" },
	{ "extra_hosts: ['h=']", "no IP address" },
	{ "extra_hosts: ['h:']", "no IP address" },
	{ "extra_hosts: {h: ''}", "no IP address" },
	{ "extra_hosts: {'': 1.2.3.4}", "no host name" },
	{ "extra_hosts: {h: ['']}", "no IP address" },
	{ "links: ['']", "undefined service" },
	{ "links: ['a2:']", "undefined service" },
	{ "external_links: ['']", "none of external_links" },
	{ "external_links: ['c:']", "none of external_links" },
	{ "external_links: [':c']", "none of external_links" },
	{ "volumes_from: ['']", "undefined service" },
	{ "volumes_from: ['container:']", "none of volumes_from" },
	{ "volumes_from: ['container::ro']", "none of volumes_from" },
	{ "secrets: ['']", "undefined secret" },
	{ "secrets: [{source: ''}]", "undefined secret" },
	{ "secrets: [{target: x}]", "undefined secret" },
	{ "configs: ['']", "undefined config" },
	{ "networks: ['']", "undefined network" },
	{ "networks: {'': {}}", "no name for a service network" },
	{ "depends_on: ['']", "undefined service" },
	{ "gpus: ''", "none of: all" },
	{ "gpus: [{count: ''}]", "no whole number" },
	{ "cap_add: ['']", "no capability" },
	{ "cap_drop: ['']", "no capability" },
	{ "security_opt: ['']", "no security option" },
	{ "device_cgroup_rules: ['']", "no rule for devices" },
	{ "group_add: ['']", "is empty" },
	{ "dns: ['', 1.1.1.1]", NULL },
	{ "environment: ['=x']", "without a name" },
	{ "environment: ['']", "without a name" },
	{ "environment: {'': x}", "without a name" },
	{ "sysctls: ['=1']", "is the host's" },
	{ "sysctls: {'': 1}", "is the host's" },
	{ "network_mode: 'container:'", "names no container" },
	{ "pid: 'container:'", "names no container" },
	{ "ipc: 'container:'", "names no container" },
	{ "healthcheck: {test: ''}", NULL },
	{ "healthcheck: {test: []}", NULL },
	{ "healthcheck: {test: ['']}", "starts with CMD" },
	{ "blkio_config: {weight_device: [{path: '', weight: 10}]}", "path is empty" },
	{ "blkio_config: {weight_device: [{weight: 10}]}", "no path" },
	{ "blkio_config: {device_read_bps: [{path: '', rate: 1}]}", "path is empty" },
	{ "blkio_config: {device_read_bps: [{rate: 1}]}", "no path" },
	{ "logging: {driver: json-file, options: {'': x}}", "no option" },
	{ "logging: {options: {'': x}}", "without a name" },
	{ "logging: {driver: json-file, options: {cache-disabled: 'true'}}", NULL },
	{ "post_start: [{command: []}]", "command is empty" },
	{ "post_start: [{command: ''}]", "command is empty" },
	{ "build: {context: ., args: ['=x']}", "without a name" },
	{ "build: {context: ., tags: ['']}", NULL },
	{ "build: {context: ., ssh: ['']}", "names no key" },
	{ "build: {context: ., additional_contexts: ['']}", "NAME=CONTEXT" },
	{ "dependencies: ['']", "dependencies[0]: dependencies is empty" },
	{ "x-flow: {dependencies: ['']}", "dependencies is empty" },
	{ "x-flow: {healthcheck: {exec: ''}}", "exec is empty" },
	{ "x-flow: {healthcheck: {exec: []}}", "exec is empty" },
	{ "x-flow: {healthcheck: {log: ''}}", "log is empty" },
	{ "x-flow: {healthcheck: {http: {status: ''}}}", "no list of status codes" },
	{ "x-flow: {ports: [{internal: ''}]}", "no whole number" },
};

static void b1_other_short_forms_with_empty_parts(void **state)
{
	(void)state;
	SWEEP(other_short_forms_with_empty_parts);
}

static const struct row values_of_services[] = {
	{ "restart: foo", "no restart policy" },
	{ "restart: unless-stoped", "did you mean \"unless-stopped\"" },
	{ "restart: \"on-failure:x\"", "no restart policy" },
	{ "restart: \"on-failure:-1\"", "no restart policy" },
	{ "restart: \"always:3\"", "no restart policy" },
	{ "restart: \"on-failure:3\"", NULL },
	{ "restart: ''", NULL },
	{ "deploy: {restart_policy: {condition: foo}}", "none of: none" },
	{ "deploy: {restart_policy: {max_attempts: 3}}", "only possible with condition: on-failure" },
	{ "deploy: {resources: {reservations: {devices: [{capabilities: ['']}]}}}", "is empty" },
	{ "cpu_rt_period: -1", "below 1" },
	{ "deploy: {restart_policy: {condition: any, max_attempts: 3}}",
		"only possible with condition: on-failure" },
	{ "deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}", NULL },
	{ "deploy: {restart_policy: {max_attempts: -1}}", "-1 is outside 0" },
	{ "stop_signal: SIGFOO", "no signal" },
	{ "stop_signal: SIGTERN", "did you mean \"SIGTERM\"" },
	{ "stop_signal: \"0\"", "no signal" },
	{ "stop_signal: \"65\"", "no signal" },
	{ "stop_signal: SIGRTMIN+16", "no signal" },
	{ "stop_signal: sigrtmin+3", NULL },
	{ "stop_signal: \"9\"", NULL },
	{ "stop_signal: quit", NULL },
	{ "working_dir: x", "no absolute path" },
	{ "working_dir: ./x", "no absolute path" },
	{ "working_dir: /x", NULL },
	{ "working_dir: 'C:\\\\x'", NULL },
	{ "post_start: [{command: x, working_dir: y}]", "no absolute path" },
	{ "post_start: [{command: x, environment: [\"=x\"]}]", "without a name" },
	{ "cpus: nan", "no number of CPUs" },
	{ "cpus: .nan", "no number of CPUs" },
	{ "cpus: .inf", "no number of CPUs" },
	{ "cpus: \"-1\"", "no number of CPUs" },
	{ "cpus: 0.001", "no number of CPUs" },
	{ "cpus: 1e999", "no number of CPUs" },
	{ "cpus: 0.5", NULL },
	{ "cpus: 0", NULL },
	{ "deploy: {resources: {limits: {cpus: \"nan\"}}}", "no number of CPUs" },
	{ "deploy: {resources: {limits: {cpus: \"-0.5\"}}}", "no number of CPUs" },
	{ "cpus: 1, cpu_quota: 50000", "keep one of the two ways" },
	{ "cpus: 1, cpu_period: 50000", "keep one of the two ways" },
	{ "cpu_period: 999", "outside 1000 to 1000000" },
	{ "cpu_period: -1", "outside" },
	{ "cpu_quota: 10", "below 1000" },
	{ "cpu_quota: -1", NULL },
	{ "cpu_shares: -1", "below 1" },
	{ "pids_limit: 4194305", "4194305 is above 4194304" },
	{ "pids_limit: -1", NULL },
	{ "deploy: {resources: {limits: {pids: 99999999999}}}", "above 4194304" },
	{ "cpuset: a", "no list of CPUs" },
	{ "cpuset: '0-'", "no list of CPUs" },
	{ "cpuset: '1-0'", "no list of CPUs" },
	{ "cpuset: '0,'", "no list of CPUs" },
	{ "cpuset: '0x1'", "no list of CPUs" },
	{ "cpuset: '0-3,5'", NULL },
	{ "mem_limit: 1m", "6m at least" },
	{ "mem_limit: 512", "6m at least" },
	{ "mem_limit: -1", "6m at least" },
	{ "mem_limit: 6m", NULL },
	{ "mem_limit: 0", NULL },
	{ "mem_limit: 10m, mem_reservation: 20m", "larger than the limit" },
	{ "mem_limit: 20m, memswap_limit: 10m", "cannot be below mem_limit" },
	{ "memswap_limit: 10m", "need mem_limit" },
	{ "mem_limit: 20m, memswap_limit: -1", NULL },
	{ "mem_swappiness: 101", "outside -1 to 100" },
	{ "shm_size: -1", "below 1" },
	{ "cap_add: [NET_ADMN]", "did you mean \"NET_ADMIN\"" },
	{ "cap_add: [cap_net_admin, ALL]", NULL },
	{ "cap_drop: [foo]", "no capability" },
	{ "ulimits: {nofil: 5}", "did you mean \"nofile\"" },
	{ "ulimits: {nofile: {soft: 10, hard: 5}}", "soft is above hard" },
	{ "ulimits: {nofile: {soft: -1, hard: 5}}", "soft is above hard" },
	{ "ulimits: {nofile: {soft: 5, hard: -1}}", NULL },
	{ "ulimits: {nofile: 0x10}", NULL },
	{ "device_cgroup_rules: ['c 1:3']", "no rule for devices" },
	{ "device_cgroup_rules: ['x 1:3 r']", "no rule" },
	{ "device_cgroup_rules: ['c 1:3 rwmr']", "no rule" },
	{ "device_cgroup_rules: ['c *:* rwm', 'a *:* r']", NULL },
	{ "container_name: a/b.c", "no name that an engine takes" },
	{ "container_name: ab", NULL },
	{ "{services: {a: {image: \"UPPER CASE\"}}}", "invalid image reference", true },
	{ "{services: {a: {image: \"web:\"}}}", "invalid image reference", true },
	{ "{services: {a: {image: r.io:5000/org/a_b:V1}}}", NULL, true },
	{ "platform: 'service:'", "no platform" },
	{ "platform: linux//arm64", "no platform" },
	{ "platform: linux/arm/v7/x", "no platform" },
	{ "platform: linux/arm/v7", NULL },
	{ "user: \"99999999999\"", "0 to 2147483647" },
	{ "user: \"-1\"", "0 to 2147483647" },
	{ "user: \"1:2147483648\"", "0 to 2147483647" },
	{ "user: \"root:1\"", NULL },
	{ "group_add: [-1]", "0 to 2147483647" },
	{ "group_add: [wheel]", NULL },
	{ "ipc: foo", "none of: host" },
	{ "pid: foo", "none of: host" },
	{ "uts: private", "none of: host" },
	{ "userns_mode: foo", "none of: host" },
	{ "isolation: foo", "none of: default" },
	{ "ipc: shareable", NULL },
	{ "pid: host", NULL },
	{ "hostname: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "more than 64" },
	{ "hostname: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL },
	{ "uts: host, hostname: x", "not possible with uts: host" },
	{ "security_opt: [foo]", "no security option" },
	{ "security_opt: [foo=bar]", "no security option" },
	{ "security_opt: [\"no-new-privileges:foo\"]", "no security option" },
	{ "security_opt: [no-new-privileges, \"label:disable\", \"no-new-privileges=true\", systempaths=unconfined]",
		NULL },
	{ "sysctls: {vm.swappiness: 1}", "is the host's" },
	{ "sysctls: {net.ipv4.ip_forward: 1, kernel.shmmax: 1, net/ipv4/ip_forward: 1}", NULL },
	{ "sysctls: {net.ipv4.ip_forward: 1}, network_mode: host", "would be the host's" },
	{ "sysctls: {kernel.shmmax: 1}, ipc: host", "would be the host's" },
	{ "tmpfs: [x]", "no absolute path" },
	{ "tmpfs: /", "over the root" },
	{ "tmpfs: '/t/../..'", "over the root" },
	{ "tmpfs: '/t:foo'", "no option" },
	{ "tmpfs: '/t:size=abc'", "no option" },
	{ "tmpfs: '/t:size=-1'", "no option" },
	{ "tmpfs: '/t:mode=999'", "no option" },
	{ "tmpfs: '/t:size=10m,mode=1777,uid=1,nosuid,size=50%'", NULL },
	{ "logging: {driver: json-file, options: {max-sise: 1m}}", "did you mean \"max-size\"" },
	{ "logging: {driver: json-file, options: {max-size: abc}}", "no value of max-size" },
	{ "logging: {driver: json-file, options: {max-file: 0}}", "no value of max-file" },
	{ "logging: {driver: json-file, options: {compress: foo}}", "no value of compress" },
	{ "logging: {driver: local, options: {labels: x}}", "no option" },
	{ "logging: {driver: json-file, options: {mode: foo}}", "no value of mode" },
	{ "logging: {driver: json-file, options: {max-size: 10m, max-file: \"3\", compress: \"true\"}}",
		NULL },
	{ "logging: {driver: foo, options: {x: y}}", NULL },
	{ "healthcheck: {test: x, interval: -1s}", "1ms at least" },
	{ "healthcheck: {test: x, timeout: 1us}", "1ms at least" },
	{ "healthcheck: {test: x, start_period: -5s}", "1ms at least" },
	{ "healthcheck: {test: x, start_interval: 1s}",
		"healthcheck.start_interval requires healthcheck.start_period to be set" },
	{ "healthcheck: {test: x, interval: 0s}", NULL },
	{ "healthcheck: {test: x, retries: \"-5\"}", "at least 0" },
	{ "blkio_config: {weight: 5}", "outside 10 to 1000" },
	{ "blkio_config: {weight_device: [{path: /dev/x, weight: 2000}]}", "outside 10 to 1000" },
};

static void c6_values_of_services(void **state)
{
	(void)state;
	SWEEP(values_of_services);
}

static const struct row ports_and_addresses[] = {
	{ "ports: [{target: 99999}]", "outside 1 to 65535" },
	{ "ports: [{target: 0}]", "outside 1 to 65535" },
	{ "ports: [{target: -80}]", "outside 1 to 65535" },
	{ "ports: [{target: 80, published: '80-1'}]", "ends before it begins" },
	{ "ports: [{target: 80, published: 99999}]", "outside 0-65535" },
	{ "ports: [{target: 80, published: x}]", "not a port number" },
	{ "ports: [{target: 80, published: '-'}]", "not a port number" },
	{ "ports: [{target: 80, protocol: icmp}]", "none of: tcp" },
	{ "ports: [{target: 80, published: '8000-8010', protocol: udp}]", NULL },
	{ "ports: ['99999']", "outside 0-65535" },
	{ "ports: ['80-1:80']", "ends before it begins" },
	{ "ports: ['80/icmp']", "unknown protocol" },
	{ "ports: ['0']", "0 is none" },
	{ "ports: ['999999999999999999999999:80']", "outside 0-65535" },
	{ "dns: [foo]", "no IP address" },
	{ "dns: 1.2.3", "no IP address" },
	{ "dns: [\"1.2.3.4:53\"]", "no IP address" },
	{ "dns: [\"fe80::1%eth0\", 9.9.9.9]", NULL },
	{ "extra_hosts: [h=1.2.3]", "no IP address" },
	{ "extra_hosts: {h: foo}", "no IP address" },
	{ "extra_hosts: [h=host-gateway, \"i:::1\", j=010.0.0.1]", "no IP address" },
	{ "extra_hosts: [h=host-gateway, \"i:::1\", \"k=[::1]\"]", NULL },
	{ "mac_address: foo", "no hardware address" },
	{ "mac_address: \"02:42:ac:11:00\"", "no hardware address" },
	{ "mac_address: \"01:00:5e:00:00:01\"", "one device" },
	{ "mac_address: \"00:00:00:00:00:00\"", "one device" },
	{ "mac_address: 02-42-ac-11-00-09", NULL },
	{ "networks: {default: {interface_name: a/b}}", "no name of an interface" },
	{ "networks: {default: {interface_name: averyveryverylong}}", "no name of an interface" },
	{ "external_links: [\"a:b:c\"]", "none of external_links" },
	{ "network_mode: \"service:b\", ports: [80], depends_on: []", "undefined service" },
	{ "network_mode: \"container:x\", ports: [80]", "not possible with network_mode" },
	{ "network_mode: \"container:x\", expose: [80]", "not possible" },
	{ "network_mode: \"container:x\", dns: 1.1.1.1", "not possible" },
	{ "network_mode: \"container:x\", hostname: y", "not possible" },
	{ "network_mode: host, mac_address: \"02:42:ac:11:00:09\"", "not possible" },
	{ "network_mode: host, ports: [80], dns: 1.1.1.1, hostname: x", NULL },
};

static void c6_ports_and_addresses(void **state)
{
	(void)state;
	SWEEP(ports_and_addresses);
}

static const struct row mounts[] = {
	{ "volumes: ['./x:y']", "no absolute path" },
	{ "volumes: ['./x:/']", "over the root" },
	{ "volumes: [{type: bind, source: /x, target: y}]", "no absolute path" },
	{ "volumes: [{type: volume, target: /x, read_only: true}]", "read_only makes it useless" },
	{ "volumes: [{type: tmpfs, target: /x, source: y}]", "has no source" },
	{ "volumes: [{type: tmpfs, target: /x, tmpfs: {size: -1}}]", "at least 0" },
	{ "volumes: [{type: tmpfs, target: /x, tmpfs: {mode: -1}}]", "outside 0" },
	{ "volumes: [{type: volume, target: /x, volume: {subpath: y}}]", "no subpath" },
	{ "volumes: [{type: image, source: busybox, target: /x, image: {subpath: ../y}}]", "no path within" },
	{ "volumes: [{type: bind, source: /x, target: /y, bind: {propagation: foo}}]", "none of: private" },
	{ "volumes: [{type: bind, source: /x, target: /y, bind: {recursive: readonly}}]", "needs read_only" },
	{ "volumes: [{type: bind, source: /x, target: /y}, {type: bind, source: /z, target: /y/}]",
		"mounted already" },
	{ "tmpfs: /y, volumes: [{type: bind, source: /z, target: /y/}]", "mounted already" },
	{ "volumes: [{type: bind, source: /x, target: /y, read_only: true, bind: {recursive: writable, propagation: rshared}}]",
		NULL },
};

static void c6_mounts(void **state)
{
	(void)state;
	SWEEP(mounts);
}

static const struct row networks[] = {
	{ "{services: {a: {image: x, volumes: ['vv:/v']}}, volumes: {vv: {name: a/b, driver: other}}}", NULL,
		true },
	{ "{services: {a: {image: x, volumes: ['vv:/v']}}, volumes: {vv: {name: a/b, external: true}}}", NULL,
		true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: foo}]}}}}",
		"no range of addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0}]}}}}",
		"no range of addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/33}]}}}}",
		"no range of addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, gateway: x}]}}}}",
		"no IP address", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, gateway: 1.2.3.4}]}}}}",
		"none of the subnet's addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, aux_addresses: {h: 1.2.3.4}}]}}}}",
		"none of the subnet's addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, ip_range: 10.2.0.0/25}]}}}}",
		"is no part of", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, ip_range: 10.0.0.0/8}]}}}}",
		"is no part of", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, ip_range: foo}]}}}}",
		"no range of addresses", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{gateway: 10.1.0.1}]}}}}",
		"have no subnet", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{}]}}}}",
		"have no subnet", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1, ip_range: 10.1.0.128/25, aux_addresses: {h: 10.1.0.5}}, {subnet: \"fd00::/64\"}]}}}}",
		NULL, true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {name: host}}}", "external: true", true },
	{ "{services: {a: {image: x, networks: [n]}}, networks: {n: {name: host, external: true}}}", NULL,
		true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: foo}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no IPv4 address", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: \"::1\"}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no IPv4 address", true },
	{ "{services: {a: {image: x, networks: {n: {ipv6_address: 10.1.0.9}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no IPv6 address", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: 10.2.0.9}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no address of network n", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: 10.1.0.1}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}}}",
		"is the gateway", true },
	{ "{services: {a: {image: x, networks: {n: {ipv6_address: \"fd00::9\"}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"has no subnet of that kind", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: 10.1.0.9}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		NULL, true },
	{ "{services: {a: {image: x, networks: {n: {link_local_ips: [foo]}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no IP address", true },
	{ "{services: {a: {image: x, networks: {n: {mac_address: foo}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no hardware address", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: 10.1.0.9/24}}}}, networks: {n: {ipam: {config: [{subnet: 10.1.0.0/24}]}}}}",
		"no IPv4 address", true },
	{ "{services: {a: {image: x, networks: {n: {ipv4_address: 10.1.0.9}}}}, networks: {n: {}}}",
		"has no subnet", true },
	{ "{services: {a: {image: x, volumes: ['vv:/v']}}, volumes: {vv: {name: a/b}}}",
		"no name that an engine takes", true },
};

static void c6_networks(void **state)
{
	(void)state;
	SWEEP(networks);
}

/* Docker flow's own values are refused when they are read. */
static const struct row keys_of_our_own[] = {
	{ "{services: {a: {image: x}}, x-flow: {applications: {project: 'A b'}}}", "no name of a project",
		true },
	{ "x-flow: {healthcheck: {log: '('}}", "missing closing parenthesis" },
	{ "x-flow: {healthcheck: {log: 'a{2,1}'}}", "numbers out of order" },
	{ "x-flow: {healthcheck: {log: ready}}", NULL },
	{ "x-flow: {healthcheck: {http: {status: x}}}", "no list of status codes" },
	{ "x-flow: {healthcheck: {http: {status: 99}}}", "no list of status codes" },
	{ "x-flow: {healthcheck: {http: {status: '299-200'}}}", "no list of status codes" },
	{ "x-flow: {healthcheck: {http: {status: '200-299,301'}}}", NULL },
	{ "x-flow: {healthcheck: {http: {status: 204}}}", NULL },
	{ "x-flow: {healthcheck: {tcp: {port: 80}, retries: -5}}", "-5 is outside 0" },
	{ "x-flow: {healthcheck: {tcp: {port: 80}, retries: \"-5\"}}", "outside 0" },
	{ "x-flow: {healthcheck: {tcp: {port: \"99999\"}}}", "outside 1 to 65535" },
	{ "x-flow: {healthcheck: {tcp: {port: 80}, interval: -1s}}", "not be below 0" },
	{ "x-flow: {healthcheck: {tcp: {port: 80}, start_period: -1s}}", "not be below 0" },
	{ "x-flow: {healthcheck: {http: {headers: {\"a b\": x}}}}", "no name of a header" },
	{ "x-flow: {healthcheck: {http: {headers: {a: \"x\\ny\"}}}}", "one line" },
	{ "x-flow: {ports: [{internal: 0}]}", "outside 1 to 65535" },
	{ "x-flow: {ports: [{internal: 80, external: 70000}]}", "outside 1 to 65535" },
	{ "x-flow: {ports: [{internal: 80, healthcheck: {status: foo}}]}", "no list of status codes" },
	{ "x-flow: {healthcheck: {tcp: {port: 80}, http: {port: 80}}}", "is tcp already" },
	{ "x-flow: {files: foo}", "none of: auto" },
};

static void c6_keys_of_our_own(void **state)
{
	(void)state;
	SWEEP(keys_of_our_own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(b1_devices_with_empty_parts),
		TEST(b1_other_short_forms_with_empty_parts),
		TEST(c6_values_of_services),
		TEST(c6_ports_and_addresses),
		TEST(c6_mounts),
		TEST(c6_networks),
		TEST(c6_keys_of_our_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
