#include "engine/artifact/bundle.h"

#include "base/home.h"
#include "base/text/sha256.h"
#include "base/url.h"
#include "compose/load/legacy.h"
#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"
#include "compose/tree/interp.h"
#include "compose/tree/path.h"
#include "compose/tree/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A text in a file that gives way to another. */
struct change {
	const struct node *node; /* the scalar */
	const char *to;
};

struct bundle {
	struct arena *arena;
	struct errors *errors;
	const struct project *project;
	struct interp interp;
	struct map extends, envs; /* path → name of its layer */
};

/* A file of the project on its way. */
struct bundled {
	struct bundle *bundle;
	const char *dir, *shown;
	const char *text;
	size_t len;
	struct change *changes;
	size_t nchanges;
};

/* Places */

/* Where line and column (in characters) of the mark are; NULL: nowhere. */
static const char *find_mark(const struct bundled *file, const struct mark *mark)
{
	const char *at = file->text, *end = file->text + file->len;
	for (unsigned line = 1; line < mark->line; line++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at++)
			return NULL;
	}
	for (unsigned col = 1; col < mark->col && at < end; col++)
		for (at++; at < end && ((unsigned char)*at & 0xc0) == 0x80;)
			at++;
	return at;
}

/* Behind the scalar that begins there: a quoted one, or a plain one, which is written as it is meant. NULL:
 * it is neither. */
static const char *scalar_end(const struct node *node, const char *at)
{
	size_t len = strlen(node->text);
	if (!node->quoted)
		return strncmp(at, node->text, len) == 0 ? at + len : NULL;
	char mark = *at++;
	if (mark != '"' && mark != '\'')
		return NULL;
	for (; *at; at++) {
		if (*at == '\\' && mark == '"' && at[1])
			at++;
		else if (*at == mark && mark == '\'' && at[1] == mark)
			at++;
		else if (*at == mark)
			return at + 1;
	}
	return NULL;
}

static int cannot_change(const struct bundled *file, const struct node *node)
{
	error_add(file->bundle->errors, ERROR_FILE, &node->at, NULL,
		"%s: this name cannot be changed into that of a file beside this one", node->text);
	return error_hint(file->bundle->errors, "write it on one line, without anchor and tag");
}

static int change_order(const void *a, const void *b)
{
	const struct mark *x = &((const struct change *)a)->node->at,
			  *y = &((const struct change *)b)->node->at;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->col < y->col ? -1 : x->col > y->col;
}

/* The file's text with its changes. Aliases name one place twice. */
static int apply_changes(struct bundled *file, const char **ret_text, size_t *ret_len)
{
	const char *from = file->text, *end = file->text + file->len;
	auto_buf struct buf out;
	buf_init(&out, 2 * YAML_SIZE_MOST);
	if (file->nchanges)
		qsort(file->changes, file->nchanges, sizeof *file->changes, change_order);
	for (size_t i = 0; i < file->nchanges; i++) {
		const struct change *change = &file->changes[i];
		const char *at = find_mark(file, &change->node->at);
		const char *behind = at ? scalar_end(change->node, at) : NULL;
		if (i && change_order(change, change - 1) == 0)
			continue;
		if (!behind || at < from)
			return cannot_change(file, change->node);
		buf_append(&out, from, (size_t)(at - from));
		buf_puts(&out, change->to);
		from = behind;
	}
	if (!buf_append(&out, from, (size_t)(end - from)))
		return error_add(
			file->bundle->errors, ERROR_FILE, NULL, NULL, "%s is too large", file->shown);
	*ret_len = out.len;
	*ret_text = arena_strndup(file->bundle->arena, buf_text(&out), out.len);
	return 0;
}

/* What they name */

/* The absolute path that a text of the file names, its variables put in. */
static int resolve_name(struct bundled *file, const struct node *node, const char **ret_path)
{
	struct bundle *bundle = file->bundle;
	const char *name;
	if (interp_text(&bundle->interp, node->text, &node->at, NULL, &name) < 0)
		return -1;
	*ret_path = url_is_remote(name)
			    ? NULL
			    : path_clean(bundle->arena,
				      path_resolve(bundle->arena, file->dir,
					      home_directory(bundle->arena, bundle->project->env), name));
	return 0;
}

/* Makes the text name a layer, of its own kind of file. */
static int rename_file(struct bundled *file, const struct node *node, struct map *names, const char *ending)
{
	struct arena *arena = file->bundle->arena;
	const char *path, *name;
	if (!node || node->kind != NODE_STRING)
		return 0;
	if (resolve_name(file, node, &path) < 0)
		return -1;
	if (!path)
		return 0;
	name = map_get(names, path);
	if (!name) {
		name = arena_printf(arena, "%s.%s", sha256_hex(arena, path, strlen(path)), ending);
		map_set(names, path, (void *)name);
	}
	*ARENA_PUSH(arena, file->changes, file->nchanges) = (struct change){ node, name };
	return 0;
}

static int rename_env_files(struct bundled *file, const struct node *list)
{
	struct map *envs = &file->bundle->envs;
	if (!list || list->kind != NODE_LIST)
		return rename_file(file, list, envs, "env");
	int result = 0;
	for (size_t i = 0; i < list->nitems; i++) {
		const struct node *item = list->items[i];
		result |= rename_file(
			file, item->kind == NODE_MAP ? node_get(item, "path") : item, envs, "env");
	}
	return result;
}

static int rename_files(struct bundled *file, const struct node *doc)
{
	const struct node *services = node_get(doc, "services");
	int result = 0;
	if (legacy_is(doc, false)) {
		error_add(file->bundle->errors, ERROR_FILE, &doc->at, NULL,
			"a file of format 1 cannot be published");
		return error_hint(file->bundle->errors, "config --portable prints it as one of today");
	}
	for (size_t i = 0; services && services->kind == NODE_MAP && i < services->nmembers; i++) {
		const struct node *service = services->members[i].value;
		result |= rename_env_files(file, node_get(service, "env_file"));
		result |= rename_file(
			file, node_get(node_get(service, "extends"), "file"), &file->bundle->extends, "yaml");
	}
	return result;
}

/* Whether what came out says the new names, and the rest as before. */
static int check_changes(struct bundled *file, struct node **docs, size_t ndocs, const char *text, size_t len)
{
	struct arena *arena = file->bundle->arena;
	struct node **new;
	size_t nnew;
	struct errors ignored;
	errors_init(&ignored, arena);
	for (size_t i = 0; i < file->nchanges; i++)
		((struct node *)file->changes[i].node)->text = file->changes[i].to;
	bool same = yaml_parse(arena, file->shown, text, len, &new, &nnew, &ignored) == 0 && nnew == ndocs;
	for (size_t i = 0; same && i < ndocs; i++)
		same = node_equal(docs[i], new[i]);
	return same ? 0 : cannot_change(file, file->changes[0].node);
}

/* Files */

static int bundle_file(struct bundle *bundle, const char *path, const char *dir, enum artifact_kind kind,
	const char *name, struct artifact *artifact)
{
	struct arena *arena = bundle->arena;
	struct bundled bundled = { .bundle = bundle, .dir = dir, .shown = path };
	const struct file file = { .path = path, .shown = path, .most = YAML_SIZE_MOST };
	struct node **docs;
	size_t ndocs, len = 0;
	const char *text = NULL;
	if (file_read(arena, &file, NULL, &bundled.text, &bundled.len, bundle->errors) < 0 ||
		yaml_parse(arena, path, bundled.text, bundled.len, &docs, &ndocs, bundle->errors) < 0)
		return -1;
	int result = 0;
	for (size_t i = 0; i < ndocs; i++)
		result |= rename_files(&bundled, docs[i]);
	if (result < 0 || apply_changes(&bundled, &text, &len) < 0 ||
		(bundled.nchanges && check_changes(&bundled, docs, ndocs, text, len) < 0))
		return -1;
	artifact_add(arena, artifact, kind, name, text, len);
	return 0;
}

/* Only what lies here can be read once more as it was, and only so many as are read again. */
static int check_files(struct bundle *bundle)
{
	if (bundle->project->nfiles > ARTIFACT_FILES_MOST)
		return error_add(bundle->errors, ERROR_FILE, NULL, NULL,
			"more than %d compose files cannot be published", ARTIFACT_FILES_MOST);
	for (size_t i = 0; i < bundle->project->nfiles; i++) {
		const char *path = bundle->project->files[i];
		if (*path == '/')
			continue;
		error_add(bundle->errors, ERROR_FILE, NULL, NULL, "%s cannot be published",
			strcmp(path, "-") == 0 ? "what comes from standard input" : path);
		return error_hint(bundle->errors, "name a local file with -f");
	}
	return 0;
}

static int bundle_extends(struct bundle *bundle, struct artifact *artifact)
{
	const struct map_entry *entry;
	for (size_t at = 0; (entry = map_next(&bundle->extends, &at));) {
		const char *path = entry->key;
		if (artifact->nlayers >= ARTIFACT_LAYERS_MOST)
			return error_add(bundle->errors, ERROR_FILE, NULL, NULL,
				"more than %d files are extended", ARTIFACT_LAYERS_MOST);
		if (bundle_file(bundle, path, path_dir(bundle->arena, path), ARTIFACT_EXTENDS, entry->value,
			    artifact) < 0)
			return -1;
	}
	return 0;
}

static int bundle_envs(struct bundle *bundle, struct artifact *artifact, size_t *ret_left)
{
	const struct map_entry *entry;
	for (size_t at = 0; (entry = map_next(&bundle->envs, &at));) {
		const struct file file = {
			.path = entry->key, .shown = entry->key, .most = DOTENV_SIZE_MOST
		};
		const char *text;
		size_t len;
		if (access(entry->key, F_OK) != 0)
			continue;
		if (file_read(bundle->arena, &file, NULL, &text, &len, bundle->errors) < 0)
			return -1;
		artifact_add(bundle->arena, artifact, ARTIFACT_ENV, entry->value, text, len);
		--*ret_left;
	}
	return 0;
}

int bundle_make(struct arena *arena, const struct project *project, bool env, struct artifact *ret,
	size_t *ret_left, struct errors *errors)
{
	struct bundle bundle = { .arena = arena, .errors = errors, .project = project };
	*ret = (struct artifact){ 0 };
	interp_init(&bundle.interp, arena, project->env, map_create(arena), errors);
	map_init(&bundle.extends, arena);
	map_init(&bundle.envs, arena);
	if (check_files(&bundle) < 0)
		return -1;
	int result = 0;
	for (size_t i = 0; i < project->nfiles; i++) {
		const char *path = project->files[i];
		result |= bundle_file(&bundle, path, project->dir, ARTIFACT_FILE, path_base(path), ret);
	}
	if (result < 0 || bundle_extends(&bundle, ret) < 0)
		return -1;
	*ret_left = bundle.envs.count;
	return env ? bundle_envs(&bundle, ret, ret_left) : 0;
}
