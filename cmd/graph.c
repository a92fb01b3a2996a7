#include "cmd/line/commands.h"
#include "cmd/open/project.h"

struct graph_options {
	const char *format;
	struct texts applications;
};

#define AT(member) offsetof(struct graph_options, member)

static const struct opt rows[] = {
	{ OPT_TEXTS, "app", 0, AT(applications), "ID",
		"Include an application of the registry with its upstream; can be repeated",
		.value = VALUE_APPLICATION },
	{ OPT_TEXT, "format", 0, AT(format), "KIND", "How the graph is drawn",
		.choices = "text|dot|mermaid|svg|html|json", .value = VALUE_CHOICE },
	{ 0 },
};

static int graph_run(struct ctx *ctx, const void *options)
{
	const struct graph_options *graph = options;
	struct scope_wish wish = {
		.selection = { .services = ctx->args,
			.nservices = ctx->nargs,
			.applications = graph->applications.items,
			.napplications = graph->applications.count,
			.looking = true },
	};
	struct scope scope;
	if (scope_open(ctx, &wish, &scope) < 0)
		return -1;
	return dag_draw(ctx->output.stream, scope.dag, graph->format ? graph->format : "text", &ctx->errors);
}

const struct cmd cmd_graph = {
	.name = "graph",
	.args = "[SERVICE...]",
	.brief = "Draw what depends on what, and why",
	.examples = (const struct cmd_example[]){ { "graph", "what waits for what" },
		{ "graph --format svg > graph.svg", "a picture; --format html: a page with it" },
		{ "graph --format mermaid web", "what web needs, for a README" }, { 0 } },
	.group = GROUP_LOOK,
	.rows = rows,
	.size = sizeof(struct graph_options),
	.most = -1,
	.arg = VALUE_SERVICE,
	.run = graph_run,
};
