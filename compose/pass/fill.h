/* What a file leaves unsaid: defaults, absolute paths, names, implicit dependencies, env files. */
#ifndef COMPOSE_FILL_H
#define COMPOSE_FILL_H

#include "base/map.h"
#include "compose/tree/node.h"

/* What is said of a relative path in a file that has no folder, and what to do about it. */
#define FILL_HOMELESS                                                                                        \
	"%s is a relative path, but this file comes from a web server: there is no folder to look in"
#define FILL_HOMELESS_HINT                                                                                   \
	"give the include a `project_directory`, read the file from a git repository, or keep a local copy"

/* Defaults of a file's attributes (build context, secret targets, port mode …). */
int fill_defaults(struct arena *arena, struct node *tree, struct errors *errors);

/* Relative paths below `dir`; `~` is `home` (may be NULL). `dir` itself may be relative: paths of a file that
 * `extends` or `include` reads are first put below that file's folder. NULL: the file came from a web server,
 * so a relative path is a mistake. */
int fill_paths(
	struct arena *arena, struct node *tree, const char *dir, const char *home, struct errors *errors);

/* Texts that come from the project environment: list entries `NAME` of environment, `environment` of secrets
 * and configs. */
int fill_environment(struct arena *arena, struct node *tree, const struct map *env, struct errors *errors);

/* Names in the tree that stand for their values in the environment: of `environment` and build arguments
 * without a value, of secrets and configs. Into `taken`, borrowed from the tree. */
void fill_taken(const struct node *tree, struct map *taken);

/* The whole project: default network, names, Dockerfile, values of build arguments and environment,
 * dependencies implied by links, volumes_from and namespaces. */
int fill_normalize(struct arena *arena, struct node *tree, const char *project, const struct map *env,
	struct errors *errors);

/* Moves services without an active profile out of the tree and returns them (name → service, never NULL).
 * `profiles` are the active ones ("*": all); the profiles of the services named become active, too. */
struct node *fill_profiles(struct arena *arena, struct node *tree, const char *const *profiles,
	size_t nprofiles, const char *const *services, size_t nservices, struct errors *errors);

/* The services named, as names or shell patterns, and what they depend on (name → node); NULL: none is named.
 */
const struct map *fill_needed(
	struct arena *arena, const struct node *tree, const char *const *services, size_t nservices);

/* Env files of the services in the tree are read into their environment, and the attribute removed. Those of
 * services that are not among `needed` (NULL: all are) may be missing, as for docker compose. */
int fill_env_files(struct arena *arena, struct node *tree, const struct map *env, const struct map *needed,
	struct errors *errors);

/* The same for label files and labels; the attribute stays. */
int fill_label_files(struct arena *arena, struct node *tree, struct errors *errors);

/* Removes networks, volumes, secrets, configs and models that no service of the tree uses. */
void fill_prune(struct arena *arena, struct node *tree);

/* Keeps only the services named and what they depend on; names may be shell patterns. Returns -1 for an
 * unknown one. */
int fill_select(struct arena *arena, struct node *tree, const struct node *disabled,
	const char *const *services, size_t nservices, struct errors *errors);

#endif
