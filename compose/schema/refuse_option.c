/* Paths, options, expressions and lists written as one text: of compose's what no engine takes, of ours what
 * cannot work. */
#include "compose/schema/check_row.h"

#include "base/text/text.h"
#include "compose/tree/path.h"
#include "compose/tree/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

int refuse_security(struct walk *walk, const struct attr *attr, const struct node *node)
{
	static const char *const known[] = { "apparmor", "credentialspec", "label", "seccomp", "systempaths",
		"writable-cgroups" };
	size_t len = strcspn(node->text, "=:");
	const char *name = arena_strndup(walk->arena, node->text, len);
	(void)attr;
	static const char *const booleans[] = { "true", "false", "1", "0", "t", "f", "T", "F", "TRUE",
		"FALSE", "True", "False" };
	bool flag = strcmp(name, "no-new-privileges") == 0;
	if (flag ? !node->text[len] || TEXT_AMONG(node->text + len + 1, booleans)
		 : node->text[len] && TEXT_AMONG(name, known))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no security option", node->text);
	return error_hint(walk->errors,
		"write no-new-privileges, or NAME=VALUE with apparmor, label, seccomp or systempaths");
}

int refuse_device_rule(struct walk *walk, const struct attr *attr, const struct node *node)
{
	/* (moby: ^([acb]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$) */
	const char *at = node->text;
	bool good = *at && strchr("acb", *at) && at[1] == ' ';
	(void)attr;
	at += good ? 2 : 0;
	for (int i = 0; good && i < 2; i++) {
		size_t len = *at == '*' ? 1 : strspn(at, "0123456789");
		at += len;
		good = len && *at++ == (i ? ' ' : ':');
	}
	size_t access = good ? strspn(at, "rwm") : 0;
	if (access >= 1 && access <= 3 && !at[access])
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no rule for devices", node->text);
	return error_hint(walk->errors, "the form is TYPE MAJOR:MINOR ACCESS, such as \"c 1:3 rwm\"");
}

int refuse_access(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	if (!node->text[strspn(node->text, "rwm")])
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no access to a device", node->text);
	return error_hint(walk->errors, "write letters of r (read), w (write) and m (mknod)");
}

int refuse_relative(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *text = node->text;
	bool windows =
		(isalpha((unsigned char)text[0]) && text[1] == ':' && text[2] && strchr("\\/", text[2])) ||
		strncmp(text, "\\\\", 2) == 0;
	if (*text == '/' || !*text || windows)
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no absolute path", node->text);
	return error_hint(walk->errors, "%s is a path in the container: begin it with /", attr->name);
}

int refuse_device(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *text = node->text, *slash = strchr(text, '/'),
		   *equals = slash ? strchr(slash, '=') : NULL;
	if (!*text)
		return refuse_empty(walk, attr, node);
	if (*text == '/' || (equals && equals > slash + 1 && equals[1]))
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no device of the host", text);
	return error_hint(walk->errors, "write its absolute path, such as /dev/fuse, or VENDOR/CLASS=NAME");
}

int refuse_mount_target(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (!*node->text)
		return refuse_empty(walk, attr, node);
	if (refuse_relative(walk, attr, node) < 0)
		return -1;
	/* What the short form has made of a volume with a name of one letter. */
	if (isalpha((unsigned char)node->text[0]) && strncmp(node->text + 1, ":/", 2) == 0) {
		walk_error(
			walk, &node->at, "invalid mount path: '%s' mount path must be absolute", node->text);
		return error_hint(walk->errors,
			"`%c:` is read as a drive letter: for a volume %c use the long form (type, source, target), or a "
			"name of two letters",
			node->text[0], node->text[0]);
	}
	if (strcmp(path_clean(walk->arena, node->text), "/") != 0)
		return 0;
	return walk_error(walk, &node->at, "nothing can be mounted over the root of a container");
}

int refuse_subpath(struct walk *walk, const struct attr *attr, const struct node *node)
{
	(void)attr;
	const char *text = path_clean(walk->arena, node->text);
	if (*text != '/' && strcmp(text, "..") != 0 && strncmp(text, "../", 3) != 0)
		return 0;
	walk_error(walk, &node->at, "\"%s\" is no path within the volume", node->text);
	return error_hint(walk->errors, "write it relative to the volume's root, without ..");
}

/* The value of an option that is a number: octal for the mode, with a unit for sizes. */
static bool is_tmpfs_number(const char *name, const char *value, size_t len)
{
	bool id = strcmp(name, "uid=") == 0 || strcmp(name, "gid=") == 0, mode = strcmp(name, "mode=") == 0;
	size_t digits = strspn(value, mode ? "01234567" : "0123456789");
	if (strcmp(name, "mpol=") == 0)
		return true;
	return digits &&
	       (digits == len || (!id && !mode && digits + 1 == len && strchr("kKmMgGtT%", value[digits])));
}

/* Whether the first `len` bytes of an option are one that the engine gives a tmpfs. (moby:
 * mount.MergeTmpfsOptions)
 */
static bool is_tmpfs_option(const char *text, size_t len)
{
	static const char *const words[] = { "async", "atime", "defaults", "dev", "diratime", "dirsync",
		"exec", "mand", "noatime", "nodev", "nodiratime", "noexec", "nomand", "norelatime",
		"nostrictatime", "nosuid", "private", "relatime", "remount", "ro", "rprivate", "rshared",
		"rslave", "runbindable", "rw", "shared", "slave", "strictatime", "suid", "sync",
		"unbindable" };
	static const char *const pairs[] = {
		"gid=", "mode=", "mpol=", "nr_blocks=", "nr_inodes=", "size=", "uid="
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == len && strncmp(words[i], text, len) == 0)
			return true;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (len > strlen(pairs[i]) && strncmp(pairs[i], text, strlen(pairs[i])) == 0)
			return is_tmpfs_number(pairs[i], text + strlen(pairs[i]), len - strlen(pairs[i]));
	return false;
}

int refuse_tmpfs(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *colon = strchr(node->text, ':');
	struct node path = *node;
	if (colon)
		path.text = arena_strndup(walk->arena, node->text, (size_t)(colon - node->text));
	if (refuse_mount_target(walk, attr, &path) < 0)
		return -1;
	for (const char *at = colon && colon[1] ? colon + 1 : NULL; at;) {
		size_t len = strcspn(at, ",");
		if (!is_tmpfs_option(at, len)) {
			walk_error(walk, &node->at, "a tmpfs has no option \"%.*s\"", (int)len, at);
			return error_hint(walk->errors, "write for example /run:size=64m,mode=1777");
		}
		at = at[len] ? at + len + 1 : NULL;
	}
	return 0;
}

/* What a value of a log driver's option has to be. */
enum log_value { LOG_ANY, LOG_MODE, LOG_SIZE, LOG_COUNT, LOG_SWITCH };

struct log_option {
	const char *name;
	enum log_value value;
};

/* Options that every driver has first. (docs.docker.com: configure logging drivers) */
static const struct log_option log_options[] = { { "mode", LOG_MODE }, { "max-buffer-size", LOG_SIZE },
	{ "max-size", LOG_SIZE }, { "max-file", LOG_COUNT }, { "compress", LOG_SWITCH },
	{ "labels", LOG_ANY }, { "labels-regex", LOG_ANY }, { "env", LOG_ANY }, { "env-regex", LOG_ANY },
	{ "tag", LOG_ANY } };
enum { LOCAL_OPTIONS = 5 }; /* those that the driver `local` has, too */

static bool is_log_value(struct arena *arena, enum log_value kind, const char *text)
{
	int64_t number = 0;
	bool yes, old;
	switch (kind) {
	case LOG_MODE:
		return strcmp(text, "blocking") == 0 || strcmp(text, "non-blocking") == 0;
	case LOG_SIZE:
		return value_bytes(arena, text, &number) == NULL && number > 0;
	case LOG_COUNT:
		return value_int(arena, text, &number) == NULL && number >= 1;
	case LOG_SWITCH:
		return strcmp(text, "0") == 0 || strcmp(text, "1") == 0 || strcmp(text, "t") == 0 ||
		       strcmp(text, "f") == 0 || (value_bool(arena, text, &yes, &old) == NULL && !old);
	default:
		return true;
	}
}

/* One option of a driver that has the first `count` of log_options. */
static int refuse_log_option(struct walk *walk, const char *driver, size_t count, const struct member *member)
{
	const char *text = node_text(member->value), *names[sizeof log_options / sizeof *log_options];
	static const char *const examples[] = {
		[LOG_MODE] = "non-blocking", [LOG_SIZE] = "10m", [LOG_COUNT] = "3", [LOG_SWITCH] = "true"
	};
	const struct log_option *option = NULL;
	for (size_t i = 0; i < count; i++) {
		names[i] = log_options[i].name;
		if (strcmp(names[i], member->key) == 0)
			option = &log_options[i];
	}
	if (!option && strncmp(member->key, "cache-", 6) == 0)
		return 0; /* of the engine's own copy of what any driver gets */
	if (!option) {
		walk_error(walk, &member->at, "driver %s has no option \"%s\"", driver, member->key);
		return error_hint_names(walk->errors, member->key, "its options", names, count);
	}
	if (!text || is_log_value(walk->arena, option->value, text))
		return 0;
	walk_error(walk, &member->value->at, "\"%s\" is no value of %s", text, option->name);
	return error_hint(walk->errors, "write for example \"%s\"", examples[option->value]);
}

int refuse_logging(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *driver = node_text(node_get(node, "driver"));
	const struct node *options = node_get(node, "options");
	bool json = driver && strcmp(driver, "json-file") == 0,
	     local = driver && strcmp(driver, "local") == 0;
	size_t count = local ? LOCAL_OPTIONS : sizeof log_options / sizeof *log_options;
	int result = 0;
	(void)attr;
	for (size_t i = 0; (json || local) && options && i < options->nmembers; i++) {
		walk_push(walk, "options");
		walk_push(walk, options->members[i].key);
		result |= refuse_log_option(walk, driver, count, &options->members[i]);
		walk_pop(walk);
		walk_pop(walk);
	}
	return result;
}

int refuse_pattern(struct walk *walk, const struct attr *attr, const struct node *node)
{
	PCRE2_UCHAR words[120] = "";
	PCRE2_SIZE at;
	int code;
	if (!*node->text)
		return refuse_empty(walk, attr, node);
	pcre2_code *compiled =
		pcre2_compile((PCRE2_SPTR)node->text, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
	if (compiled) {
		pcre2_code_free(compiled);
		return 0;
	}
	pcre2_get_error_message(code, words, sizeof words);
	walk_error(walk, &node->at, "/%s/: %s (at character %zu)", node->text, (const char *)words, at + 1);
	return error_hint(walk->errors,
		"a Perl-compatible regular expression; put \\ before . ( [ * + ? that are meant as such");
}

/* The three digits of a status at *at, or 0. */
static long read_status(const char **at)
{
	size_t len = strspn(*at, "0123456789");
	long status = len == 3 ? strtol(*at, NULL, 10) : 0;
	*at += len;
	return status >= 100 && status <= 599 ? status : 0;
}

int refuse_status(struct walk *walk, const struct attr *attr, const struct node *node)
{
	const char *at = node->text;
	(void)attr;
	for (bool more = true; more; more = *at++ == ',') {
		at += strspn(at, " ");
		long first = read_status(&at), last = first;
		if (*at == '-') {
			at++;
			last = read_status(&at);
		}
		at += strspn(at, " ");
		if (!first || last < first || (*at && *at != ',')) {
			walk_error(walk, &node->at, "\"%s\" is no list of status codes", node->text);
			return error_hint(walk->errors, "write codes and ranges, such as 200-299,301");
		}
	}
	return 0;
}

int refuse_headers(struct walk *walk, const struct attr *attr, const struct node *node)
{
	int result = 0;
	(void)attr;
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		const struct member *member = &node->members[i];
		const char *value = node_text(member->value);
		bool name = *member->key;
		for (const char *at = member->key; *at && name; at++)
			name = isalnum((unsigned char)*at) ||
			       strchr("!#$%&'*+-.^_`|~", *at); /* (RFC 9110 5.6.2) */
		walk_push(walk, member->key);
		if (!name)
			result = walk_error(walk, &member->at, "\"%s\" is no name of a header", member->key);
		else if (value && strpbrk(value, "\r\n"))
			result = walk_error(walk, &member->value->at, "a header's value is one line");
		walk_pop(walk);
	}
	return result;
}

int refuse_no_command(struct walk *walk, const struct attr *attr, const struct node *node)
{
	if (node->kind == NODE_LIST && node->nitems && *node->items[0]->text)
		return 0;
	walk_error(walk, &node->at, "%s is empty", attr->name);
	return error_hint(walk->errors, "write a command, such as [pg_isready, -q]");
}
