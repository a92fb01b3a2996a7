#include "plugin-manifest/manifest.h"

void manifest_print(FILE *out)
{
	fputs("{\"SchemaVersion\":\"0.1.0\",\"Vendor\":\"docker flow developers\",\"Version\":\"v" FLOW_VERSION
	      "\",\"ShortDescription\":\"Compose files as a graph: dependencies, health gates, plans\"}\n",
		out);
}
