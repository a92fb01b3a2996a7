#include "engine/artifact/leak.h"

#include "base/text/base64.h"
#include "base/text/text.h"
#include "compose/tree/yaml.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define TEXT_MOST    ((size_t)10000000) /* bytes; as the scanner has it */
#define FOUND_MOST   200                /* of all texts: more nobody reads */
#define MATCH_MOST   1000000u
#define HEAP_MOST    65536u /* KiB */
#define KEY_ENTROPY  4.0    /* bits a character, of the value of a suspicious name */
#define TEXT_ENTROPY 5.0    /* of a value by itself */

struct rule {
	const char *kind, *pattern;
	/* What the pattern cannot say of a value, or NULL. */
	bool (*holds)(struct arena *arena, const char *key, const char *value);
};

/* Checks */

/* Of a number in (0, 1], to 30 bits: for libm's every start would pay. */
static double binary_log(double number)
{
	double log = 0;
	for (; number < 1; number *= 2)
		log--;
	for (double bit = 0.5; bit > 1e-9; bit /= 2) {
		number *= number;
		if (number >= 2) {
			number /= 2;
			log += bit;
		}
	}
	return log;
}

static double entropy(const char *text)
{
	size_t counts[256] = { 0 }, len = strlen(text);
	double sum = 0;
	for (size_t i = 0; i < len; i++)
		counts[(unsigned char)text[i]]++;
	for (size_t i = 0; i < 256; i++) {
		double part = (double)counts[i] / (double)(len ? len : 1);
		sum -= counts[i] ? part * binary_log(part) : 0;
	}
	return sum;
}

static bool is_random(struct arena *arena, const char *key, const char *value)
{
	(void)arena, (void)key;
	return entropy(value) > TEXT_ENTROPY;
}

static bool is_account_key(struct arena *arena, const char *key, const char *value)
{
	static const char name[] = "AccountKey";
	size_t len = strlen(key), name_len = strlen(name);
	(void)arena;
	return strncmp(value, name, name_len) == 0 ||
	       (len >= name_len && strcmp(key + len - name_len, name) == 0);
}

/* The last word is Base64 of USER:PASSWORD. */
static bool is_login(struct arena *arena, const char *key, const char *value)
{
	const char *word = strrchr(value, ' ');
	size_t len = 0;
	(void)key;
	word = word ? word + 1 : value;
	const char *plain = base64_decode(arena, arena_strndup(arena, word, strcspn(word, "\"")), &len);
	const char *colon = plain && len > 2 ? memchr(plain + 1, ':', len - 2) : NULL;
	return colon;
}

/* One part of a token is a JSON object, in base64url without padding. */
static bool is_json_part(struct arena *arena, const char *part, size_t len)
{
	char *text = arena_printf(arena, "%.*s%.*s", (int)len, part, (int)(-len & 3), "===");
	for (char *at = text; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	const char *plain = base64_decode(arena, text, &len);
	cJSON *json = plain ? cJSON_ParseWithLength(plain, len) : NULL;
	bool object = cJSON_IsObject(json);
	cJSON_Delete(json);
	return object;
}

static bool is_web_token(struct arena *arena, const char *key, const char *value)
{
	size_t head = strcspn(value, "."), body = strcspn(value + head + 1, ".");
	(void)key;
	return is_json_part(arena, value, head) && is_json_part(arena, value + head + 1, body);
}

/* USER:PASSWORD@ where the password is no variable. */
static bool has_password(struct arena *arena, const char *key, const char *value)
{
	const char *host = strstr(value, "://");
	(void)arena, (void)key;
	const char *colon = host ? memchr(host + 3, ':', strcspn(host + 3, "/?#")) : NULL;
	return colon && colon[1] && colon[1] != '$' && colon[1] != '@';
}

#define BASE64_LOGIN "[a-zA-Z0-9+/,_-]{2,}={0,2}\"?"

static const struct rule rules[] = {
	{ "JFrog Artifactory credentials", "AKC[a-zA-Z0-9]{10,}" },
	{ "AWS Client ID", "(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}" },
	{ "AWS Secret Key", "(?:AWS|aws).{0,20}['\"][0-9a-zA-Z/+]{40}['\"]" },
	{ "Amazon Marketplace Web Service (MWS) Key",
		"amzn\\.mws\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}" },
	{ "Azure Storage Account access key", "(?:AccountKey=)?[a-zA-Z0-9+/=]{88}", is_account_key },
	{ "HTTP Basic Authentication", "(?i:\"?authorization\"? *[:=] *)?\"?(?i:basic) +" BASE64_LOGIN,
		is_login },
	{ "HTTP Bearer Authentication",
		"(?i:\"?authorization\"? *[:=] *)?\"?(?i:bearer) +[a-zA-Z0-9+/,_.=-]{2,}\"?", is_login },
	{ "Github authentication", "gh[pousr]_[A-Za-z0-9_]{36}" },
	{ "JSON Web Token", "eyJ[A-Za-z0-9_=-]+\\.eyJ[A-Za-z0-9_=-]+\\.?[A-Za-z0-9_.+/=-]*", is_web_token },
	{ "Mailchimp API Key", "[0-9a-f]{32}-us[0-9]{1,2}" },
	{ "npm auth token", "//\\S+/:_authToken=[^${\\s]\\S+|npm_[a-zA-Z0-9]{36}" },
	{ "Private Key",
		".*PuTTY-User-Key-File-.*|-*BEGIN[ \\S]+?PRIVATE KEY(?: BLOCK)?-*(?s:.{4,}?)-*END[ \\S]+?PRIVATE KEY(?: BLOCK)?-*" },
	{ "Sendgrid API key", "SG\\.[a-zA-Z0-9_-]{22}\\.[a-zA-Z0-9_-]{43}" },
	{ "Slack token",
		"(?:(?:xoxe\\.)?xox[bp]|xox[aeosr]|xapp)-\\d+-[-a-zA-Z0-9]+|https://hooks\\.slack\\.com/services/T[a-zA-Z0-9_]+/B[a-zA-Z0-9_]+/[a-zA-Z0-9_]+" },
	{ "Square authentication", "sq0atp-[0-9A-Za-z\\\\_-]{22}|sq0csp-[0-9A-Za-z\\\\_-]{43}" },
	{ "Stripe API key", "[rs]k_(?:live|test)_[0-9a-zA-Z]{24}" },
	{ "Twilio authentication", "(?:AC|SK)[0-9a-fA-F]{32}" },
	{ "URL with password", "[a-z][a-z0-9+.-]+://[^:\\s]*:[^@:\\s]+@[^\\s'\"\\];]+", has_password },
	{ "High entropy string", "(?:[a-zA-Z0-9+/]{16,}|[a-zA-Z0-9_-]{16,})={0,2}", is_random },
};

enum { RULES = sizeof rules / sizeof *rules };

/* A name whose value is suspected for that alone. */
static const char key_pattern[] =
	"^[.\\[\\]~\\w -]*(?i:(?:api|access|auth|service|account|db|database|priv|private|client)[-_]?key|"
	"(?:db|database|key)[-_]?pass|password|passwd|pwd|secret|token|contrase\xc3\xb1"
	"a|contrasena)[.\\[\\]~\\w-]*$";
static const char key_kind[] = "Keyword Detector";

struct leak_rules {
	pcre2_code *whole[RULES];  /* a line of a value that is nothing else */
	pcre2_code *within[RULES]; /* a word among others */
	pcre2_code *key;
	pcre2_match_context *limits;
};

static pcre2_code *compile(const char *pattern)
{
	int code;
	PCRE2_SIZE at;
	return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_MULTILINE, &code, &at, NULL);
}

void leak_begin(struct leaks *leaks, struct arena *arena)
{
	struct leak_rules *own = ARENA_NEW(arena, struct leak_rules);
	*leaks = (struct leaks){ .arena = arena, .rules = own };
	for (size_t i = 0; i < RULES; i++) {
		const char *pattern = rules[i].pattern;
		own->whole[i] = compile(arena_printf(
			arena, "^\\s*\\[?[\\t ]*['\"]?(%s)['\"]?[\\t ]*\\]?[\\t ]*;?\\s*$", pattern));
		own->within[i] = compile(arena_printf(
			arena, "(?:^|[\\s'\"\\[=:])(%s)(?=['\"]?[\\t ]*\\]?[\\t ]*;?(?:\\s|$))", pattern));
	}
	own->key = compile(key_pattern);
	own->limits = pcre2_match_context_create(NULL);
	if (own->limits) {
		pcre2_set_match_limit(own->limits, MATCH_MOST);
		pcre2_set_heap_limit(own->limits, HEAP_MOST);
	}
}

void leak_end(struct leaks *leaks)
{
	struct leak_rules *own = leaks->rules;
	for (size_t i = 0; i < RULES; i++) {
		pcre2_code_free(own->whole[i]);
		pcre2_code_free(own->within[i]);
	}
	pcre2_code_free(own->key);
	pcre2_match_context_free(own->limits);
	leaks->rules = NULL;
}

/* Where the first group is; false: no match. */
static bool match(const struct leaks *leaks, const pcre2_code *code, const char *text, size_t len,
	size_t from, size_t *ret_begin, size_t *ret_end)
{
	pcre2_match_data *data = code ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
	bool found =
		data && pcre2_match(code, (PCRE2_SPTR)text, len, from, 0, data, leaks->rules->limits) > 0;
	if (found) {
		const PCRE2_SIZE *at = pcre2_get_ovector_pointer(data);
		size_t group = pcre2_get_ovector_count(data) > 1 ? 2 : 0;
		*ret_begin = at[group];
		*ret_end = at[group + 1];
	}
	pcre2_match_data_free(data);
	return found;
}

static void note(struct leaks *leaks, const char *kind, const char *file, const char *key, const char *value)
{
	if (leaks->count < FOUND_MOST)
		*ARENA_PUSH(leaks->arena, leaks->items, leaks->count) =
			(struct leak){ kind, key, value, file };
}

/* A value by itself, told once, by the first rule that it fits. */
static void scan_pair(struct leaks *leaks, const char *file, const char *key, const char *value)
{
	size_t len = strlen(value), begin, end;
	for (size_t i = 0; i < RULES; i++) {
		const struct rule *rule = &rules[i];
		if (!match(leaks, leaks->rules->whole[i], value, len, 0, &begin, &end) ||
			(rule->holds && !rule->holds(leaks->arena, key, value)))
			continue;
		note(leaks, rule->kind, file, key, value);
		return;
	}
	bool variable = strchr("${", *value) || (len && value[len - 1] == '}');
	if (!variable && len > 2 && entropy(value) >= KEY_ENTROPY &&
		match(leaks, leaks->rules->key, key, strlen(key), 0, &begin, &end))
		note(leaks, key_kind, file, key, value);
}

/* Text without a form: words in it. */
static void scan_words(struct leaks *leaks, const char *file, const char *text, size_t len)
{
	for (size_t i = 0; i < RULES; i++) {
		size_t begin, end;
		for (size_t from = 0; match(leaks, leaks->rules->within[i], text, len, from, &begin, &end);
			from = end > from ? end : from + 1) {
			const char *value = arena_strndup(leaks->arena, text + begin, end - begin);
			if (leaks->count >= FOUND_MOST)
				return;
			if (!rules[i].holds || rules[i].holds(leaks->arena, "", value))
				note(leaks, rules[i].kind, file, "", value);
		}
	}
}

/* Mappings: all values by their paths; NAME=VALUE in a list is a pair, too. */
static void scan_node(struct leaks *leaks, const char *file, const char *path, const struct node *node)
{
	struct arena *arena = leaks->arena;
	if (node->kind == NODE_MAP) {
		for (size_t i = 0; i < node->nmembers; i++)
			scan_node(leaks, file,
				arena_printf(arena, "%s%s%s", path, *path ? "." : "", node->members[i].key),
				node->members[i].value);
		return;
	}
	for (size_t i = 0; node->kind == NODE_LIST && i < node->nitems; i++) {
		const struct node *item = node->items[i];
		const char *text = item->kind == NODE_STRING ? item->text : "", *equals = strchr(text, '=');
		size_t len =
			strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
		if (equals && len == (size_t)(equals - text) && len)
			scan_pair(leaks, file, arena_printf(arena, "%s.%.*s", path, (int)len, text),
				equals + 1);
		else
			scan_node(leaks, file, arena_printf(arena, "%s[%zu]", path, i), item);
	}
	if (node->kind != NODE_LIST && node_text(node))
		scan_pair(leaks, file, path, node_text(node));
}

/* Whether it is YAML of mappings, which it has then scanned. */
static bool scan_yaml(struct leaks *leaks, const char *file, const char *text, size_t len)
{
	struct node **docs;
	size_t ndocs;
	struct errors ignored;
	errors_init(&ignored, leaks->arena);
	if (yaml_parse(leaks->arena, file, text, len, &docs, &ndocs, &ignored) < 0)
		return false;
	for (size_t i = 0; i < ndocs; i++)
		if (docs[i]->kind != NODE_MAP)
			return false;
	for (size_t i = 0; i < ndocs; i++)
		scan_node(leaks, file, "", docs[i]);
	return ndocs > 0;
}

/* A line without the blanks around it. */
static const char *next_line(struct arena *arena, const char **at)
{
	size_t len = strcspn(*at, "\n");
	const char *line = *at;
	*at += len + ((*at)[len] == '\n');
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	while (len && isspace((unsigned char)*line))
		line++, len--;
	return arena_strndup(arena, line, len);
}

static bool is_remark(const char *line)
{
	return !*line || strchr("#;[", *line);
}

static const char *unquoted(struct arena *arena, const char *value)
{
	size_t len = strlen(value);
	bool quoted = len > 1 && strchr("'\"", *value) && value[len - 1] == *value;
	return quoted ? arena_strndup(arena, value + 1, len - 2) : value;
}

/* Whether every line is NAME=VALUE or NAME: VALUE; these are scanned then. One that ends with the mark is
 * rather Base64. */
static bool scan_lines(struct leaks *leaks, const char *file, const char *text)
{
	struct arena *arena = leaks->arena;
	size_t pairs = 0, values = 0;
	for (const char *at = text; *at;) {
		const char *line = next_line(arena, &at), *mark = strpbrk(line, "=:");
		if (is_remark(line))
			continue;
		if (!mark || mark == line)
			return false;
		pairs++;
		values += strspn(mark, "=") < strlen(mark);
	}
	if (pairs == 1 && !values)
		return false;
	for (const char *at = text; *at;) {
		const char *line = next_line(arena, &at);
		size_t len = strcspn(line, "=:");
		if (is_remark(line))
			continue;
		const char *value = line + len + 1;
		while (len && isspace((unsigned char)line[len - 1]))
			len--;
		scan_pair(leaks, file, arena_strndup(arena, line, len),
			unquoted(arena, value + strspn(value, " \t")));
	}
	return pairs > 0;
}

void leak_scan(struct leaks *leaks, const char *file, const char *text, size_t len)
{
	if (len > TEXT_MOST || memchr(text, '\0', len))
		return;
	if (!scan_yaml(leaks, file, text, len) && !scan_lines(leaks, file, text))
		scan_words(leaks, file, text, len);
}
