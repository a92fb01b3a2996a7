/* A project as an OCI artifact: what is written, what is believed of what others wrote, what it gives away.
 */
#include "compose/load/load.h"
#include "compose/tree/yaml.h"
#include "engine/artifact/artifact.h"
#include "engine/artifact/bundle.h"
#include "engine/artifact/leak.h"
#include "engine/registry/digest.h"
#include "folder_case.h"

#define DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static struct manifest manifest_of(const char *text)
{
	return (struct manifest){ .type = MANIFEST_OCI, .text = text, .len = strlen(text) };
}

/* As docker compose 2.40.3 writes it, member for member. */
static void a_manifest_is_docker_composes(void **state)
{
	(void)state;
	struct artifact artifact = { 0 };
	artifact_add(arena, &artifact, ARTIFACT_FILE, "compose.yaml", "a", 1);
	artifact_add(arena, &artifact, ARTIFACT_EXTENDS, "x.yaml", "b", 1);
	artifact_add(arena, &artifact, ARTIFACT_ENV, "y.env", "c", 1);
	const struct manifest manifest = artifact_manifest(arena, &artifact, false, "2026-11-30T02:00:00Z");
	assert_string_equal(manifest.text,
		"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
		"\"artifactType\":\"application/vnd.docker.compose.project\","
		"\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"" DIGEST
		"\",\"size\":2,\"data\":\"e30=\"},\"layers\":["
		"{\"mediaType\":\"application/vnd.docker.compose.file+yaml\","
		"\"digest\":\"sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\",\"size\":1,"
		"\"annotations\":{\"com.docker.compose.file\":\"compose.yaml\",\"com.docker.compose.version\":"
		"\"" FLOW_VERSION "\"},\"data\":\"YQ==\"},"
		"{\"mediaType\":\"application/vnd.docker.compose.file+yaml\","
		"\"digest\":\"sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d\",\"size\":1,"
		"\"annotations\":{\"com.docker.compose.extends\":\"true\",\"com.docker.compose.file\":\"x.yaml\","
		"\"com.docker.compose.version\":\"" FLOW_VERSION "\"},\"data\":\"Yg==\"},"
		"{\"mediaType\":\"application/vnd.docker.compose.envfile\","
		"\"digest\":\"sha256:2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6\",\"size\":1,"
		"\"annotations\":{\"com.docker.compose.envfile\":\"y.env\",\"com.docker.compose.version\":"
		"\"" FLOW_VERSION "\"},\"data\":\"Yw==\"}],"
		"\"annotations\":{\"org.opencontainers.image.created\":\"2026-11-30T02:00:00Z\"}}");
	assert_string_equal(manifest.digest, digest_of(arena, manifest.text, manifest.len));
	const struct manifest old = artifact_manifest(arena, &artifact, true, "");
	assert_null(strstr(old.text, "artifactType"));
	assert_non_null(strstr(old.text, "application/vnd.docker.compose.config.empty.v1+json"));
}

static void what_was_written_can_be_read(void **state)
{
	(void)state;
	struct artifact artifact = { 0 }, read;
	artifact_add(arena, &artifact, ARTIFACT_FILE, "compose.yaml", "a", 1);
	artifact_add(arena, &artifact, ARTIFACT_EXTENDS, "x.yaml", "b", 1);
	artifact_add(arena, &artifact, ARTIFACT_ENV, "y.env", "cd", 2);
	for (int old = 0; old < 2; old++) {
		const struct manifest manifest = artifact_manifest(arena, &artifact, old, "");
		assert_int_equal(artifact_read(arena, "oci://r", &manifest, &read, &errors), 0);
		assert_int_equal(read.nlayers, 3);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(read.layers[i].kind, artifact.layers[i].kind);
			assert_string_equal(read.layers[i].name, artifact.layers[i].name);
			assert_string_equal(read.layers[i].digest, artifact.layers[i].digest);
			assert_int_equal(read.layers[i].len, artifact.layers[i].len);
		}
		const struct artifact_image image = { manifest, "registry.example", "team/app" };
		const struct manifest index = artifact_index(arena, &image, 1, &manifest, old);
		assert_true(manifest_is_index(index.type));
		assert_non_null(strstr(
			index.text, "\"containerd.io/distribution.source.registry.example\":\"team/app\""));
		assert_null(artifact_in_index(arena, &index)); /* it is the subject, none of the manifests */
	}
	const struct manifest index =
		manifest_of("{\"manifests\":[{\"digest\":\"" DIGEST
			    "\",\"artifactType\":\"application/vnd.docker.compose.project\"}]}");
	assert_string_equal(artifact_in_index(arena, &index), DIGEST);
}

#define PROJECT "\"artifactType\":\"application/vnd.docker.compose.project\""
#define LAYER(type, digest, size, notes)                                                                     \
	"{\"mediaType\":\"application/vnd.docker.compose." type "\",\"digest\":\"" digest                    \
	"\",\"size\":" size ",\"annotations\":{" notes "}}"
#define FILE_LAYER LAYER("file+yaml", DIGEST, "1", "")

static void what_others_wrote_is_checked(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "x", "[]", "{}", "{" PROJECT, "{" PROJECT "}",
		"{" PROJECT ",\"layers\":{}}", "{" PROJECT ",\"layers\":[]}",
		"{\"artifactType\":\"x\",\"layers\":[" FILE_LAYER "]}",
		"{\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\"},\"layers\":[" FILE_LAYER
		"]}",
		"{" PROJECT ",\"layers\":[1]}",
		"{" PROJECT ",\"layers\":[" LAYER("file+yaml", "sha256:xyz", "1", "") "]}",
		"{" PROJECT ",\"layers\":[" LAYER("file+yaml", "../../x", "1", "") "]}",
		"{" PROJECT ",\"layers\":[" LAYER("file+yaml", DIGEST, "-1", "") "]}",
		"{" PROJECT ",\"layers\":[" LAYER("file+yaml", DIGEST, "17000000", "") "]}",
		"{" PROJECT ",\"layers\":[" LAYER("file+yaml", DIGEST, "9000000", "") "," LAYER(
			"file+yaml", DIGEST, "9000000", "") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER "," LAYER("envfile", DIGEST, "1", "") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER
		"," LAYER("envfile", DIGEST, "1", "\"com.docker.compose.envfile\":\"../x\"") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER
		"," LAYER("envfile", DIGEST, "1", "\"com.docker.compose.envfile\":\"..\"") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER
		"," LAYER("envfile", DIGEST, "1", "\"com.docker.compose.envfile\":\"a\\nb\"") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER "," LAYER("file+yaml", DIGEST, "1",
			"\"com.docker.compose.extends\":\"true\",\"com.docker.compose.file\":\"a\\\\b\"") "]}",
		"{" PROJECT ",\"layers\":[" FILE_LAYER
		"," LAYER("file+yaml", DIGEST, "1", "\"com.docker.compose.extends\":\"true\"") "]}" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const struct manifest manifest = manifest_of(wrong[i]);
		struct artifact read;
		size_t before = errors.count;
		assert_int_equal(artifact_read(arena, "oci://r", &manifest, &read, &errors), -1);
		assert_int_equal(errors.count, before + 1);
		assert_int_equal(errors.last->code, ERROR_FILE);
		assert_non_null(errors.last->hint);
	}
	const struct manifest fine = manifest_of("{" PROJECT ",\"layers\":[" FILE_LAYER "]}");
	struct artifact read;
	assert_int_equal(artifact_read(arena, "oci://r", &fine, &read, &errors), 0);
	const char *layers = FILE_LAYER;
	for (size_t i = 0; i < ARTIFACT_LAYERS_MOST; i++)
		layers = arena_printf(arena, "%s,{}", layers);
	const struct manifest many =
		manifest_of(arena_printf(arena, "{" PROJECT ",\"layers\":[%s]}", layers));
	assert_int_equal(artifact_read(arena, "oci://r", &many, &read, &errors), -1);
}

/* Of that many compose files. */
static int read_files(size_t count)
{
	const char *layers = FILE_LAYER;
	struct artifact read;
	for (size_t i = 1; i < count; i++)
		layers = arena_printf(arena, "%s," FILE_LAYER, layers);
	const struct manifest manifest =
		manifest_of(arena_printf(arena, "{" PROJECT ",\"layers\":[%s]}", layers));
	return artifact_read(arena, "oci://r", &manifest, &read, &errors);
}

static void what_cannot_be_one_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(ARTIFACT_FILES_MOST, YAML_DOCS_MOST);
	assert_int_equal(read_files(ARTIFACT_FILES_MOST), 0);
	assert_int_equal(read_files(ARTIFACT_FILES_MOST + 1), -1);
	assert_string_equal(errors.last->message, "oci://r: it holds more than 100 compose files");
}

/* From files to layers */

static int bundle(bool env, struct artifact *ret, size_t *ret_left)
{
	const char *files[] = { in("compose.yaml") };
	struct load_options options = { .files = files, .nfiles = 1, .cwd = dir, .project_name = "p" };
	struct project *project;
	struct sources sources;
	sources_init(&sources, arena);
	map_init((struct map *)(options.os_env = ARENA_NEW(arena, struct map)), arena);
	assert_int_equal(load_project(arena, &options, &sources, &project, &errors), 0);
	return bundle_make(arena, project, env, ret, ret_left, &errors);
}

static const char *name_of(const char *path, const char *ending)
{
	const char *whole = in(path);
	return arena_printf(arena, "%s.%s", digest_hex(digest_of(arena, whole, strlen(whole))), ending);
}

static void names_of_files_become_those_of_layers(void **state)
{
	(void)state;
	struct artifact artifact;
	size_t left;
	put("compose.yaml",
		"# \xd1\x8b\nservices:\n  a: {extends: {file: sub/base.yaml, service: b}, image: x} # kept\n"
		"  c:\n    image: y\n    env_file:\n      - 'one.env' # kept\n      - path: ./${NO:-sub}/two.env\n"
		"        required: false\n  d: {image: z, env_file: \"one.env\"}\n");
	put("one.env", "A=1\n");
	put("sub/base.yaml",
		"services: {b: {image: b, env_file: three.env, extends: {file: more.yaml, service: m}}}\n");
	put("sub/more.yaml", "services: {m: {image: m}}\n");
	put("sub/three.env", "C=3\n");
	assert_int_equal(bundle(true, &artifact, &left), 0);
	assert_int_equal(left, 1);
	assert_int_equal(artifact.nlayers, 5);
	assert_string_equal(artifact.layers[0].name, "compose.yaml");
	assert_string_equal(artifact.layers[0].bytes,
		arena_printf(arena,
			"# \xd1\x8b\nservices:\n  a: {extends: {file: %s, service: b}, image: x} # kept\n"
			"  c:\n    image: y\n    env_file:\n      - %s # kept\n      - path: %s\n"
			"        required: false\n  d: {image: z, env_file: %s}\n",
			name_of("sub/base.yaml", "yaml"), name_of("one.env", "env"),
			name_of("sub/two.env", "env"), name_of("one.env", "env")));
	assert_string_equal(artifact.layers[1].name, name_of("sub/base.yaml", "yaml"));
	assert_string_equal(artifact.layers[1].bytes,
		arena_printf(arena,
			"services: {b: {image: b, env_file: %s, extends: {file: %s, service: m}}}\n",
			name_of("sub/three.env", "env"), name_of("sub/more.yaml", "yaml")));
	assert_string_equal(artifact.layers[2].bytes, "services: {m: {image: m}}\n");
	assert_string_equal(artifact.layers[3].bytes, "A=1\n");
	assert_string_equal(artifact.layers[4].bytes, "C=3\n");
	assert_int_equal(bundle(false, &artifact, &left), 0);
	assert_int_equal(artifact.nlayers, 3);
	assert_int_equal(left, 3);
}

static void what_names_no_file_stays(void **state)
{
	(void)state;
	struct artifact artifact;
	size_t left;
	const char *text =
		"x-one: &one {image: x, environment: {env_file: a.env, extends: b}}\nservices:\n  a: *one\n"
		"  b: {extends: a}\n---\nservices: {c: {image: c, volumes: [./data:/data]}}\n";
	put("compose.yaml", text);
	assert_int_equal(bundle(true, &artifact, &left), 0);
	assert_int_equal(artifact.nlayers, 1);
	assert_string_equal(artifact.layers[0].bytes, text);
}

static void what_cannot_be_changed_is_an_error(void **state)
{
	(void)state;
	static const char *const wrong[] = { "services: {a: {image: x, env_file: !!str a.env}}\n",
		"services: {a: {image: x, env_file: &name a.env}}\n",
		"services:\n  a:\n    image: x\n    env_file: |-\n      a.env\n" };
	struct artifact artifact;
	size_t left;
	put("a.env", "A=1\n");
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		size_t before = errors.count;
		put("compose.yaml", wrong[i]);
		assert_int_equal(bundle(true, &artifact, &left), -1);
		assert_int_equal(errors.count, before + 1);
		assert_true(errors.last->at.line > 0);
		assert_non_null(errors.last->hint);
	}
	/* one text by two ways */
	put("compose.yaml", "services:\n  a: &a {image: x, env_file: a.env}\n  b: *a\n");
	assert_int_equal(bundle(true, &artifact, &left), 0);
	assert_string_equal(artifact.layers[0].bytes,
		arena_printf(arena, "services:\n  a: &a {image: x, env_file: %s}\n  b: *a\n",
			name_of("a.env", "env")));
}

/* What looks like a secret */

static const char *found(const char *text)
{
	struct leaks leaks;
	const char *all = "";
	leak_begin(&leaks, arena);
	leak_scan(&leaks, "f", text, strlen(text));
	for (size_t i = 0; i < leaks.count; i++)
		all = arena_printf(
			arena, "%s%s[%s]%s", all, *all ? "; " : "", leaks.items[i].kind, leaks.items[i].key);
	leak_end(&leaks);
	return all;
}

static void secrets_are_found_by_their_form(void **state)
{
	(void)state;
	static const struct {
		const char *text, *found;
	} cases[] = {
		{ "services: {a: {environment: [AWS_ACCESS_KEY_ID=A3TX1234567890ABCDEF, B=c]}}",
			"[AWS Client ID]services.a.environment.AWS_ACCESS_KEY_ID" },
		{ "services:\n  a:\n    environment:\n      - K=aws\"12345+67890/abcdefghijklm+NOPQRSTUVWXYZ+\"\n",
			"[AWS Secret Key]services.a.environment.K" },
		{ "GITHUB_TOKEN=ghp_1234567890abcdefghijklmnopqrstuvwxyz\n# x\nB=\n",
			"[Github authentication]GITHUB_TOKEN" },
		{ "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw",
			"[JSON Web Token]" },
		{ "-----BEGIN DSA PRIVATE KEY-----\nwxyz+ABC=\n-----END DSA PRIVATE KEY-----",
			"[Private Key]" },
		{ "k: |\n  -----BEGIN DSA PRIVATE KEY-----\n  wxyz+ABC=\n  -----END DSA PRIVATE KEY-----\n",
			"[Private Key]k" },
		{ "U=https://me:pa55@host/x\nV=https://me:${P}@host/x\nW=https://host/x:y@z\n",
			"[URL with password]U" },
		{ "DB_PASSWORD=aB3dE6gH9jK2mN5pQ8sT\nDB_NAME=aB3dE6gH9jK2mN5pQ8sT\n",
			"[Keyword Detector]DB_PASSWORD" },
		{ "DB_PASSWORD: ${DB_PASSWORD}\nTOKEN: hunter2\n", "" },
		{ "A: Bearer YW5uYTpjb3JyZWN0LWhvcnNl\nB: Bearer nothing\n",
			"[HTTP Bearer Authentication]A" },
		{ "A=AccountKey=abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh\n",
			"[Azure Storage Account access key]A" },
		{ "services: {web: {image: nginx, ports: [80]}}", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(found(cases[i].text), cases[i].found);
	struct leaks leaks;
	leak_begin(&leaks, arena);
	leak_scan(&leaks, "f", "T=ghp_1234567890abcdefghijklmnopqrstuvwxyz\0", 44);
	assert_int_equal(leaks.count, 0);
	leak_end(&leaks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_manifest_is_docker_composes),
		TEST(what_was_written_can_be_read),
		TEST(what_others_wrote_is_checked),
		TEST(what_cannot_be_one_file_is_refused),
		TEST(names_of_files_become_those_of_layers),
		TEST(what_names_no_file_stays),
		TEST(what_cannot_be_changed_is_an_error),
		TEST(secrets_are_found_by_their_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
