/* Pictures of the graph: no box over another, no line over a box, text that is text. */
#include "base/text/svg.h"
#include "graph/dag/draw.h"
#include "graph/dag/layout.h"
#include "graph_model.h"
#include "unit.h"

#include <stdio.h>

static struct arena *arena;
static struct errors errors;

static int set_up(void **state)
{
	(void)state;
	arena = arena_create();
	errors_init(&errors, arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static double width_of(const struct dag_vertex *vertex)
{
	return 20 + SVG_CHARACTER * (double)strlen(vertex->service->key);
}

static struct dag *dag_of(struct project *project)
{
	static const struct dag_selection all = { 0 };
	const struct project **projects = ARENA_NEW(arena, const struct project *);
	struct dag *dag = NULL;
	projects[0] = project;
	assert_int_equal(dag_build(arena, projects, 1, &all, &dag, &errors), 0);
	return dag;
}

/* Services that each wait for up to `most` of those before, in all ways. */
static struct dag *dag_random(unsigned seed, size_t count, unsigned most)
{
	static const char *const ways[] = { "", ":healthy", ":completed", ":healthy:optional" };
	struct project *project = model_project(arena, "p");
	for (size_t i = 0; i < count; i++) {
		const char *needs = "";
		for (unsigned n = i ? seed / 7 % (most + 1) : 0; n; n--) {
			seed = seed * 1664525 + 1013904223;
			needs = arena_printf(
				arena, "%s s%zu%s", needs, (seed >> 8) % i, ways[(seed >> 5) % 4]);
		}
		seed = seed * 1664525 + 1013904223;
		model_service(arena, project, arena_printf(arena, "s%zu", i), needs);
	}
	return dag_of(project);
}

static bool boxes_overlap(const struct layout_box *a, const struct layout_box *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
	       b->y < a->y + a->height;
}

/* Whether a piece of a line, a curve within the rectangle of its ends, may touch a box from within. */
static bool piece_meets(
	const struct layout_point *from, const struct layout_point *to, const struct layout_box *box)
{
	double top = from->y < to->y ? from->y : to->y, bottom = from->y < to->y ? to->y : from->y;
	return from->x < box->x + box->width && box->x < to->x && top < box->y + box->height &&
	       box->y < bottom;
}

static void check_layout(const struct dag *dag)
{
	struct layout layout;
	size_t edges = 0, drawn = 0;
	assert_int_equal(dag_layout(arena, dag, width_of, &layout), 0);
	assert_int_equal(layout.nboxes, dag->count);
	for (size_t i = 0; i < layout.nboxes; i++) {
		const struct layout_box *box = &layout.boxes[i];
		assert_true(box->x >= 0 && box->y >= 0);
		assert_true(box->x + box->width <= layout.width && box->y + box->height <= layout.height);
		assert_true(box->width >= width_of(box->vertex));
		for (size_t j = 0; j < i; j++)
			assert_false(boxes_overlap(box, &layout.boxes[j]));
		for (size_t l = 0; l < layout.nlines; l++)
			for (size_t p = 1; p < layout.lines[l].npoints; p++)
				assert_false(piece_meets(
					&layout.lines[l].points[p - 1], &layout.lines[l].points[p], box));
		edges += box->vertex->nedges;
	}
	for (size_t l = 0; l < layout.nlines; l++)
		drawn += layout.lines[l].waiter != NULL;
	assert_int_equal(drawn, edges);
}

static void nothing_overlaps(void **state)
{
	(void)state;
	check_layout(dag_random(5, 5, 2));
	check_layout(dag_random(9, 1, 0));
	for (unsigned seed = 1; seed <= 5; seed++)
		check_layout(dag_random(seed * 77, 100, 3));
	check_layout(dag_random(4, 100, 12));
	check_layout(dag_random(4, 100, 0));
}

static void a_chain_of_two_has_one_line(void **state)
{
	(void)state;
	struct project *project = model_project(arena, "p");
	struct layout layout;
	model_service(arena, project, "web", "db:healthy");
	model_service(arena, project, "db", "");
	assert_int_equal(dag_layout(arena, dag_of(project), width_of, &layout), 0);
	assert_int_equal(layout.nlines, 1);
	assert_true(layout.lines[0].head);
	assert_string_equal(layout.boxes[0].vertex->service->key, "db");
	assert_true(layout.boxes[0].x < layout.boxes[1].x);
	assert_true(layout.boxes[0].y == layout.boxes[1].y);
}

static void what_is_too_large_is_refused(void **state)
{
	(void)state;
	struct project *project = model_project(arena, "p");
	struct dag *dag;
	model_service(arena, project, "s0", "");
	for (size_t i = 1; i < 600; i++) /* a chain, and four wait for each at its begin */
		model_service(arena, project, arena_printf(arena, "s%zu", i),
			arena_printf(arena, "s%zu s%zu:healthy", i - 1, i / 4));
	dag = dag_of(project);
	struct layout layout;
	assert_int_equal(dag_layout(arena, dag, width_of, &layout), -1);
	assert_int_equal(dag_draw(stderr, dag, "svg", &errors), -1);
	assert_non_null(strstr(errors.last->message, "too large"));
}

static const char *drawn(const struct dag *dag, const char *format)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_int_equal(dag_draw(out, dag, format, &errors), 0);
	fclose(out);
	const char *copy = arena_strdup(arena, text);
	free(text);
	return copy;
}

static void foreign_text_is_text(void **state)
{
	(void)state;
	struct project *project = model_project(arena, "<p>");
	model_service(arena, project, "a<b>&\"c'\x1b", "d:healthy:optional");
	model_service(arena, project, "d", "");
	static const char *const formats[] = { "svg", "html" };
	for (size_t i = 0; i < 2; i++) {
		const char *text = drawn(dag_of(project), formats[i]);
		assert_non_null(strstr(text, "a&lt;b&gt;&amp;&quot;c&#39;\\x1b</text>"));
		assert_non_null(strstr(text, "waits until d is healthy (optional)"));
		assert_null(strstr(text, "a<b>"));
		assert_null(strstr(text, "<p>"));
		assert_null(strchr(text, '\x1b'));
	}
}

static void long_names_are_cut_in_the_middle(void **state)
{
	(void)state;
	assert_string_equal(svg_cut(arena, "abcdef", 6), "abcdef");
	assert_string_equal(svg_cut(arena, "abcdefgh", 6), "ab\u2026fgh");
	assert_string_equal(svg_cut(arena, "\u00e4\u00f6\u00fc\u00df", 3), "\u00e4\u2026\u00df");
	assert_int_equal(svg_length("\u00e4b"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_overlaps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_chain_of_two_has_one_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(foreign_text_is_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_names_are_cut_in_the_middle, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
