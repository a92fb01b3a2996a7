/* Where an engine is: what the carriers of its requests need. engine/connect/endpoint.h is about finding it.
 */
#ifndef ENGINE_HTTP_ENDPOINT_H
#define ENGINE_HTTP_ENDPOINT_H

#include <stdbool.h>

struct endpoint {
	const char *host;    /* unix:///var/run/docker.sock, tcp://…, ssh://… */
	const char *socket;  /* unix: path of the socket; ssh: path of the listening one we make */
	const char *url;     /* tcp: http://h:p or https://h:p; else http://docker */
	const char *context; /* name of the docker context, "default" otherwise */
	bool tls, tls_verify;
	const char *ca, *cert, *key; /* files, or NULL */
	const char *ssh;             /* the whole ssh://… host, or NULL */
	const char *const *headers;  /* HttpHeaders of config.json, or NULL */
};

#endif
