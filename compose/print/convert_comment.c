#include "compose/print/convert_comment.h"

#include "compose/print/comment.h"

#include <stdlib.h>

/* A key or item to which comments can belong. */
struct anchor {
	const struct mark *at;
	bool item;
	unsigned col; /* of an item that of its dash */
};

struct anchors {
	struct arena *arena;
	struct anchor *items;
	size_t count;
};

static void add_anchor(struct anchors *anchors, const struct mark *at, bool item)
{
	if (at->line)
		*ARENA_PUSH(anchors->arena, anchors->items, anchors->count) =
			(struct anchor){ at, item, item && at->col > 2 ? at->col - 2 : at->col };
}

/* Keys and items of what will be written; those that are left out have no say. */
static void collect_anchors(struct anchors *anchors, const struct node *node)
{
	for (size_t i = 0; node->kind == NODE_MAP && i < node->nmembers; i++) {
		add_anchor(anchors, &node->members[i].at, false);
		collect_anchors(anchors, node->members[i].value);
	}
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++) {
		add_anchor(anchors, &node->items[i]->at, true);
		collect_anchors(anchors, node->items[i]);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct mark *x = ((const struct anchor *)a)->at, *y = ((const struct anchor *)b)->at;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->col > y->col) - (x->col < y->col);
}

/* The first anchor on `line` or below it; the count when there is none. */
static size_t first_from(const struct anchors *anchors, unsigned line)
{
	size_t low = 0, high = anchors->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (anchors->items[middle].at->line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *place_key(struct arena *arena, enum comment_place place, const struct mark *at)
{
	return place == COMMENT_TOP ? "" : arena_printf(arena, "%d %u %u", (int)place, at->line, at->col);
}

static void put_comment(struct convert_comments *comments, const struct comment *comment,
	enum comment_place place, const struct mark *at)
{
	const char *key = place_key(comments->arena, place, at), *there = map_get(&comments->texts, key);
	map_set(&comments->texts, key,
		arena_printf(
			comments->arena, "%s%s%s", there ? there : "", there ? "\n" : "", comment->text));
}

/* One comment: beside what its line begins with; else above what follows, unless that stands further left,
 * where it would belong to something else: then below the last thing that stands no further right than it
 * does. */
static void place_one(
	struct convert_comments *comments, const struct anchors *anchors, const struct comment *comment)
{
	size_t here = first_from(anchors, comment->line), next = first_from(anchors, comment->line + 1);
	if (!comment->alone && here < next) {
		put_comment(comments, comment, COMMENT_BESIDE, anchors->items[here].at);
		return;
	}
	if (next < anchors->count && anchors->items[next].at->col >= comment->col) {
		put_comment(comments, comment, COMMENT_ABOVE, anchors->items[next].at);
		return;
	}
	for (size_t i = here; i-- > 0;) {
		const struct anchor *last = &anchors->items[i];
		if (last->col > comment->col)
			continue;
		put_comment(comments, comment, last->item ? COMMENT_BELOW_ITEM : COMMENT_BELOW_KEY, last->at);
		return;
	}
	put_comment(comments, comment, COMMENT_TOP, NULL);
}

/* How many comments at the beginning are about the file: an empty line follows them before the first key. */
static size_t count_heading(const struct comment *all, size_t count, const struct anchors *anchors)
{
	unsigned first = anchors->count ? anchors->items[0].at->line : 0;
	size_t heading = 0;
	for (size_t i = 0; i < count && all[i].line < first; i++)
		if ((i + 1 < count && all[i + 1].line < first ? all[i + 1].line : first) > all[i].line + 1)
			heading = i + 1;
	return heading;
}

void convert_comments_place(struct convert_comments *comments, struct arena *arena, const char *text,
	size_t len, struct node *const *docs, size_t ndocs)
{
	struct comment *all;
	size_t count = comment_list(arena, text, len, &all);
	struct anchors anchors = { .arena = arena };
	comments->arena = arena;
	map_init(&comments->texts, arena);
	for (size_t i = 0; i < ndocs; i++)
		collect_anchors(&anchors, docs[i]);
	if (anchors.count)
		qsort(anchors.items, anchors.count, sizeof *anchors.items, by_place);
	size_t heading = count_heading(all, count, &anchors);
	for (size_t i = 0; i < heading; i++)
		put_comment(comments, &all[i], COMMENT_TOP, NULL);
	for (size_t i = heading; i < count; i++)
		place_one(comments, &anchors, &all[i]);
}

const char *convert_comments_take(
	struct convert_comments *comments, enum comment_place place, const struct mark *at)
{
	const char *key = place_key(comments->arena, place, at), *text = map_get(&comments->texts, key);
	if (text)
		map_set(&comments->texts, key, NULL);
	return text;
}
