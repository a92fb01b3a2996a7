/* One row per compose attribute, holding everything known about it. Validation, hints, casts, merge,
 * canonical form, defaults, binding, printing, the hash, documentation and completion are all read from the
 * rows; no pass knows a key by name unless its rule stands alone in the Compose Specification.
 *
 * Adding an attribute: a member in compose/model/model.h, a row here, a folder under testdata/cases, and a
 * payload row (engine/payload/payload.c) when the engine takes it. The order of rows is the order of
 * printing. */
#ifndef COMPOSE_SCHEMA_H
#define COMPOSE_SCHEMA_H

#include "compose/model/model.h"

struct schema;
struct walk;

/* What an attribute is once decoded. */
enum kind {
	KIND_STRING,   /* text */
	KIND_TEXT,     /* text; a number is taken as its text */
	KIND_BOOL,     /* true or false */
	KIND_INT,      /* whole number */
	KIND_FLOAT,    /* number */
	KIND_BYTES,    /* size: 64m; decoded to bytes */
	KIND_DURATION, /* 1m30s; decoded to nanoseconds */
	KIND_MODE,     /* file mode, octal */
	KIND_COMMAND,  /* argument vector; text is split into words */
	KIND_TEST,     /* health check: text becomes [CMD-SHELL, text] */
	KIND_STRINGS,  /* list of texts */
	KIND_PAIRS,    /* name → text: a mapping or a list of NAME=TEXT */
	KIND_ENV,      /* the same; a value may stay null */
	KIND_HOSTS,    /* host → addresses; decoded to a sorted list of HOST=IP */
	KIND_MULTI,    /* name → texts: a mapping to texts or lists of texts */
	KIND_STRUCT,   /* mapping with the rows of `of` */
	KIND_STRUCTS,  /* list of such mappings */
	KIND_NAMED,    /* mapping with names of the user's choice → rows of `of` */
	KIND_ANY,      /* anything, kept as written */
};

/* How an override joins what is there. */
enum merge {
	MERGE_DEEP,    /* mappings by key, lists appended, scalars replaced */
	MERGE_REPLACE, /* the override stands alone, null clears */
	MERGE_LIST,    /* both sides as lists, appended */
	MERGE_HOSTS,   /* the same, equal items are skipped */
	MERGE_NAMES,   /* a list is a mapping without values */
	MERGE_SHORT,   /* text is the mapping's first member: `build: .` */
	MERGE_LOGGING, /* mappings by key unless the drivers differ */
	MERGE_SINGLE,  /* every named value is replaced as a whole */
	MERGE_POOLS,   /* address pools, matched by subnet */
};

/* Where bind puts the value; said, or found from the member's type, by the macros AT…. */
enum store {
	STORE_NONE,
	STORE_TEXT,    /* const char * */
	STORE_BOOL,    /* bool */
	STORE_ENUM,    /* enum: index of the word; tri: unset, no, yes */
	STORE_INT,     /* int64_t */
	STORE_OPT_INT, /* struct opt_int */
	STORE_OPT_FLOAT,
	STORE_TEXTS,  /* const char **, and its count */
	STORE_PAIRS,  /* struct pair *, and its count */
	STORE_OBJECT, /* struct *, by the rows of `of` */
	STORE_LIST,   /* struct **, and its count */
	STORE_ARRAY,  /* struct *, and its count */
};

/* What may be written in a file, as bits. */
enum takes {
	TAKES_NULL = 1,
	TAKES_BOOL = 2,
	TAKES_INT = 4,
	TAKES_FLOAT = 8,
	TAKES_NUMBER = 12,
	TAKES_STRING = 16,
	TAKES_LIST = 32,
	TAKES_MAP = 64,
};

enum {
	ATTR_CAST = 1 << 0,     /* text becomes the kind right after interpolation */
	ATTR_REQUIRED = 1 << 1, /* must be there in its mapping */
	ATTR_KEEP = 1 << 2,     /* printed even if zero or empty */
	ATTR_ALWAYS = 1 << 3,   /* JSON: printed even if absent */
	ATTR_HIDDEN = 1 << 4,   /* never printed */
	ATTR_NO_HASH = 1 << 5,  /* not part of the config hash */
	ATTR_PATH = 1 << 6,     /* made absolute against the project directory */
	ATTR_REMOTE = 1 << 7,   /* a path that may be a URL or a repository */
	ATTR_FLOW = 1 << 8,     /* a key of docker flow's own */
	ATTR_BARE = 1 << 9,     /* stands beside compose's keys and is moved to x-flow */
	ATTR_FLOAT32 = 1 << 10, /* single precision, which shows in the printed digits */
	ATTR_UNIQUE = 1 << 11,  /* equal items are an error */
	ATTR_INLINE = 1 << 12,  /* the struct's members belong to the struct around it */
	ATTR_ONE = 1 << 13,     /* one text is a list of one */
	ATTR_NULLS = 1 << 14,   /* a named value may be null and is printed so */
	ATTR_YAML = 1 << 15,    /* printed in YAML only */
	ATTR_LISTED = 1 << 16,  /* a mapping printed as a list */
	ATTR_ZERO = 1 << 17,    /* zero is printed in YAML, not in JSON (compose 2.40) */
	ATTR_HASHED = 1 << 18,  /* never printed, but part of the config hash (compose 2.40) */
};

/* The row: everything known about an attribute. */
struct attr {
	const char *name;
	unsigned char kind, merge, store; /* enum kind, merge, store */
	unsigned char takes;              /* what may be written; 0: what the kind usually takes */
	unsigned char items;              /* the same for members of lists and mappings */
	unsigned char sets;               /* for `bind`: the value that the key itself stands for */
	bool ranged;                      /* `least` and `most` hold */
	unsigned flags;                   /* ATTR_… */
	unsigned off, count;              /* offsets in the model's struct: the member, a list's count */
	const struct schema *of;
	/* Short form to long form, in place. */
	int (*canon)(struct walk *walk, const struct attr *attr, struct node **node);
	/* What the canonical value must meet. */
	int (*check)(struct walk *walk, const struct attr *attr, struct node *node);
	/* What the decoded value must meet to be of any use (compose/schema/check_row.h). */
	int (*refuse)(struct walk *walk, const struct attr *attr, const struct node *node);
	/* Identity of a list item; returns NULL when the item has none. */
	const char *(*key)(struct arena *arena, const struct node *item);
	/* Puts a value into the model that the store alone cannot; `object` is the struct. */
	int (*bind)(struct walk *walk, const struct attr *attr, const struct node *node, void *object);
	const char *const *words; /* the only texts allowed, NULL at the end; with refuse_word the useful ones
				   */
	int64_t least, most;      /* of a number, when ranged; with refuse_range of a useful one */
	const char *fallback;     /* value when absent; of a number the word that means all, -1 */
	const char *form;         /* how it is written, for messages: a list */
	/* Of the row and what is below it; a row without its own has those of the row around it
	 * (schema_walk_rows). since: first format whose schema has it, as docker-compose 1.26 (to 3.8) and
	 * docker stack (from 3.9) kept them: 1, 2.x, 3.x; spec (no version); flow (ours). engine: field of
	 * the Engine API 1.4x, or what is done with it instead. since_long: of the mappings a list may hold,
	 * when they came later than its short forms. Empty: none. (In place: a pointer costs every start.) */
	char since[5], since_long[5];
	const char *engine;
	const char *doc; /* one line */
};

enum {
	SCHEMA_OPEN = 1 << 0,    /* unknown keys are accepted and left out */
	SCHEMA_NO_X = 1 << 1,    /* x-* keys are unknown, too */
	SCHEMA_NAMED = 1 << 2,   /* the model's struct begins with NAMED_HEAD */
	SCHEMA_AT = 1 << 3,      /* … begins with a mark */
	SCHEMA_CAPITAL = 1 << 4, /* JSON keys begin with a capital (compose 2.40) */
};

/* Member of a secret's or config's mapping that holds the text of its `environment`: no key of a file, never
 * printed. */
#define SCHEMA_VALUE " value"

/* The rows of a mapping. */
struct schema {
	const char *name; /* "service" */
	const struct attr *rows;
	size_t nrows;
	size_t size; /* of the model's struct */
	unsigned flags;
	/* Puts a named value that is no mapping (`nofile: 1024`) into the model's struct. */
	int (*scalar)(struct walk *walk, const struct node *node, void *object);
	/* Completes the model's struct once its rows are bound. */
	int (*done)(struct walk *walk, const struct node *node, void *object);
};

/* Where a member of the model is and how it is stored. Each macro takes members of its types alone, and those
 * of a list only with their count, a size_t NMEMBER: anything else does not compile. */
#define AT_MEMBER(type, member) (((type *)0)->member)
#define AT_PROVEN(condition, text)                                                                           \
	(0 * sizeof(struct {                                                                                 \
		_Static_assert(condition, text);                                                             \
		char proven;                                                                                 \
	}))
/* 12 is a struct in the numbering of gcc, which clang follows (gcc/typeclass.h). */
#define AT_IS_STRUCT(value) (__builtin_classify_type(value) == 12)
#define AT_COUNTED(type, member)                                                                             \
	.off = offsetof(type, member),                                                                       \
	.count = offsetof(type, n##member) +                                                                 \
		 AT_PROVEN(_Generic(AT_MEMBER(type, n##member), size_t : 1, default : 0),                    \
			 "a count is a size_t")

/* One value. */
#define AT(type, member)                                                                                     \
	.off = offsetof(type, member),                                                                       \
	.store = _Generic(AT_MEMBER(type, member),                                                           \
		const char *: STORE_TEXT,                                                                    \
		bool: STORE_BOOL,                                                                            \
		enum tri: STORE_ENUM,                                                                        \
		int64_t: STORE_INT,                                                                          \
		struct opt_int: STORE_OPT_INT,                                                               \
		struct opt_float: STORE_OPT_FLOAT)
/* One of the row's words, by index. */
#define AT_ENUM(type, member)                                                                                \
	.off = offsetof(type, member),                                                                       \
	.store = STORE_ENUM + AT_PROVEN(sizeof AT_MEMBER(type, member) == sizeof(enum tri), "an enum")
/* A list of texts or pairs. */
#define AT_TEXTS(type, member)                                                                               \
	AT_COUNTED(type, member),                                                                            \
		.store = _Generic(AT_MEMBER(type, member), const char **: STORE_TEXTS, struct pair *: STORE_PAIRS)
/* A struct by the rows of `of`: a pointer to it, a list of such pointers, an array. */
#define AT_OBJECT(type, member)                                                                              \
	.off = offsetof(type, member),                                                                       \
	.store = STORE_OBJECT + AT_PROVEN(AT_IS_STRUCT(*AT_MEMBER(type, member)), "a pointer to a struct")
#define AT_LIST(type, member)                                                                                \
	AT_COUNTED(type, member), .store = STORE_LIST + AT_PROVEN(AT_IS_STRUCT(**AT_MEMBER(type, member)),   \
								"pointers to structs")
#define AT_ARRAY(type, member)                                                                               \
	AT_COUNTED(type, member), .store = STORE_ARRAY + AT_PROVEN(AT_IS_STRUCT(*AT_MEMBER(type, member)),   \
								 "an array of structs")

#define SCHEMA(label, list, bytes, bits)                                                                     \
	{                                                                                                    \
		.name = (label), .rows = (list), .nrows = sizeof(list) / sizeof *(list), .size = (bytes),    \
		.flags = (bits)                                                                              \
	}

extern const struct schema schema_project, schema_service, schema_build, schema_deploy, schema_network,
	schema_volume, schema_secret, schema_config, schema_model, schema_ulimit, schema_file_ref,
	schema_device_request, schema_reserved_device, schema_device, schema_port, schema_mount, schema_blkio,
	schema_develop, schema_hook, schema_exec, schema_flow_project, schema_flow_service,
	schema_flow_volume, schema_flow_probe, schema_flow_port_probe;

/* Row of `key`, or NULL. */
const struct attr *schema_find(const struct schema *schema, const char *key);

/* Rows that were found, by the address of the key: a tree has each key once in memory (compose/tree/yaml.c),
 * or few times. Zeroed at first. */
enum { SCHEMA_REMEMBERED = 256 };
struct schema_memory {
	struct schema_found {
		const char *key;
		const struct schema *schema;
		const struct attr *row; /* NULL: none */
	} found[SCHEMA_REMEMBERED];
	size_t count;
};

/* As schema_find, quickly for a key that is asked for again. `key` stays as it is as long as `memory` does.
 */
const struct attr *schema_recall(struct schema_memory *memory, const struct schema *schema, const char *key);

/* The key that was probably meant: a known alias ("net" → "network_mode") or the nearest name; NULL when none
 * is near. */
const char *schema_hint(const struct schema *schema, const char *key);

/* What to write in place of a service's key of old formats whose value stands elsewhere now, or NULL. */
const char *schema_moved(const struct schema *schema, const char *key);

/* What may be written for the row, with the kind's usual forms filled in. */
unsigned schema_takes(const struct attr *attr);

/* The same for the members of a list or mapping. */
unsigned schema_items(const struct attr *attr);

/* Calls `visit` for every row of `root` and of the schemas below it, outermost first: `path` is
 * services.*.ports, `row` a copy of the row that has the since and engine of the row around it where it has
 * none of its own. For documentation and completion. */
void schema_walk_rows(const struct schema *root,
	void (*visit)(void *arg, const char *path, const struct attr *row), void *arg);

#endif
