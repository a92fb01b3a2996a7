/* Which engine is meant: flags, variables, contexts, hosts, TLS; and docker's config.json. */
#include "compose/tree/image_name.h"
#include "engine/connect/auth.h"
#include "engine/connect/credentials.h"
#include "base/text/base64.h"
#include "engine/connect/endpoint.h"
#include "engine/http/http.h"
#include "engine/connect/reference.h"
#include "folder_case.h"

#include <sha2.h>

static struct map env;
static struct endpoint_options options;
static struct endpoint endpoint;

static int set_up(void **state)
{
	folder_set_up(state);
	map_init(&env, arena);
	options = (struct endpoint_options){ .config_dir = dir, .os_env = &env };
	endpoint = (struct endpoint){ 0 };
	return 0;
}

static void put_context(const char *name, const char *host, const char *more)
{
	char id[SHA256_DIGEST_STRING_LENGTH];
	SHA256Data((const uint8_t *)name, strlen(name), id);
	put(arena_printf(arena, "contexts/meta/%s/meta.json", id),
		arena_printf(arena,
			"{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"%s\"%s}}}",
			name, host, more));
}

static const char *host(void)
{
	errors_init(&errors, arena);
	endpoint = (struct endpoint){ 0 };
	return endpoint_resolve(arena, &options, &endpoint, &errors) == 0 ? endpoint.host
									  : errors.last->message;
}

static void a3_no_malformed_host_shows_its_login(void **state)
{
	(void)state;
	static const char *const hosts[] = { "tcp://u:pw@h", "tcp://u:pw/@h:1", "u:pw@h:2375", "tcp:/u:pw@h",
		"http://u:pw@h", "nope://u:pw@h", "ssh://u:pw@h", "ssh://u:p%77@h:x", "unix://u:pw@h" };
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		map_set(&env, "DOCKER_HOST", (void *)hosts[i]);
		const char *message = host();
		assert_int_equal(errors.count, 1);
		assert_true(!strstr(message, "pw") && !strstr(message, "p%77"));
		assert_true(!errors.last->hint || !strstr(errors.last->hint, "pw"));
	}
}

static void the_order_of_places(void **state)
{
	(void)state;
	assert_string_equal(host(), "unix:///var/run/docker.sock");
	assert_string_equal(endpoint.context, "default");
	put_context("far", "tcp://far", "");
	put_context("near", "unix:///near", "");
	put("config.json", "{\"currentContext\":\"far\"}");
	assert_string_equal(host(), "tcp://far");
	map_set(&env, "DOCKER_CONTEXT", "near");
	assert_string_equal(host(), "unix:///near");
	assert_string_equal(endpoint.context, "near");
	map_set(&env, "DOCKER_HOST", "unix:///var");
	assert_string_equal(host(), "unix:///var");
	assert_string_equal(endpoint.context, "default");
	options.context = "far";
	assert_string_equal(host(), "tcp://far");
	options.context = "default";
	assert_string_equal(host(), "unix:///var");
	options.context = NULL;
	options.host = "unix:///flag";
	assert_string_equal(host(), "unix:///flag");
	options.context = "far";
	assert_non_null(strstr(host(), "conflicting options"));
	options.host = NULL;
	options.context = "ner";
	assert_string_equal(host(), "context \"ner\" not found");
	assert_string_equal(errors.last->hint, "did you mean \"near\"?");
	map_set(&env, "DOCKER_HOST", "");
	options.context = "default";
	assert_string_equal(host(), "unix:///var/run/docker.sock");
}

static void hosts_are_taken_apart(void **state)
{
	(void)state;
	static const struct {
		const char *host, *socket, *url;
	} good[] = {
		{ "unix:///x/y", "/x/y", "http://docker" },
		{ "unix://", "/var/run/docker.sock", "http://docker" },
		{ "tcp://h", NULL, "http://h:2375" },
		{ "tcp://", NULL, "http://localhost:2375" },
		{ "tcp://h:1/base/", NULL, "http://h:1/base" },
		{ "tcp://[::1]:7", NULL, "http://[::1]:7" },
		{ "h:9", NULL, "http://h:9" },
		{ "h", NULL, "http://h:2375" },
	};
	static const char *const bad[] = { "http://h", "https://h", "fd://", "npipe:////x", "tcp://h:x",
		"tcp://a b", "unix://relative", "tcp://h:1@evil", "tcp://u@h", "ssh://",
		"ssh://-oProxyCommand=x", "ssh://u:p@h", "ssh://h:x", "tcp://h:999999" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		options.host = good[i].host;
		assert_string_equal(host(), good[i].host);
		assert_string_equal(endpoint.url, good[i].url);
		if (good[i].socket)
			assert_string_equal(endpoint.socket, good[i].socket);
		else
			assert_null(endpoint.socket);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		options.host = bad[i];
		host();
		if (errors.count != 1 || !errors.last->hint)
			fail_msg("%s was accepted, or without a hint", bad[i]);
	}
}

static void ssh_hosts_have_parts(void **state)
{
	(void)state;
	struct ssh_host parts;
	assert_int_equal(endpoint_ssh_parse(arena, "ssh://me@[::1]:22/run/x.sock", &parts, &errors), 0);
	assert_string_equal(parts.user, "me");
	assert_string_equal(parts.host, "::1");
	assert_string_equal(parts.port, "22");
	assert_string_equal(parts.path, "/run/x.sock");
	assert_int_equal(endpoint_ssh_parse(arena, "ssh://h", &parts, &errors), 0);
	assert_null(parts.user);
	assert_null(parts.port);
	assert_null(parts.path);
	assert_int_equal(endpoint_ssh_parse(arena, "ssh://u:hunter2@h", &parts, &errors), -1);
	assert_null(strstr(errors.last->message, "hunter2"));
	assert_null(strstr(errors.last->hint, "hunter2"));
}

static void tls_by_variables_and_flags(void **state)
{
	(void)state;
	options.host = "tcp://h";
	map_set(&env, "DOCKER_TLS_VERIFY", "");
	host();
	assert_false(endpoint.tls);
	map_set(&env, "DOCKER_TLS_VERIFY", "0"); /* any text turns it on */
	host();
	assert_true(endpoint.tls && endpoint.tls_verify);
	assert_string_equal(endpoint.url, "https://h:2376");
	map_set(&env, "DOCKER_TLS_VERIFY", "");
	map_set(&env, "DOCKER_TLS", "1");
	host();
	assert_true(endpoint.tls && !endpoint.tls_verify);
	map_set(&env, "DOCKER_TLS", "");
	options.tls_verify_set = true; /* --tlsverify=false: TLS, but no verification */
	host();
	assert_true(endpoint.tls && !endpoint.tls_verify);
	options.host = "unix:///x";
	host();
	assert_false(endpoint.tls);
	options.host = "tcp://h";
	put("certs/cert.pem", "");
	map_set(&env, "DOCKER_CERT_PATH", arena_printf(arena, "%s/certs", dir));
	assert_non_null(strstr(host(), "together"));
	put("certs/key.pem", "");
	options.tls_verify = true;
	assert_non_null(strstr(host(), "ca.pem is missing"));
	put("certs/ca.pem", "");
	host();
	assert_string_equal(endpoint.ca, arena_printf(arena, "%s/certs/ca.pem", dir));
	assert_non_null(endpoint.cert);
	options.ca = "/given/ca.pem";
	host();
	assert_string_equal(endpoint.ca, "/given/ca.pem");
}

static void tls_of_contexts(void **state)
{
	(void)state;
	char id[SHA256_DIGEST_STRING_LENGTH];
	put_context("plain", "tcp://p", "");
	put_context("skip", "tcp://s", ",\"SkipTLSVerify\":true");
	put_context("full", "tcp://f", "");
	SHA256Data((const uint8_t *)"full", 4, id);
	put(arena_printf(arena, "contexts/tls/%s/docker/ca.pem", id), "");
	map_set(&env, "DOCKER_TLS_VERIFY", "1"); /* is for hosts, not for contexts */
	options.context = "plain";
	assert_string_equal(host(), "tcp://p");
	assert_false(endpoint.tls);
	options.context = "skip";
	host();
	assert_true(endpoint.tls && !endpoint.tls_verify);
	options.context = "full";
	host();
	assert_true(endpoint.tls && endpoint.tls_verify && endpoint.ca);
	assert_string_equal(endpoint.url, "https://f:2376");
}

static const struct config *read_config(const char *text)
{
	put("config.json", text);
	errors_init(&errors, arena);
	return config_read(arena, dir, &env, &errors);
}

static void configuration(void **state)
{
	(void)state;
	const struct config *config = config_read(arena, dir, &env, &errors);
	assert_non_null(config); /* no file */
	assert_int_equal(config->nauths, 0);
	assert_non_null(read_config(" \n"));
	assert_null(read_config("[1]"));
	assert_null(read_config("{"));
	map_set(&env, "DOCKER_CUSTOM_HEADERS", "X-B=2,broken,X-A=1=1");
	config = read_config(
		"{\"HttpHeaders\":{\"X-A\":\"0\",\"Evil\":\"a\\r\\nHost: b\",\"N\":1},\"credsStore\":\"\","
		"\"proxies\":{\"default\":{\"httpProxy\":\"d\"},\"tcp://h\":{\"noProxy\":\"n\"}},\"more\":[]}");
	assert_string_equal(config->headers[0], "X-A: 1=1");
	assert_string_equal(config->headers[1], "X-B: 2");
	assert_null(config->headers[2]);
	assert_null(config->creds_store);
	assert_string_equal(config_proxy(config, "unix:///x")->http, "d");
	assert_string_equal(config_proxy(config, "tcp://h")->no, "n");
	assert_null(config_proxy(config, "tcp://h")->http);
	config = read_config(
		"{\"proxies\":{\"tcp://h\":{\"httpProxy\":\"own\"},\"default\":{\"httpProxy\":\"d\"}}}");
	assert_string_equal(config_proxy(config, "tcp://h")->http, "own"); /* wherever the default stands */
}

/* Members of a list have no names to be looked up by. */
static void lists_in_place_of_objects_say_nothing(void **state)
{
	(void)state;
	const struct config *config =
		read_config("{\"auths\":[{\"auth\":\"dTpw\"}],\"proxies\":[{\"httpProxy\":\"p\"}],"
			    "\"HttpHeaders\":[\"a\"],\"credHelpers\":[\"h\"]}");
	assert_non_null(config);
	assert_int_equal(config->nauths, 0);
	assert_null(config_proxy(config, "unix:///x"));
	assert_null(config->headers);
	assert_int_equal(config->cred_helpers.count, 0);
}

static void credentials(void **state)
{
	(void)state;
	const struct config *config = read_config(
		"{\"auths\":{\"https://r.example/v2/\":{\"auth\":\"dTpwOnc=\"},\"h:5000\":{\"identitytoken\":\"t\"},"
		"\"https://index.example/v1/\":{\"username\":\"a\",\"password\":\"b\"},\"empty\":{},\"bad\":{\"auth\":\"***\"}}}");
	assert_int_equal(config->nauths, 3);
	const struct config_auth *auth = credentials_find(config, "r.example");
	assert_string_equal(auth->username, "u");
	assert_string_equal(auth->password, "p:w");
	assert_null(credentials_find(config, "example"));
	assert_null(credentials_find(config, "r.example:443"));
	assert_string_equal(credentials_find(config, "h:5000")->identity_token, "t");
	assert_string_equal(credentials_find(config, "https://index.example/v1/")->username, "a");
	assert_null(credentials_find(config, "https://r.example/"));
	size_t len;
	struct config_auth wide = { .username = "\xc3\xbf\xc3\xbe", .password = "?\?\?>>>~~~" };
	char *header = arena_strdup(arena, auth_encode(arena, &wide, "h:1"));
	assert_null(strpbrk(header, "+/"));
	assert_non_null(strpbrk(header, "-_"));
	assert_int_equal(strlen(header) % 4, 0);
	for (char *at = header; *at; at++)
		*at = *at == '-' ? '+' : *at == '_' ? '/' : *at;
	assert_string_equal(base64_decode(arena, header, &len),
		"{\"username\":\"\xc3\xbf\xc3\xbe\",\"password\":\"?\?\?>>>~~~\",\"serveraddress\":\"h:1\"}");
	const char *token =
		base64_decode(arena, auth_encode(arena, credentials_find(config, "h:5000"), "h"), &len);
	assert_string_equal(token, "{\"identitytoken\":\"t\",\"serveraddress\":\"h\"}");
}

static void references(void **state)
{
	(void)state;
	static const struct {
		const char *text, *registry, *name, *tag, *digest;
	} rows[] = {
		{ "a", NULL, "a", "latest", NULL },
		{ "a:1", NULL, "a", "1", NULL },
		{ "org/a:1", NULL, "org/a", "1", NULL },
		{ "localhost/a", "localhost", "localhost/a", "latest", NULL },
		{ "h:5000/a", "h:5000", "h:5000/a", "latest", NULL },
		{ "r.io/a/b:x@sha256:1", "r.io", "r.io/a/b", NULL, "sha256:1" },
		{ "a@sha256:1", NULL, "a", NULL, "sha256:1" },
		{ "h.x:1", NULL, "h.x", "1", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reference reference = reference_parse(arena, rows[i].text);
		const char *got[] = { reference.registry, reference.name, reference.tag, reference.digest };
		const char *want[] = { rows[i].registry, rows[i].name, rows[i].tag, rows[i].digest };
		for (size_t j = 0; j < 4; j++) {
			assert_int_equal(!got[j], !want[j]);
			if (want[j])
				assert_string_equal(got[j], want[j]);
		}
	}
}

static void image_names(void **state)
{
	(void)state;
	static const char *const valid[] = { "a", "a:1", "Org/a:V_1.0-x", "localhost:5000/a/b__c", "x",
		"r.io/a.b/c--d@sha256:0aF", "[::1]:5000/a", "sha256:00ff" };
	static const char *const invalid[] = { "", "UPPER CASE", "Upper", "a b", "a:", "a:-x", "a@",
		"a@sha256:", "a//b", "/a", "a/", "a..b", "a-", "a___b", "r.io/Upper", "r.io:x/a", "a:1:2",
		"http://r.io/a", "a\n", "a?x=1", "a@sha256:xyz" };
	for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
		assert_true(image_name_valid(valid[i]));
	for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
		assert_false(image_name_valid(invalid[i]));
	assert_true(image_name_valid(arena_printf(arena, "a:%0128d", 7)));
	assert_false(image_name_valid(arena_printf(arena, "a:%0129d", 7)));
	assert_string_equal(http_path_image(arena, "r.io:1/a b?c#%@x"), "r.io:1/a%20b%3Fc%23%25@x");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a3_no_malformed_host_shows_its_login),
		TEST(the_order_of_places),
		TEST(hosts_are_taken_apart),
		TEST(ssh_hosts_have_parts),
		TEST(tls_by_variables_and_flags),
		TEST(tls_of_contexts),
		TEST(configuration),
		TEST(lists_in_place_of_objects_say_nothing),
		TEST(credentials),
		TEST(references),
		TEST(image_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
