/* Numbers, words and names that no engine takes. */
#include "compose/schema/check_row.h"

#include "base/text/text.h"
#include "compose/tree/image_name.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LEAST_MEMORY (INT64_C(6) << 20) /* (Engine API: 6 MiB since 20.10) */
#define MILLISECOND  INT64_C(1000000)

int refuse_range(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind != NODE_INT || !node->integer ||
		(node->integer >= attr->least && node->integer <= attr->most))
		return 0;
	if (attr->most == INT64_MAX)
		return walk_error(walk, &node->at, "%lld is below %lld", (long long)node->integer,
			(long long)attr->least);
	if (attr->least == INT64_MIN)
		return walk_error(walk, &node->at, "%lld is above %lld", (long long)node->integer,
			(long long)attr->most);
	return walk_error(walk, &node->at, "%lld is outside %lld to %lld", (long long)node->integer,
		(long long)attr->least, (long long)attr->most);
}

int refuse_word(struct walk *walk, const struct attr *attr, const struct node *node)
{
	size_t count = 0;
	const char *all = "";
	if (node->kind != NODE_STRING || !*node->text)
		return 0;
	for (; attr->words[count]; count++) {
		if (strcmp(attr->words[count], node->text) == 0)
			return 0;
		all = arena_printf(walk->arena, "%s%s%s", all, count ? ", " : "", attr->words[count]);
	}
	walk_error(walk, &node->at, "\"%s\" is none of: %s", node->text, all);
	error_hint_near(walk->errors, node->text, attr->words, count);
	return -1;
}

int refuse_cpus(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	double value = node->kind == NODE_INT ? (double)node->integer : node->real;
	if (value == 0 || (value >= 0.01 && value < 1e6))
		return 0;
	walk_error(walk, &node->at, "%s is no number of CPUs", node->text);
	return error_hint(walk->errors, "write a number from 0.01 on, such as 0.5 or 2");
}

int refuse_ratio(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	double value = node->kind == NODE_INT ? (double)node->integer : node->real;
	if (value >= 0 && value <= 1)
		return 0;
	return walk_error(walk, &node->at, "%s is outside 0 to 1", node->text);
}

/* The digits at *at, at most 5, as a number; -1 when there are none. */
static long read_cpu(const char **at)
{
	size_t len = strspn(*at, "0123456789");
	long value = len && len <= 5 ? strtol(*at, NULL, 10) : -1;
	*at += len;
	return value;
}

int refuse_cpuset(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *at = node->text;
	(void)attr;
	for (bool more = *at; more; more = *at++ == ',') {
		long first = read_cpu(&at), last = first;
		if (*at == '-') {
			at++;
			last = read_cpu(&at);
		}
		if (first < 0 || last < first || (*at && *at != ',')) {
			walk_error(walk, &node->at, "\"%s\" is no list of CPUs", node->text);
			return error_hint(walk->errors, "write numbers and ranges, such as 0-3,5");
		}
	}
	return 0;
}

int refuse_quota(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	if (node->kind != NODE_INT || node->integer <= 0 || node->integer >= 1000)
		return 0;
	return walk_error(walk, &node->at, "%lld is below 1000 microseconds", (long long)node->integer);
}

int refuse_memory(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind != NODE_INT || !node->integer || node->integer >= LEAST_MEMORY)
		return 0;
	walk_error(walk, &node->at, "%s is too little: engines ask for 6m at least", attr->name);
	return error_hint(walk->errors, "write for example 64m: a number alone counts bytes");
}

int refuse_time(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind != NODE_INT || !node->integer || node->integer >= MILLISECOND)
		return 0;
	walk_error(walk, &node->at, "%s must be 1ms at least", attr->name);
	return error_hint(walk->errors, "remove it, or write for example 10s");
}

int refuse_negative(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind != NODE_INT || node->integer >= 0)
		return 0;
	return walk_error(walk, &node->at, "%s must not be below 0", attr->name);
}

int refuse_capability(struct walk *walk, const struct attr *attr, const struct node *node)
{
	/* (Linux 6.x: capabilities(7)) */
	static const char *const known[] = { "ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE",
		"BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH",
		"FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN",
		"MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW",
		"PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT",
		"SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO",
		"SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM" };
	const size_t count = sizeof known / sizeof *known;
	char *upper = arena_strdup(walk->arena, node->text);
	(void)attr;
	for (char *at = upper; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	const char *name = strncmp(upper, "CAP_", 4) == 0 ? upper + 4 : upper;
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, known[i]) == 0)
			return 0;
	walk_error(walk, &node->at, "\"%s\" is no capability of Linux", node->text);
	error_hint_near(walk->errors, name, known, count);
	return -1;
}

/* Whether `text` begins with `name` and a number up to `most` behind `sign`, or is `name`. */
static bool is_realtime(const char *text, const char *name, char sign, long most)
{
	size_t len = strlen(name);
	if (strncmp(text, name, len) != 0)
		return false;
	if (!text[len])
		return true;
	const char *digits = text + len + 1;
	size_t count = strspn(digits, "0123456789");
	return text[len] == sign && count && count <= 2 && !digits[count] && strtol(digits, NULL, 10) <= most;
}

int refuse_signal(struct walk *walk, const struct attr *attr, const struct node *node)
{
	/* (signal(7); the names that moby's signal package has, with or without SIG) */
	static const char *const known[] = { "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP",
		"ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT",
		"STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM",
		"WINCH", "XCPU", "XFSZ" };
	enum { LAST = 64 };
	const size_t count = sizeof known / sizeof *known;
	char *upper = arena_strdup(walk->arena, node->text);
	size_t len = strspn(node->text, "0123456789");
	(void)attr;
	if (!*node->text)
		return 0;
	for (char *at = upper; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	const char *name = strncmp(upper, "SIG", 3) == 0 ? upper + 3 : upper;
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, known[i]) == 0)
			return 0;
	if (is_realtime(name, "RTMIN", '+', 15) || is_realtime(name, "RTMAX", '-', 14))
		return 0;
	long number = len && len <= 2 && !node->text[len] ? strtol(node->text, NULL, 10) : 0;
	if (number > 0 && number <= LAST)
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no signal", node->text);
	const char *near = error_nearest(name, known, count);
	if (error_hint_meant(walk->errors, near ? arena_printf(walk->arena, "SIG%s", near) : NULL))
		return -1;
	return error_hint(walk->errors, "write for example SIGTERM");
}

int refuse_restart(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char *const known[] = { "no", "always", "unless-stopped", "on-failure" };
	const size_t count = sizeof known / sizeof *known;
	const char *colon = strchr(node->text, ':');
	const char *name =
		colon ? arena_strndup(walk->arena, node->text, (size_t)(colon - node->text)) : node->text;
	(void)attr;
	if (!*node->text || (!colon && TEXT_AMONG(name, known)))
		return 0;
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;
	if (colon && strcmp(name, "on-failure") == 0 && digits && digits < 10 && !colon[1 + digits])
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no restart policy", node->text);
	if (!colon && error_hint_near(walk->errors, name, known, count))
		return -1;
	return error_hint(walk->errors, "write no, always, unless-stopped, on-failure or on-failure:3");
}

int refuse_nameless(struct walk *walk, const struct attr *attr, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		const struct member *member = &node->members[i];
		if (*member->key)
			continue;
		walk_error(walk, &member->at, "a value without a name in %s", attr->name);
		return error_hint(walk->errors, "write NAME=VALUE, or remove it");
	}
	return 0;
}

int refuse_empty(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind != NODE_STRING || *node->text)
		return 0;
	walk_error(walk, &node->at, "%s is empty", attr->name);
	return error_hint(walk->errors, "write a value, or remove it; is a variable unset?");
}

int refuse_name(struct walk *walk, const struct attr *attr, const struct node *node)
{
	/* (moby: [a-zA-Z0-9][a-zA-Z0-9_.-]+) */
	const char *text = node->text;
	size_t len = strlen(text), good = 0;
	(void)attr;
	while (isalnum((unsigned char)text[good]) || (good && text[good] && strchr("_.-", text[good])))
		good++;
	if (!len || (good == len && len >= 2 && len <= 255))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no name that an engine takes", text);
	return error_hint(walk->errors,
		"two or more letters, digits and _ . -, a letter or digit first, 255 characters at most");
}

int refuse_project(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
	(void)attr;
	if (!*node->text || (!strchr("-_", *node->text) && !node->text[strspn(node->text, letters)]))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no name of a project", node->text);
	return error_hint(walk->errors, "lower case letters, digits, - and _, a letter or digit first");
}

int refuse_platform(struct walk *walk, const struct attr *attr, const struct node *node)
{
	/* (containerd: platforms.Parse) */
	const char *at = node->text;
	(void)attr;
	if (!*at)
		return 0;
	for (int part = 0; part < 3; part++) {
		size_t len = 0;
		while (isalnum((unsigned char)at[len]) || (at[len] && strchr("_.-", at[len])))
			len++;
		if (len && !at[len])
			return 0;
		if (!len || at[len] != '/')
			break;
		at += len + 1;
	}
	walk_error(walk, &node->at, "\"%s\" is no platform", node->text);
	return error_hint(walk->errors, "write OS/ARCHITECTURE, such as linux/arm64");
}

int refuse_image(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	if (!*node->text || image_name_valid(node->text))
		return 0;
	walk_error(walk, &node->at, "invalid image reference \"%s\"", node->text);
	return error_hint(walk->errors,
		"the form is [HOST[:PORT]/]NAME[:TAG][@DIGEST]; NAME is of lower case letters, digits and . _ - /");
}

/* A number of a user or group that is out of range; names are the image's business. */
static bool is_wrong_id(const char *text, size_t len)
{
	size_t digits = strspn(text + (*text == '-'), "0123456789");
	if (!digits || digits + (*text == '-') != len)
		return false;
	return *text == '-' || len > 10 || strtoll(text, NULL, 10) > INT32_MAX;
}

int refuse_user(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *text = node->text, *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	(void)attr;
	if (!is_wrong_id(text, len) && !(colon && is_wrong_id(colon + 1, strlen(colon + 1))))
		return 0;
	return walk_error(walk, &node->at, "\"%s\": numbers of users and groups are 0 to 2147483647", text);
}

int refuse_group(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (!*node->text)
		return refuse_empty(walk, attr, node);
	if (!is_wrong_id(node->text, strlen(node->text)))
		return 0;
	return walk_error(walk, &node->at, "\"%s\": numbers of groups are 0 to 2147483647", node->text);
}

int refuse_ulimits(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char *const known[] = { "as", "core", "cpu", "data", "fsize", "locks", "memlock",
		"msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack" };
	int result = 0;
	(void)attr;
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		const struct member *limit = &node->members[i];
		const struct node *soft = node_get(limit->value, "soft"),
				  *hard = node_get(limit->value, "hard");
		walk_push(walk, limit->key);
		if (strncmp(limit->key, "x-", 2) != 0 && !TEXT_AMONG(limit->key, known)) {
			result = walk_error(walk, &limit->at, "Linux has no limit \"%s\"", limit->key);
			if (!error_hint_near(walk->errors, limit->key, known, sizeof known / sizeof *known))
				error_hint(walk->errors, "nofile, nproc, memlock, …");
		} else if (soft && hard && soft->kind == NODE_INT && hard->kind == NODE_INT &&
			   hard->integer != -1 && (soft->integer == -1 || soft->integer > hard->integer)) {
			result = walk_error(
				walk, &soft->at, "soft is above hard (%lld)", (long long)hard->integer);
		}
		walk_pop(walk);
	}
	return result;
}

/* Kernel parameters that a container has of its own. (runc: libcontainer/configs/validate) */
static bool is_namespaced(const char *name)
{
	static const char *const ipc[] = { "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
		"kernel.domainname" };
	return TEXT_AMONG(name, ipc) || strncmp(name, "net.", 4) == 0 || strncmp(name, "fs.mqueue.", 10) == 0;
}

int refuse_sysctls(struct walk *walk, const struct attr *attr, const struct node *node)
{
	int result = 0;
	(void)attr;
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		const struct member *member = &node->members[i];
		char *name = arena_strdup(walk->arena, member->key);
		for (char *at = name; *at; at++)
			*at = *at == '/' ? '.' : *at;
		if (is_namespaced(name))
			continue;
		result = walk_error(walk, &member->at,
			"\"%s\" is the host's: a container has none of its own", member->key);
		error_hint(walk->errors, "net.*, fs.mqueue.* and kernel.shm*, .msg*, .sem are possible");
	}
	return result;
}
