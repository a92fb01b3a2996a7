/* A multi handle of libcurl on the loop. */
#ifndef ENGINE_CURL_LOOP_H
#define ENGINE_CURL_LOOP_H

#include "engine/http/curl_lib.h"
#include "engine/loop/loop.h"

struct curl_socket;

struct curl_loop {
	struct loop *loop;
	const struct curl_lib *lib;
	CURLM *multi; /* NULL: closed */
	struct loop_timer *timer;
	struct curl_socket *sockets; /* descriptors that libcurl waits on */

	/* Set by the caller. After libcurl was driven: for each handle that has ended, then once at the end:
	 * that one may close. */
	void (*ended)(void *arg, CURL *easy, CURLcode code);
	void (*driven)(void *arg);
	void *arg;
};

/* Makes the multi handle; `curl` stays where it is. Returns 0, or -1 with a finding. */
int curl_loop_open(
	struct curl_loop *curl, struct loop *loop, const struct curl_lib *lib, struct errors *errors);

/* Releases it; no handle is left in it, or one that only was to connect. Nothing when it is closed. */
void curl_loop_close(struct curl_loop *curl);

#endif
