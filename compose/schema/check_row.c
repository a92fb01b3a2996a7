#include "compose/schema/check_row.h"

#include "base/text/address.h"

#include <ctype.h>
#include <string.h>

int check_ip(struct walk *walk, const struct attr *attr, struct node *node)
{
	(void)attr;
	if (node->kind == NODE_STRING && !address_is_ip(node->text)) {
		walk_error(walk, &node->at, "\"%s\" is no IP address", node->text);
		return strcmp(node->text, "localhost") == 0 ? error_hint(walk->errors, "write 127.0.0.1")
							    : -1;
	}
	return 0;
}

int check_container_name(struct walk *walk, const struct attr *attr, struct node *node)
{
	(void)attr;
	const char *text = node->kind == NODE_STRING ? node->text : "ok";
	for (; *text; text++)
		if (isalnum((unsigned char)*text) &&
			(isalnum((unsigned char)text[1]) || (text[1] && strchr("_.-", text[1]))))
			return 0;
	walk_error(walk, &node->at, "\"%s\" is no name for a container", node->text);
	return error_hint(walk->errors, "two or more letters, digits and _ . -");
}

int check_pull_policy(struct walk *walk, const struct attr *attr, struct node *node)
{
	(void)attr;
	static const char *const words[] = { "always", "never", "build", "if_not_present", "missing",
		"refresh", "daily", "weekly" };
	if (node->kind != NODE_STRING)
		return 0;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(node->text, words[i]))
			return 0;
	const char *every = strstr(node->text, "every_");
	size_t digits = every ? strspn(every + 6, "0123456789") : 0;
	if (digits && every[6 + digits] && strchr("wdhms", every[6 + digits]))
		return 0;
	walk_error(walk, &node->at, "unknown pull policy \"%s\"", node->text);
	if (error_hint_near(walk->errors, node->text, words, sizeof words / sizeof *words))
		return -1;
	return error_hint(walk->errors, "always, missing, never, build, daily, weekly or every_12h");
}

int check_not_empty(struct walk *walk, const struct attr *attr, struct node *node)
{
	if (node->kind == NODE_STRING && !*node->text)
		return walk_error(walk, &node->at, "%s must not be empty", attr->name);
	return 0;
}

int check_range(struct walk *walk, const struct attr *attr, const struct node *node)
{
	bool low, high;
	if (node->kind == NODE_INT) {
		low = node->integer < attr->least;
		high = node->integer > attr->most;
	} else if (node->kind == NODE_FLOAT) {
		low = node->real < (double)attr->least;
		high = node->real > (double)attr->most;
	} else {
		return 0;
	}
	if (!low && !high)
		return 0;
	if (attr->most == INT64_MAX)
		return walk_error(walk, &node->at, "must be at least %lld", (long long)attr->least);
	return walk_error(walk, &node->at, "%s is outside %lld to %lld", node->text, (long long)attr->least,
		(long long)attr->most);
}
