/* What the command line asks for, and everything that needs. */
#include "graph/dag/dag.h"

#include <fnmatch.h>
#include <string.h>

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* A service as lists of what could be meant have it: with its profile, when only that switches it on. */
static const char *shown_key(struct arena *arena, const struct service *service)
{
	return service->disabled && service->nprofiles
		       ? arena_printf(arena, "%s (profile %s)", service->key, service->profiles[0])
		       : service->key;
}

/* The nearest name, else which there are; returns whether there is any. */
static bool hint_services(
	struct arena *arena, const struct dag *dag, const char *name, bool application, struct errors *errors)
{
	const char **keys = NULL, **shown = NULL;
	size_t nkeys = 0, nshown = 0;
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			const struct service *service = project->services[i];
			if (application && !service->application)
				continue;
			*ARENA_PUSH(arena, keys, nkeys) = service->key;
			*ARENA_PUSH(arena, shown, nshown) = shown_key(arena, service);
		}
	}
	if (!error_hint_near(errors, name, keys, nkeys))
		error_hint_names(errors, name, application ? "applications" : "services", shown, nshown);
	return nkeys > 0;
}

void dag_no_such(struct arena *arena, const struct dag *dag, const char *option, const char *name,
	bool application, struct errors *errors)
{
	const char *kind = application ? "application" : "service";
	for (size_t p = 0; p < dag->nprojects; p++) {
		const struct project *project = dag->projects[p];
		for (size_t i = 0; i < project->nservices; i++) {
			const struct service *service = project->services[i];
			if (!service->disabled || strcmp(service->key, name))
				continue;
			error_add(errors, ERROR_USAGE, NULL, NULL, "%s%s \"%s\" is in no active profile",
				option, kind, name);
			if (service->nprofiles)
				error_hint(errors, "activate it with --profile %s", service->profiles[0]);
			return;
		}
	}
	error_add(errors, ERROR_USAGE, NULL, NULL,
		is_pattern(name) ? "%sno %s matches \"%s\"" : "%sno such %s: %s", option, kind, name);
	if (!hint_services(arena, dag, name, application, errors) && application)
		error_hint(errors,
			"no application registry is read: name one with --registry FILE or x-flow.registry");
}

/* What a word of the command line says: +NAME+. */
struct selector {
	const char *name;
	bool upstream, downstream;
};

static struct selector selector_read(struct arena *arena, const char *word)
{
	struct selector selector = { .upstream = *word == '+' };
	word += selector.upstream;
	size_t len = strlen(word);
	selector.downstream = len && word[len - 1] == '+';
	selector.name = arena_strndup(arena, word, len - selector.downstream);
	return selector;
}

const char *dag_selected_name(struct arena *arena, const char *word)
{
	return selector_read(arena, word).name;
}

bool dag_selects_more(const struct dag_selection *selection)
{
	bool more = selection->nexcepts > 0;
	for (size_t i = 0; i < selection->nservices; i++)
		more |= is_pattern(selection->services[i]) || strchr(selection->services[i], '+');
	return more;
}

/* How the vertices that a word means are marked. */
static void name_vertex(struct dag_vertex *vertex, const struct selector *selector)
{
	vertex->named = true;
	vertex->upstream |= selector->upstream;
	vertex->downstream |= selector->downstream;
}

/* Marks what a word means. A pattern means services of the file, or applications when asked for. */
static void select_word(struct arena *arena, const struct dag *dag, const char *word, bool application,
	bool unknown_is_none, struct errors *errors)
{
	const struct selector selector = selector_read(arena, word);
	struct dag_vertex *vertex = dag_find(dag, selector.name);
	bool found = vertex && (!application || vertex->service->application);
	if (found) {
		name_vertex(vertex, &selector);
		vertex->literal = true;
	}
	for (size_t i = 0; !vertex && is_pattern(selector.name) && i < dag->count; i++) {
		struct dag_vertex *each = dag->vertices[i];
		if (each->service->application != application || each->service->disabled ||
			fnmatch(selector.name, each->service->key, 0))
			continue;
		name_vertex(each, &selector);
		found = true;
	}
	if (!found && !unknown_is_none)
		dag_no_such(arena, dag, "", selector.name, application, errors);
}

/* Whether a dependency goes along with what needs it. */
static bool goes_along(const struct dag_edge *edge)
{
	return edge->required || !edge->to->service->disabled;
}

/* +NAME names all that the service needs, NAME+ all that needs it: dependents come after their dependencies
 * in the order, so one pass from each end finds them. */
static void name_streams(const struct dag *dag)
{
	for (size_t i = dag->count; i-- > 0;) {
		struct dag_vertex *vertex = dag->sorted[i];
		for (size_t e = 0; vertex->upstream && e < vertex->nedges; e++)
			if (goes_along(&vertex->edges[e]))
				name_vertex(vertex->edges[e].to, &(struct selector){ .upstream = true });
	}
	for (size_t i = 0; i < dag->count; i++) {
		struct dag_vertex *vertex = dag->sorted[i];
		for (size_t d = 0; vertex->downstream && d < vertex->ndependents; d++)
			if (!vertex->dependents[d]->service->disabled)
				name_vertex(vertex->dependents[d], &(struct selector){ .downstream = true });
	}
}

/* What the words of --except mean is not named any more, and never selected. */
static void except_words(struct arena *arena, const struct dag *dag, const struct dag_selection *selection,
	struct errors *errors)
{
	bool *named = ARENA_ARRAY(arena, bool, dag->count + 1);
	bool left = false;
	for (size_t i = 0; i < dag->count; i++) {
		named[i] = dag->vertices[i]->named;
		dag->vertices[i]->named = dag->vertices[i]->upstream = dag->vertices[i]->downstream = false;
	}
	for (size_t i = 0; i < selection->nexcepts; i++)
		select_word(arena, dag, selection->excepts[i], false, false, errors);
	name_streams(dag);
	for (size_t i = 0; i < dag->count; i++) {
		struct dag_vertex *vertex = dag->vertices[i];
		vertex->excepted = vertex->named;
		vertex->named = named[i] && !vertex->excepted;
		left |= vertex->named;
	}
	if (!left)
		error_add(errors, ERROR_USAGE, NULL, NULL, "--except leaves no service");
}

/* Without names: all active services of the file, or all applications when there is nothing else. */
static void select_all(struct dag *dag)
{
	bool services = false;
	for (size_t i = 0; i < dag->count; i++)
		services |= !dag->vertices[i]->service->application;
	for (size_t i = 0; i < dag->count; i++) {
		const struct service *service = dag->vertices[i]->service;
		dag->vertices[i]->named = !service->disabled && (!services || !service->application);
	}
}

int dag_select(
	struct arena *arena, struct dag *dag, const struct dag_selection *selection, struct errors *errors)
{
	size_t before = errors->count;
	for (size_t i = 0; i < selection->nservices; i++)
		select_word(arena, dag, selection->services[i], false, selection->unknown_is_none, errors);
	for (size_t i = 0; i < selection->napplications; i++)
		select_word(arena, dag, selection->applications[i], true, false, errors);
	name_streams(dag);
	if (!selection->nservices && !selection->napplications)
		select_all(dag);
	if (selection->nexcepts)
		except_words(arena, dag, selection, errors);
	if (errors->count > before)
		return -1;
	/* Dependents come after their dependencies in the order, so one pass from the end finds the closure.
	 */
	for (size_t i = dag->count; i-- > 0;) {
		struct dag_vertex *vertex = dag->sorted[i];
		vertex->selected |= vertex->named;
		if (!vertex->selected)
			continue;
		for (size_t e = 0; e < vertex->nedges; e++) {
			struct dag_vertex *to = vertex->edges[e].to;
			if (!selection->no_deps && goes_along(&vertex->edges[e]) && !to->excepted)
				to->selected = true;
			if (vertex->edges[e].condition == CONDITION_COMPLETED)
				to->awaited = true;
		}
	}
	return 0;
}

void dag_drop(const struct dag *dag, struct dag_vertex *vertex)
{
	vertex->selected = false;
	vertex->dropped = true;
	/* Dependents come after their dependencies in the order. */
	for (size_t i = vertex->order + 1; i < dag->count; i++) {
		struct dag_vertex *later = dag->sorted[i];
		for (size_t e = 0; later->selected && e < later->nedges; e++) {
			if (!later->edges[e].required || !later->edges[e].to->dropped)
				continue;
			later->selected = false;
			later->dropped = true;
		}
	}
}

void dag_select_restarted(const struct dag *dag)
{
	/* Dependents come after their dependencies in the order. */
	for (size_t i = 0; i < dag->count; i++) {
		struct dag_vertex *vertex = dag->sorted[i];
		for (size_t e = 0; !vertex->service->disabled && e < vertex->nedges; e++)
			vertex->selected |= vertex->edges[e].restart && !vertex->excepted &&
					    vertex->edges[e].to->selected;
	}
}
