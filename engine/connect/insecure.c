#include "engine/connect/insecure.h"

#include "base/text/address.h"
#include "base/text/json.h"

#include <cjson/cJSON.h>
#include <string.h>

/* "IndexConfigs": {"HOST:PORT": {"Secure": false}} */
static bool is_named(const cJSON *registries, const char *host)
{
	const cJSON *index = json_get(json_get(registries, "IndexConfigs"), host);
	return index && cJSON_IsFalse(json_get(index, "Secure"));
}

/* "InsecureRegistryCIDRs": ["10.0.0.0/8"]; of a host that is an address. */
static bool is_of_network(const cJSON *registries, const char *host)
{
	struct address address, net;
	unsigned bits;
	const cJSON *item;
	char name[64];
	bool bracket = *host == '[';
	size_t len = bracket ? strcspn(host + 1, "]") : strcspn(host, ":");
	if (len >= sizeof name)
		return false;
	memcpy(name, host + bracket, len);
	name[len] = '\0';
	if (!address_parse(name, &address))
		return false;
	cJSON_ArrayForEach(item, json_get(registries, "InsecureRegistryCIDRs"))
	{
		const char *text = cJSON_GetStringValue(item);
		if (text && address_parse_net(text, &net, &bits) && address_within(&address, &net, bits))
			return true;
	}
	return false;
}

bool insecure_registry(struct engine *engine, const char *host)
{
	struct errors ignored;
	errors_init(&ignored, engine->arena);
	struct request *request = http_request(engine->http);
	request->method = "GET";
	request->path = "/info";
	bool found = false;
	if (http_call(request, &ignored) == 0 && request->status == 200) {
		cJSON *json = http_json(request, JSON_OBJECT, &ignored);
		const cJSON *registries = json_get(json, "RegistryConfig");
		found = is_named(registries, host) || is_of_network(registries, host);
		cJSON_Delete(json);
	}
	http_free(request);
	return found;
}
