#include "engine/connect/endpoint.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/var/run/docker.sock"

static const char *endpoint_variable(const struct endpoint_options *options, const char *name)
{
	const char *value = options->os_env ? map_get(options->os_env, name) : NULL;
	return value && *value ? value : NULL;
}

/* A TLS file: the one given by flag, else NAME in DOCKER_CERT_PATH or docker's configuration directory when
 * it is there. */
static const char *endpoint_tls_file(struct arena *arena, const struct endpoint_options *options,
	const struct config *config, const char *given, const char *name)
{
	const char *dir = endpoint_variable(options, "DOCKER_CERT_PATH");
	if (given && *given)
		return given;
	const char *file = arena_printf(arena, "%s/%s", dir ? dir : config->dir, name);
	return access(file, F_OK) == 0 ? file : NULL;
}

/* TLS by flags and environment. DOCKER_TLS_VERIFY counts when it is not empty, even as 0; --tlsverify turns
 * TLS on whatever its value. */
static int set_tls(struct arena *arena, const struct endpoint_options *options, const struct config *config,
	struct endpoint *endpoint, struct errors *errors)
{
	bool by_variable = endpoint_variable(options, "DOCKER_TLS_VERIFY");
	endpoint->tls_verify = options->tls_verify_set ? options->tls_verify : by_variable;
	endpoint->tls = options->tls || options->tls_verify_set || by_variable ||
			endpoint_variable(options, "DOCKER_TLS");
	if (!endpoint->tls)
		return 0;
	endpoint->ca = endpoint_tls_file(arena, options, config, options->ca, "ca.pem");
	endpoint->cert = endpoint_tls_file(arena, options, config, options->cert, "cert.pem");
	endpoint->key = endpoint_tls_file(arena, options, config, options->key, "key.pem");
	if (!endpoint->cert != !endpoint->key) {
		error_add(errors, ERROR_USAGE, NULL, NULL,
			"TLS needs certificate and key together, only %s is there",
			endpoint->cert ? endpoint->cert : endpoint->key);
		return error_hint(errors, "give --tlscert and --tlskey, or both files in DOCKER_CERT_PATH");
	}
	if (endpoint->tls_verify && !endpoint->ca && endpoint_variable(options, "DOCKER_CERT_PATH")) {
		error_add(errors, ERROR_USAGE, NULL, NULL, "%s/ca.pem is missing; TLS verification is on",
			endpoint_variable(options, "DOCKER_CERT_PATH"));
		return error_hint(errors, "put the CA's certificate there, or give --tlscacert");
	}
	return 0;
}

/* Splits host, [v6] and port of `text` up to the path. Returns -1 when it is malformed. */
static int split_host_port(
	struct arena *arena, const char *text, const char **ret_host, const char **ret_port)
{
	size_t len = strcspn(text, "/");
	size_t host = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":/");
	if (host > len || (text[host] != ':' && host != len))
		return -1;
	const char *port = host < len ? arena_strndup(arena, text + host + 1, len - host - 1) : "";
	if (strspn(port, "0123456789") != strlen(port) || strlen(port) > 5)
		return -1;
	for (size_t i = 0; i < host; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("[]:.-_%", text[i]))
			return -1;
	*ret_host = arena_strndup(arena, text, host);
	*ret_port = *port ? port : NULL;
	return 0;
}

/* A login before an @ is nothing docker knows, and is not shown, whether a scheme stands before it or not. */
static int bad_host(const struct endpoint *endpoint, struct errors *errors, const char *why)
{
	const char *at = strrchr(endpoint->host, '@');
	error_add(errors, ERROR_USAGE, NULL, NULL, "host \"%s%s\": %s", at ? "***" : "",
		at ? at : endpoint->host, why);
	return error_hint(errors, "write unix:///path/to/docker.sock, tcp://host:port or ssh://user@host");
}

static int set_tcp(struct arena *arena, struct endpoint *endpoint, const char *address, struct errors *errors)
{
	const char *host, *port, *path = address + strcspn(address, "/");
	size_t len = strlen(path);
	if (split_host_port(arena, address, &host, &port) != 0)
		return bad_host(endpoint, errors, "this is no host:port");
	while (len && path[len - 1] == '/')
		len--;
	if (!port)
		port = endpoint->tls ? "2376" : "2375";
	endpoint->url = arena_printf(arena, "%s://%s:%s%.*s", endpoint->tls ? "https" : "http",
		*host ? host : "localhost", port, (int)len, path);
	return 0;
}

/* Fills socket, url and ssh from the host. */
static int set_host(struct arena *arena, struct endpoint *endpoint, struct errors *errors)
{
	const char *host = endpoint->host;
	const char *scheme = strstr(host, "://");
	struct ssh_host parts;
	endpoint->url = "http://docker";
	if (!scheme && strstr(host, ":/"))
		return bad_host(endpoint, errors, "this is no host:port");
	if (!scheme)
		return set_tcp(arena, endpoint, host, errors);
	const char *rest = scheme + 3;
	if (strncmp(host, "tcp://", 6) == 0)
		return set_tcp(arena, endpoint, rest, errors);
	endpoint->tls = endpoint->tls_verify = false;
	endpoint->ca = endpoint->cert = endpoint->key = NULL;
	if (strncmp(host, "unix://", 7) == 0) {
		endpoint->socket = *rest ? rest : DEFAULT_SOCKET;
		if (endpoint->socket[0] != '/')
			return bad_host(endpoint, errors, "the socket's path is not absolute");
		if (strlen(endpoint->socket) > 107)
			return bad_host(endpoint, errors, "a socket's path has 107 bytes at most");
		return 0;
	}
	if (strncmp(host, "ssh://", 6) == 0) {
		endpoint->ssh = host;
		return endpoint_ssh_parse(arena, host, &parts, errors);
	}
	if (strncmp(host, "http://", 7) == 0 || strncmp(host, "https://", 8) == 0)
		return bad_host(endpoint, errors, "engines are named by tcp://, also with TLS");
	return bad_host(endpoint, errors, "this kind of address is not known here");
}

int endpoint_resolve_with(struct arena *arena, const struct endpoint_options *options,
	const struct config *config, struct endpoint *ret_endpoint, struct errors *errors)
{
	struct endpoint endpoint = { .context = "default", .headers = config->headers };
	const char *context = options->context && *options->context ? options->context : NULL;
	const char *host = options->host && *options->host ? options->host : NULL;
	if (context && host) {
		error_add(errors, ERROR_USAGE, NULL, NULL,
			"conflicting options: cannot specify both --host and --context");
		return error_hint(
			errors, "the context \"%s\" names a host itself: drop one of the two", context);
	}
	if (!host && !(context && strcmp(context, "default") != 0))
		host = endpoint_variable(options, "DOCKER_HOST");
	if (!host && !context)
		context = endpoint_variable(options, "DOCKER_CONTEXT");
	if (!host && !context && config->current_context && *config->current_context)
		context = config->current_context;
	if (!host && context && strcmp(context, "default") != 0) {
		endpoint.context = context;
		if (endpoint_context(arena, config->dir, context, &endpoint, errors) != 0)
			return -1;
	} else {
		endpoint.host = host ? host : "unix://" DEFAULT_SOCKET;
		if (set_tls(arena, options, config, &endpoint, errors) != 0)
			return -1;
	}
	if (set_host(arena, &endpoint, errors) != 0)
		return -1;
	*ret_endpoint = endpoint;
	return 0;
}

int endpoint_resolve(struct arena *arena, const struct endpoint_options *options,
	struct endpoint *ret_endpoint, struct errors *errors)
{
	const char *dir = config_dir(arena, options->config_dir, options->os_env);
	const struct config *config = config_read(arena, dir, options->os_env, errors);
	if (!config)
		return -1;
	return endpoint_resolve_with(arena, options, config, ret_endpoint, errors);
}
