/* registry ls, show, check: the applications that the registries describe. */
#include "base/quote.h"
#include "cmd/table/columns.h"
#include "cmd/line/commands.h"
#include "cmd/open/project.h"

#include <string.h>

struct registry_options {
	const char *format;
};

#define AT(member) offsetof(struct registry_options, member)

static const struct opt rows[] = {
	{ OPT_TEXT, "format", 0, AT(format), "KIND", "How they are printed", .choices = "table|json",
		.value = VALUE_CHOICE },
	{ 0 },
};

static const struct opt check_rows[] = {
	{ OPT_TEXT, "format", 0, AT(format), "KIND", "How findings are printed", .choices = "text|json",
		.value = VALUE_CHOICE },
	{ 0 },
};

static bool is_json(const struct registry_options *options)
{
	return options->format && strcmp(options->format, "json") == 0;
}

/* Loads the registries; it is an error when there are none. */
static int open_registry(struct ctx *ctx, struct scope *ret_scope)
{
	struct scope_wish wish = { .registry_only = true };
	if (scope_open(ctx, &wish, ret_scope) < 0)
		return -1;
	if (ret_scope->applications)
		return 0;
	error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "there is no application registry");
	return error_hint(&ctx->errors,
		"name one with --registry FILE or x-flow.registry in the compose file; "
		"without a compose file ./registry.yml is read");
}

static const char *ports_of(struct arena *arena, const struct service *service)
{
	const char *text = "";
	for (size_t i = 0; service->flow && i < service->flow->nports; i++) {
		const struct flow_port *port = service->flow->ports[i];
		text = arena_printf(arena, "%s%s", text, *text ? ", " : "");
		if (port->external.set)
			text = arena_printf(arena, "%s%lld:", text, (long long)port->external.value);
		text = arena_printf(arena, "%s%lld", text, (long long)port->internal);
	}
	return text;
}

static const char *needs_of(struct arena *arena, const struct service *service)
{
	const char *text = "";
	for (size_t i = 0; service->flow && i < service->flow->ndependencies; i++)
		text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", service->flow->dependencies[i]);
	return text;
}

/* One application. One that a service of the compose file replaces has no place in the graph, so no
 * priority. */
static void registry_print_json(
	struct ctx *ctx, const struct scope *scope, const struct service *service, const char *after)
{
	const struct dag_vertex *vertex = dag_find(scope->dag, service->key);
	auto_buf struct buf line;
	buf_init(&line, 1 << 20);
	buf_puts(&line, "{\"id\":");
	quote_json(&line, service->key);
	quote_member(&line, "image", service_image(ctx->arena, service));
	buf_puts(&line, ",\"ports\":[");
	for (size_t i = 0; service->flow && i < service->flow->nports; i++) {
		const struct flow_port *port = service->flow->ports[i];
		buf_printf(&line, "%s{\"internal\":%lld", i ? "," : "", (long long)port->internal);
		if (port->external.set)
			buf_printf(&line, ",\"external\":%lld", (long long)port->external.value);
		buf_putc(&line, '}');
	}
	buf_puts(&line, "],\"dependencies\":[");
	for (size_t i = 0; service->flow && i < service->flow->ndependencies; i++) {
		buf_puts(&line, i ? "," : "");
		quote_json(&line, service->flow->dependencies[i]);
	}
	bool replaced = !vertex || vertex->service != service;
	buf_printf(&line, "],\"priority\":%u,\"replaced\":%s}%s\n", replaced ? 0 : vertex->priority,
		replaced ? "true" : "false", after);
	fputs(buf_text(&line), ctx->output.stream);
}

/* All applications of the registries, those that the compose file replaces too. */
static int registry_ls_run(struct ctx *ctx, const void *options)
{
	static const char *const headings[] = { "ID", "IMAGE", "PORTS", "PRIORITY", "DEPENDENCIES" };
	struct scope scope;
	struct columns columns;
	if (open_registry(ctx, &scope) < 0)
		return -1;
	const struct project *project = scope.applications;
	if (is_json(options)) {
		fputs("[", ctx->output.stream);
		for (size_t i = 0; i < project->nservices; i++)
			registry_print_json(
				ctx, &scope, project->services[i], i + 1 < project->nservices ? "," : "");
		fputs("]\n", ctx->output.stream);
		return 0;
	}
	columns_init(&columns, ctx->arena, headings, 5);
	for (size_t i = 0; i < project->nservices; i++) {
		const struct service *service = project->services[i];
		const struct dag_vertex *vertex = dag_find(scope.dag, service->key);
		bool replaced = !vertex || vertex->service != service;
		const char *cells[] = { service->key, service_image(ctx->arena, service),
			ports_of(ctx->arena, service),
			replaced ? "replaced" : arena_printf(ctx->arena, "%u", vertex->priority),
			needs_of(ctx->arena, service) };
		columns_add(&columns, cells);
	}
	columns_print(ctx->output.stream, &columns);
	return 0;
}

/* One application by its id; a wrong one is answered with the nearest. */
static int registry_show_run(struct ctx *ctx, const void *options)
{
	struct scope scope;
	if (open_registry(ctx, &scope) < 0)
		return -1;
	const struct service *service = project_service(scope.applications, ctx->args[0]);
	if (!service) {
		struct texts ids = { 0 };
		for (size_t i = 0; i < scope.applications->nservices; i++)
			texts_add(ctx->arena, &ids, scope.applications->services[i]->key);
		error_add(&ctx->errors, ERROR_USAGE, NULL, NULL, "no such application: %s", ctx->args[0]);
		return error_hint_names(&ctx->errors, ctx->args[0], "applications", ids.items, ids.count);
	}
	if (is_json(options)) {
		registry_print_json(ctx, &scope, service, "");
		return 0;
	}
	const struct dag_vertex *vertex = dag_find(scope.dag, service->key);
	FILE *out = ctx->output.stream;
	fprintf(out, "id            %s\nimage         ", service->key);
	quote_plain_print(out, service_image(ctx->arena, service));
	fprintf(out, "\nports         %s\ndependencies  %s\n", ports_of(ctx->arena, service),
		needs_of(ctx->arena, service));
	if (vertex && vertex->service == service)
		fprintf(out, "priority      %u\n", vertex->priority);
	else
		fprintf(out, "replaced      by the service of the compose file\n");
	return 0;
}

static int registry_check_run(struct ctx *ctx, const void *options)
{
	struct scope scope;
	ctx->json_errors = is_json(options);
	if (open_registry(ctx, &scope) < 0)
		return -1;
	if (is_json(options))
		fprintf(ctx->output.stream, "{\"applications\":%zu}\n", scope.applications->nservices);
	else
		fprintf(ctx->output.stream, "%zu application%s, no mistakes\n", scope.applications->nservices,
			scope.applications->nservices == 1 ? "" : "s");
	return 0;
}

const struct cmd cmd_registry_ls = {
	.name = "registry ls",
	.args = "",
	.brief = "List the applications of the registries",
	.examples =
		(const struct cmd_example[]){
			{ "--registry registry.yml registry ls", "all applications" }, { 0 } },
	.group = GROUP_FILE,
	.rows = rows,
	.size = sizeof(struct registry_options),
	.run = registry_ls_run,
};

const struct cmd cmd_registry_show = {
	.name = "registry show",
	.args = "ID",
	.brief = "Print one application",
	.examples =
		(const struct cmd_example[]){
			{ "registry show cart", "one application: image, ports, dependencies" }, { 0 } },
	.group = GROUP_FILE,
	.rows = rows,
	.size = sizeof(struct registry_options),
	.min_args = 1,
	.most = 1,
	.arg = VALUE_APPLICATION,
	.run = registry_show_run,
};

const struct cmd cmd_registry_check = {
	.name = "registry check",
	.args = "",
	.brief = "Check the registries: ids, ports, dependencies, cycles",
	.text = "Everything that is wrong is told in one run, of all registries.",
	.examples =
		(const struct cmd_example[]){ { "--registry https://example.com/registry.yml registry check",
						      "all mistakes of a registry" },
			{ 0 } },
	.group = GROUP_FILE,
	.rows = check_rows,
	.size = sizeof(struct registry_options),
	.run = registry_check_run,
};
