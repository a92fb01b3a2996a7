#include "compose/tree/interp.h"

#include "base/text/secret.h"

#include <ctype.h>
#include <string.h>

#define NESTING_MOST 50 /* defaults within defaults */

static const char *map_lookup(void *arg, const char *name)
{
	return map_get(arg, name);
}

void interp_init(struct interp *interp, struct arena *arena, const struct map *env, struct map *warned,
	struct errors *errors)
{
	interp_init_get(interp, arena, map_lookup, (void *)env, warned, errors);
}

void interp_init_get(struct interp *interp, struct arena *arena,
	const char *(*get)(void *arg, const char *name), void *arg, struct map *warned, struct errors *errors)
{
	*interp = (struct interp){ .arena = arena,
		.errors = errors,
		.get = get,
		.arg = arg,
		.warned = warned,
		.left = INTERP_OUTPUT_MOST };
}

/* One text under substitution. */
struct job {
	struct interp *interp;
	struct buf out;
	const char *whole;
	const struct mark *at;
	const char *path;
	bool quoted;          /* the text starts behind a quote */
	const char *unclosed; /* the expression being expanded whose own brace is missing, or NULL */
	void (*seen)(void *arg, const struct interp_variable *variable); /* list references, expand nothing */
	void *seen_arg;
};

/* The parts of `${NAME<op>word}`. */
struct expression {
	const char *dollar, *name, *word,
		*after; /* word: NULL without operator; after: behind the closing brace */
	size_t name_len, word_len;
	char op;       /* - + ? */
	bool colon;    /* empty counts as unset */
	bool unclosed; /* no brace of its own: it ends at the last one of the line */
};

static size_t name_length(const char *text)
{
	size_t len = 0;
	if (!isalpha((unsigned char)*text) && *text != '_')
		return 0;
	while (isalnum((unsigned char)text[len]) || text[len] == '_')
		len++;
	return len;
}

/* The brace that ends the expression starting at `open` (its `{`): the balanced one, else the last of the
 * line, and *ret_unclosed is true; NULL when there is none behind `least`. The character after a `{` is not
 * looked at, as in docker compose. */
static const char *closing_brace(const char *open, const char *least, const char *end, bool *ret_unclosed)
{
	const char *last = NULL;
	size_t depth = 0;
	for (const char *at = open; at < end && *at != '\n'; at++) {
		if (*at == '}') {
			if (at >= least)
				last = at;
			if (--depth == 0 && last)
				return last;
		} else if (*at == '{') {
			depth++;
			if (at + 1 < end && at[1] == '}' && at + 1 >= least)
				last = at + 1;
			if (at + 1 < end && at[1] != '\n')
				at++;
		}
	}
	*ret_unclosed = true;
	return last;
}

/* Reads the expression whose `$` is at `text`; false when it is none that compose knows. */
static bool parse_expression(const char *text, const char *end, struct expression *ret)
{
	const char *at = text + 2;
	*ret = (struct expression){ .dollar = text, .name = at, .name_len = name_length(at) };
	at += ret->name_len;
	if (!ret->name_len || at >= end)
		return false;
	if (*at == '}') {
		ret->after = at + 1;
		return true;
	}
	ret->colon = *at == ':';
	at += ret->colon;
	if (at >= end || !strchr("-+?", *at) || !*at)
		return false;
	ret->op = *at++;
	const char *close = closing_brace(text + 1, at, end, &ret->unclosed);
	if (!close)
		return false;
	ret->word = at;
	ret->word_len = (size_t)(close - at);
	ret->after = close + 1;
	return true;
}

static unsigned characters(const char *from, const char *to)
{
	unsigned count = 0;
	for (; from < to; from++)
		count += ((unsigned char)*from & 0xc0) != 0x80;
	return count;
}

/* Place of the `$` at `text`. The value has as many before it as its source, where indentation, folded lines
 * and escapes stand between them; without a source only the first line has places. */
static const struct mark *mark_of_dollar(struct job *job, const char *text, struct mark *mark)
{
	size_t before = 0;
	if (!job->at)
		return NULL;
	*mark = *job->at;
	for (const char *at = job->whole; at < text; at++)
		before += *at == '$';
	if (job->interp->sources && sources_find(job->interp->sources, '$', before, mark))
		return mark;
	if (strchr(job->whole, '\n'))
		return job->at;
	mark->col += job->quoted + characters(job->whole, text);
	return mark;
}

/* Whether the texts there may be passwords, the defaults of variables too. No path: an env file. */
static bool hides_defaults(const char *path)
{
	return !path || strstr(path, "environment") || strstr(path, ".args") || strstr(path, "secrets") ||
	       strstr(path, ".content");
}

/* How much of an expression in such a text is no secret: up to its operator. One without may be a password
 * that has a `${` in it. */
static size_t shown_length(const char *text)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	size_t brace = text[1] == '{' ? 2 : 1, end = brace + strspn(text + brace, name);
	size_t operator= end +(text[end] == ':');
	return strchr("-+?", text[operator]) && text[operator] ? operator + 1 : brace;
}

/* `text` is at the `$`. Only the expression is shown: the rest may be a password. */
static int invalid(struct job *job, const char *text)
{
	if (job->seen)
		return -1;
	text = job->unclosed ? job->unclosed : text;
	size_t len = strcspn(text, " \t\n}");
	len += text[len] == '}';
	bool hidden = hides_defaults(job->path);
	if (hidden)
		len = shown_length(text);
	struct mark mark;
	error_add(job->interp->errors, ERROR_FILE, mark_of_dollar(job, text, &mark), job->path,
		"invalid interpolation format: %.*s%s", len > 60 ? 60 : (int)len, text,
		hidden || len > 60 ? "…" : "");
	if (job->unclosed)
		return error_hint(
			job->interp->errors, "the } that ends it is missing: each ${ needs its own");
	return error_hint(job->interp->errors,
		"write ${NAME}, ${NAME:-default}, ${NAME:+value} or ${NAME:?message}; write $$ for a literal $");
}

static int put_text_part(struct job *job, const char *text, size_t len)
{
	if (buf_append(&job->out, text, len))
		return 0;
	error_add(
		job->interp->errors, ERROR_FILE, job->at, job->path, "interpolation produces too much text");
	return error_hint(job->interp->errors, "do variables multiply each other, as in A=${B}${B}?");
}

static void warn_unset(struct job *job, const char *name, const char *text)
{
	struct mark mark;
	struct interp *interp = job->interp;
	if (interp->warned) {
		if (map_has(interp->warned, name))
			return;
		map_set(interp->warned, name, "");
	}
	error_warn(interp->errors, mark_of_dollar(job, text, &mark), job->path,
		"The \"%s\" variable is not set. Defaulting to a blank string.", name);
}

static int interp_expand(struct job *job, const char *text, size_t len, unsigned depth);

/* Expands the part behind the operator. What is wrong in it is the fault of an expression that took a brace
 * from there for its own. */
static int expand_word(struct job *job, const struct expression *what, unsigned depth)
{
	const char *around = job->unclosed;
	if (what->unclosed && !around)
		job->unclosed = what->dollar;
	int result = interp_expand(job, what->word, what->word_len, depth + 1);
	job->unclosed = around;
	return result;
}

static int fail_required(struct job *job, const struct expression *what, const char *name, unsigned depth)
{
	size_t start = job->out.len;
	if (expand_word(job, what, depth) != 0)
		return -1;
	const char *message = arena_strdup(job->interp->arena, buf_text(&job->out) + start);
	struct mark mark;
	error_add(job->interp->errors, ERROR_FILE, mark_of_dollar(job, what->dollar, &mark), job->path,
		"required variable %s is missing a value%s%s", name, *message ? ": " : "", message);
	return error_hint(job->interp->errors, "set %s in the environment or in the .env file", name);
}

static int list_references(struct job *job, const struct expression *what, const char *name, unsigned depth)
{
	const char *word = what->word ? arena_strndup(job->interp->arena, what->word, what->word_len) : NULL;
	job->seen(job->seen_arg, &(struct interp_variable){ .name = name,
					 .fallback = what->op == '-' ? word : NULL,
					 .presence = what->op == '+' ? word : NULL,
					 .required = what->op == '?' });
	return word ? expand_word(job, what, depth) : 0;
}

/* Keeps a value in mind that may be a secret wherever it stands; the project's name is in every other text.
 */
static void note_value(struct job *job, const char *name, const char *value)
{
	if (job->interp->brought && strcmp(name, "COMPOSE_PROJECT_NAME") != 0)
		secret_note(job->interp->brought, value);
}

/* Keeps in mind whose value is put in. */
static void note_taken(struct job *job, const char *name)
{
	struct map *taken = job->interp->taken;
	if (taken && !map_has(taken, name))
		map_set(taken, arena_strdup(job->interp->arena, name), "");
}

/* The value of ${NAME…}: its default, its alternative, or an error, as the operator says; or only a note of
 * the reference, for whoever lists them. Names of usual length are looked up without a copy. */
static int interp_substitute(struct job *job, const struct expression *what, unsigned depth)
{
	char small[128];
	const char *name = small;
	if (what->name_len < sizeof small && !job->seen) {
		memcpy(small, what->name, what->name_len);
		small[what->name_len] = '\0';
	} else {
		name = arena_strndup(job->interp->arena, what->name, what->name_len);
	}
	if (job->seen)
		return list_references(job, what, name, depth);
	const char *value = job->interp->get(job->interp->arg, name);
	bool have = value && (*value || !what->colon);
	if ((what->op == '-' && !have) || (what->op == '+' && have)) {
		size_t start = job->out.len;
		if (expand_word(job, what, depth) != 0)
			return -1;
		if (secret_is_name(name, what->name_len))
			note_value(job, name, arena_strdup(job->interp->arena, buf_text(&job->out) + start));
		return 0;
	}
	bool missing = what->op == '?' && !have;
	if (missing && !job->interp->lenient)
		return fail_required(job, what, name, depth);
	if (missing || (!what->op && !value))
		warn_unset(job, name == small ? arena_strdup(job->interp->arena, small) : name, what->dollar);
	if (!value)
		return 0;
	note_value(job, name, value);
	note_taken(job, name);
	return put_text_part(job, value, strlen(value));
}

/* Appends the expansion of `len` bytes to job->out. */
static int interp_expand(struct job *job, const char *text, size_t len, unsigned depth)
{
	const char *end = text + len;
	if (depth > NESTING_MOST)
		return error_add(job->interp->errors, ERROR_FILE, job->at, job->path,
			"defaults are nested too deeply (%d at most)", NESTING_MOST);
	while (text < end) {
		const char *dollar = memchr(text, '$', (size_t)(end - text));
		if (put_text_part(job, text, (size_t)((dollar ? dollar : end) - text)) != 0)
			return -1;
		if (!dollar)
			break;
		text = dollar + 1;
		struct expression what = { .dollar = dollar, .name = text };
		if (text < end && *text == '{') {
			if (!parse_expression(dollar, end, &what))
				return invalid(job, dollar);
		} else if (text < end && (what.name_len = name_length(text)) > 0) {
			what.name_len =
				what.name_len > (size_t)(end - text) ? (size_t)(end - text) : what.name_len;
			what.after = text + what.name_len;
		} else {
			text += text < end && *text == '$';
			if (put_text_part(job, "$", 1) != 0)
				return -1;
			continue;
		}
		if (interp_substitute(job, &what, depth) != 0)
			return -1;
		text = what.after;
	}
	return 0;
}

static int substitute_text(struct interp *interp, const char *text, const struct mark *at, bool quoted,
	const char *path, const char **ret_text)
{
	struct job job = { .interp = interp, .whole = text, .at = at, .quoted = quoted, .path = path };
	buf_init(&job.out, interp->left);
	int result = interp_expand(&job, text, strlen(text), 0);
	if (result == 0) {
		interp->left -= job.out.len;
		*ret_text = arena_strndup(interp->arena, buf_text(&job.out), job.out.len);
	}
	buf_finish(&job.out);
	return result;
}

int interp_text(struct interp *interp, const char *text, const struct mark *at, const char *path,
	const char **ret_text)
{
	if (strchr(text, '$'))
		return substitute_text(interp, text, at, false, path, ret_text);
	*ret_text = text;
	return 0;
}

/* A step of the way from the root, kept on the stack and made text for a finding only. */
struct step {
	const struct step *up;
	const char *key; /* NULL: an item */
	size_t index;
};

static const char *path_text(struct arena *arena, const struct step *step)
{
	if (!step)
		return NULL;
	const char *before = path_text(arena, step->up);
	if (!step->key)
		return arena_printf(arena, "%s[%zu]", before ? before : "", step->index);
	return before ? arena_printf(arena, "%s.%s", before, step->key) : step->key;
}

static int interp_below(struct interp *interp, struct node *node, const struct step *step)
{
	int result = 0;
	if (node->action == NODE_RESET)
		return 0;
	if (node->kind == NODE_LIST) {
		for (size_t i = 0; i < node->nitems; i++)
			result |= interp_below(
				interp, node->items[i], &(struct step){ .up = step, .index = i });
	} else if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->nmembers; i++)
			result |= interp_below(interp, node->members[i].value,
				&(struct step){ .up = step, .key = node->members[i].key });
	} else if (node->kind == NODE_STRING && strchr(node->text, '$')) {
		result = substitute_text(interp, node->text, &node->at, node->quoted,
			path_text(interp->arena, step), &node->text);
	}
	return result;
}

int interp_tree(struct interp *interp, struct node *tree)
{
	return interp_below(interp, tree, NULL);
}

static void list(struct job *job, const struct node *node)
{
	if (node->kind == NODE_LIST)
		for (size_t i = 0; i < node->nitems; i++)
			list(job, node->items[i]);
	else if (node->kind == NODE_MAP)
		for (size_t i = 0; i < node->nmembers; i++)
			list(job, node->members[i].value);
	else if (node->kind == NODE_STRING && strchr(node->text, '$'))
		interp_expand(job, node->text, strlen(node->text), 0);
}

void interp_variables(struct arena *arena, const struct node *tree,
	void (*seen)(void *arg, const struct interp_variable *variable), void *arg)
{
	struct errors ignored;
	struct interp interp;
	errors_init(&ignored, arena);
	interp_init_get(&interp, arena, NULL, NULL, NULL, &ignored);
	struct job job = { .interp = &interp, .seen = seen, .seen_arg = arg };
	buf_init(&job.out, INTERP_OUTPUT_MOST);
	list(&job, tree);
	buf_finish(&job.out);
}
