#include "compose/load/source.h"

#include "base/url.h"
#include "compose/tree/dotenv.h"
#include "compose/tree/file.h"
#include "compose/tree/path.h"
#include "compose/load/remote.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Searched in every directory upwards, in this order. fig.yml is how it all began. */
static const char *const config_names[] = { "compose.yaml", "compose.yml", "docker-compose.yml",
	"docker-compose.yaml", "fig.yml", "fig.yaml" };
static const char *const override_names[] = { "compose.override.yml", "compose.override.yaml",
	"docker-compose.override.yml", "docker-compose.override.yaml" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct search {
	struct arena *arena;
	const struct load_options *options;
	const char *dir; /* --project-directory, absolute, or NULL */
	struct source *source;
	struct errors *errors;
};

static bool exists(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0;
}

static bool given(const char *text)
{
	return text && *text;
}

/* A variable, or its name of fig's days when that is unset. */
static const char *setting(const struct search *search, const char *name, const char *old)
{
	const char *value = map_get(search->source->env, name);
	return value || !old ? value : map_get(search->source->env, old);
}

/* Go's boolean words. */
static int parse_bool(const struct search *search, const char *name, const char *text, bool *ret)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True" };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False" };
	for (size_t i = 0; i < COUNT(yes); i++) {
		if (strcmp(text, yes[i]) == 0)
			return *ret = true, 0;
		if (strcmp(text, no[i]) == 0)
			return *ret = false, 0;
	}
	error_add(search->errors, ERROR_USAGE, NULL, NULL, "%s: \"%s\" is not a boolean", name, text);
	return error_hint(search->errors, "write true or false");
}

/* Appends the parts of a separated list, blanks trimmed; `empty`: with the empty ones. */
static void split_setting(struct arena *arena, const char *text, const char *separator, bool empty,
	const char ***list, size_t *count)
{
	size_t step = strlen(separator);
	while (text) {
		const char *end = strstr(text, separator);
		size_t len = end ? (size_t)(end - text) : strlen(text);
		const char *item = text;
		while (len && isspace((unsigned char)*item))
			item++, len--;
		while (len && isspace((unsigned char)item[len - 1]))
			len--;
		if (len || empty)
			*ARENA_PUSH(arena, *list, *count) = arena_strndup(arena, item, len);
		text = end ? end + step : NULL;
	}
}

/* The text of an env file. A pipe has it once, and more than one question may need it. */
static int read_env(struct search *search, const struct file *file, const char **ret_text, size_t *ret_len)
{
	struct map *pipes = search->options->env_pipes;
	struct stat info;
	const char *kept = pipes ? map_get(pipes, file->path) : NULL;
	if (kept) {
		*ret_text = kept;
		*ret_len = strlen(kept);
		return 0;
	}
	bool regular = stat(file->path, &info) == 0 && S_ISREG(info.st_mode);
	if (file_read(search->arena, file, NULL, ret_text, ret_len, search->errors) != 0)
		return -1;
	if (pipes && !regular)
		map_set(pipes, file->path, (void *)*ret_text);
	return 0;
}

/* Adds the values of env files; what is set already stays. */
static int add_env(struct search *search, const char *const *paths, size_t npaths)
{
	struct dotenv dotenv = { .arena = search->arena,
		.get = dotenv_map_get,
		.arg = search->source->env,
		.into = map_create(search->arena) };
	for (size_t i = 0; i < npaths; i++) {
		struct file file = { .path = paths[i],
			.shown = path_shown(search->options->cwd, paths[i]),
			.most = DOTENV_SIZE_MOST };
		const char *text;
		size_t len;
		if (read_env(search, &file, &text, &len) != 0 ||
			dotenv_parse(&dotenv, file.shown, text, len, search->errors) != 0)
			return -1;
	}
	size_t at = 0;
	const struct map_entry *entry;
	while ((entry = map_next(dotenv.into, &at)))
		if (!map_has(search->source->env, entry->key))
			map_set(search->source->env, entry->key, entry->value);
	return 0;
}

static int add_default_env(struct search *search, const char *dir)
{
	const char *path = path_join(search->arena, dir, ".env");
	struct stat info;
	if (stat(path, &info) != 0 || S_ISDIR(info.st_mode))
		return 0;
	return add_env(search, &path, 1);
}

static int add_given_env(struct search *search)
{
	struct source *source = search->source;
	const char **paths = NULL;
	size_t npaths = 0;
	for (size_t i = 0; i < source->nenv_files; i++) {
		const char *path = path_clean(search->arena, source->env_files[i]);
		if (!exists(path)) {
			error_add(search->errors, ERROR_FILE, NULL, NULL, "couldn't find env file: %s", path);
			return error_hint(search->errors, "it was named by --env-file or COMPOSE_ENV_FILES");
		}
		*ARENA_PUSH(search->arena, paths, npaths) = path;
	}
	return add_env(search, paths, npaths);
}

/* First directory that may hold a default .env, before the files are known. */
static const char *early_dir(const struct search *search)
{
	const struct load_options *options = search->options;
	if (search->dir)
		return search->dir;
	for (size_t i = 0; i < options->nfiles && !url_is_remote(options->files[i]); i++)
		if (strcmp(options->files[i], "-") != 0)
			return path_dir(
				search->arena, path_join(search->arena, options->cwd, options->files[i]));
	return options->cwd;
}

/* Uses the first of the names that exists in `dir`, and says so when there are several. */
static bool pick(
	struct search *search, const char *dir, const char *const *names, size_t nnames, const char *what)
{
	const char *first = NULL, *all = NULL;
	for (size_t i = 0; i < nnames; i++) {
		const char *path = path_join(search->arena, dir, names[i]);
		if (!exists(path))
			continue;
		all = all ? arena_printf(search->arena, "%s, %s", all, path) : path;
		first = first ? first : path;
	}
	if (!first)
		return false;
	if (all != first) {
		error_warn(search->errors, NULL, NULL, "Found multiple %s files with supported names: %s",
			what, all);
		error_warn(search->errors, NULL, NULL, "Using %s", first);
	}
	*ARENA_PUSH(search->arena, search->source->files, search->source->nfiles) = first;
	return true;
}

static bool is_folder(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int find_upwards(struct search *search)
{
	const char *start = search->dir ? search->dir : search->options->cwd, *dir = start;
	if (search->dir && !is_folder(search->dir)) {
		error_add(search->errors, ERROR_USAGE, NULL, NULL, "--project-directory: %s %s", search->dir,
			exists(search->dir) ? "is no folder" : "is not there");
		return error_hint(search->errors, "name the folder of the compose file, or the file with -f");
	}
	while (!pick(search, dir, config_names, COUNT(config_names), "config")) {
		if (strcmp(dir, "/") == 0) {
			error_add(search->errors, ERROR_FILE, NULL, NULL,
				"no configuration file provided: not found");
			return error_hint(search->errors,
				"%s and the directories above were searched for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml, fig.yml and fig.yaml; name another with -f",
				start);
		}
		dir = path_dir(search->arena, dir);
	}
	pick(search, dir, override_names, COUNT(override_names), "override");
	return 0;
}

static int add_named_file(struct search *search, const char *name, bool must_exist)
{
	bool as_is = strcmp(name, "-") == 0 || url_is_remote(name);
	const char *path = as_is ? name : path_join(search->arena, search->options->cwd, name);
	if (must_exist && !as_is && !exists(path)) {
		error_add(search->errors, ERROR_FILE, NULL, NULL, "stat %s: no such file or directory", path);
		return error_hint(search->errors, "it was named by COMPOSE_FILE");
	}
	*ARENA_PUSH(search->arena, search->source->files, search->source->nfiles) = path;
	return 0;
}

/* The files of the project: those of -f, else those of COMPOSE_FILE, else what is found in the folder or
 * above it. */
static int find_files(struct search *search)
{
	const struct load_options *options = search->options;
	for (size_t i = 0; i < options->nfiles; i++)
		if (add_named_file(search, options->files[i], false) != 0)
			return -1;
	if (options->nfiles)
		return 0;
	const char *list = setting(search, "COMPOSE_FILE", "FIG_FILE");
	if (!list)
		return find_upwards(search);
	const char *separator = setting(search, "COMPOSE_PATH_SEPARATOR", NULL);
	const char **names = NULL;
	size_t nnames = 0;
	split_setting(search->arena, list, given(separator) ? separator : ":", false, &names, &nnames);
	if (!nnames)
		return add_named_file(search, "", false);
	for (size_t i = 0; i < nnames; i++)
		if (add_named_file(search, names[i], true) != 0)
			return -1;
	return 0;
}

static void set_dir(struct search *search)
{
	struct source *source = search->source;
	source->dir = search->dir;
	for (size_t i = 0; i < source->nfiles && !source->dir && !url_is_remote(source->files[i]); i++)
		if (strcmp(source->files[i], "-") != 0)
			source->dir = path_dir(search->arena, source->files[i]);
	if (!source->dir)
		source->dir = search->options->cwd;
}

/* Lower case, only [a-z0-9_-], no leading - or _. */
static const char *source_normal_name(struct arena *arena, const char *text)
{
	char *name = arena_alloc(arena, strlen(text) + 1);
	size_t len = 0;
	for (; *text; text++) {
		char c = (char)tolower((unsigned char)*text);
		bool mark = c == '-' || c == '_';
		if ((mark && len) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			name[len++] = c;
	}
	return name;
}

static int fix_name(struct search *search, const char *name, const char *origin)
{
	const char *normal = source_normal_name(search->arena, name);
	if (strcmp(normal, name) == 0) {
		search->source->name = normal;
		return 0;
	}
	error_add(search->errors, ERROR_USAGE, NULL, NULL,
		"invalid project name \"%s\": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number",
		name);
	return *normal ? error_hint(search->errors, "%s: write %s", origin, normal)
		       : error_hint(search->errors, "%s: choose another name", origin);
}

static int source_set_name(struct search *search)
{
	if (given(search->options->project_name))
		return fix_name(search, search->options->project_name, "--project-name");
	const char *name = setting(search, "COMPOSE_PROJECT_NAME", "FIG_PROJECT_NAME");
	return given(name) ? fix_name(search, name, "COMPOSE_PROJECT_NAME") : 0;
}

static void set_profiles(struct search *search)
{
	struct source *source = search->source;
	const char *list = setting(search, "COMPOSE_PROFILES", NULL);
	if (!list)
		list = "";
	for (size_t i = 0; i < search->options->nprofiles; i++)
		*ARENA_PUSH(search->arena, source->profiles, source->nprofiles) =
			search->options->profiles[i];
	if (!source->nprofiles) /* an empty list names the empty profile: ["${DEBUG:-}"] is on (compose 2.40)
				 */
		split_setting(search->arena, list, ",", true, &source->profiles, &source->nprofiles);
}

static void copy_env(struct search *search)
{
	struct map *env = search->source->env = map_create(search->arena);
	size_t at = 0;
	const struct map_entry *entry;
	while (search->options->os_env && (entry = map_next(search->options->os_env, &at)))
		map_set(env, entry->key, entry->value);
	if (!map_has(env, "PWD"))
		map_set(env, "PWD", (void *)search->options->cwd);
}

/* The environment as far as it does not depend on what file is found. */
static int early_env(struct search *search, bool *ret_default)
{
	struct source *source = search->source;
	bool disabled = false;
	copy_env(search);
	for (size_t i = 0; i < search->options->nenv_files; i++)
		*ARENA_PUSH(search->arena, source->env_files, source->nenv_files) =
			search->options->env_files[i];
	const char *list = map_get(source->env, "COMPOSE_ENV_FILES");
	if (!source->nenv_files && given(list))
		split_setting(search->arena, list, ",", false, &source->env_files, &source->nenv_files);
	for (size_t i = 0; i < source->nenv_files; i++)
		if (source->env_files[i][0] != '/')
			source->env_files[i] =
				path_join(search->arena, search->options->cwd, source->env_files[i]);
	*ret_default = false;
	if (source->nenv_files)
		return add_given_env(search);
	const char *disable = map_get(source->env, "COMPOSE_DISABLE_ENV_FILE");
	if (given(disable) && parse_bool(search, "COMPOSE_DISABLE_ENV_FILE", disable, &disabled) != 0)
		return -1;
	*ret_default = !disabled;
	return disabled ? 0 : add_default_env(search, early_dir(search));
}

static void search_init(struct search *search, struct arena *arena, const struct load_options *options,
	struct source *source, struct errors *errors)
{
	*search = (struct search){ .arena = arena, .options = options, .source = source, .errors = errors };
	if (given(options->project_dir))
		search->dir = path_join(arena, options->cwd, options->project_dir);
}

int source_find(struct arena *arena, const struct load_options *options, struct source *ret_source,
	struct errors *errors)
{
	struct search search;
	bool defaults;
	*ret_source = (struct source){ 0 };
	search_init(&search, arena, options, ret_source, errors);
	if (early_env(&search, &defaults) != 0 || find_files(&search) != 0)
		return -1;
	set_dir(&search);
	if (defaults && strcmp(early_dir(&search), ret_source->dir) != 0 &&
		add_default_env(&search, ret_source->dir) != 0)
		return -1;
	set_profiles(&search);
	const char *windows = setting(&search, "COMPOSE_CONVERT_WINDOWS_PATHS", NULL);
	if (given(windows) && parse_bool(&search, "COMPOSE_CONVERT_WINDOWS_PATHS", windows,
				      &ret_source->windows_paths) != 0)
		return -1;
	return source_set_name(&search);
}

const char *source_name(
	struct arena *arena, const struct source *source, const char *declared, struct errors *errors)
{
	struct stat info;
	if (source->name)
		return source->name;
	const char *name = source_normal_name(arena, declared ? declared : path_base(source->dir));
	if (!*name) {
		error_add(errors, ERROR_FILE, NULL, NULL, "project name must not be empty");
		error_hint(errors, "set a top-level `name:`, COMPOSE_PROJECT_NAME or -p NAME");
		return NULL;
	}
	if (!declared && lstat(source->dir, &info) == 0 && S_ISLNK(info.st_mode))
		error_warn(errors, NULL, NULL,
			"project has been loaded without an explicit name from a symlink. Using name \"%s\"",
			name);
	return name;
}

bool load_file_wanted(struct arena *arena, const struct load_options *options)
{
	struct errors ignored;
	struct source source = { 0 };
	struct search search;
	bool defaults;
	errors_init(&ignored, arena);
	search_init(&search, arena, options, &source, &ignored);
	return early_env(&search, &defaults) != 0 || setting(&search, "COMPOSE_FILE", "FIG_FILE") ||
	       (search.dir && !is_folder(search.dir)) || find_files(&search) == 0;
}

int load_name(
	struct arena *arena, const struct load_options *options, const char **ret_name, struct errors *errors)
{
	struct errors ignored;
	struct source source = { 0 };
	struct search search;
	bool defaults;
	errors_init(&ignored, arena);
	search_init(&search, arena, options, &source, &ignored);
	early_env(&search, &defaults);
	search.errors = errors;
	int result = source_set_name(&search);
	*ret_name = source.name;
	return result;
}

const struct map *load_settings(struct arena *arena, const struct load_options *options)
{
	struct errors ignored;
	struct source source = { 0 };
	struct search search;
	struct map *settings = map_create(arena);
	const struct map_entry *entry;
	bool defaults;
	errors_init(&ignored, arena);
	search_init(&search, arena, options, &source, &ignored);
	early_env(&search, &defaults);
	for (size_t at = 0; (entry = map_next(source.env, &at));)
		if (map_has(options->os_env, entry->key) || strncmp(entry->key, "COMPOSE_", 8) == 0)
			map_set(settings, entry->key, entry->value);
	return settings;
}
