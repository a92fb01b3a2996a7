# Paths of all properties of the schema, as docker flow's rows spell them: services.*.ports[].target
def deref($root): if type == "object" and has("$ref") then (.["$ref"] | ltrimstr("#/") | split("/")) as $p | $root | getpath($p) else . end;
def paths_of($root; $at; $depth):
	if $depth > 9 then empty else deref($root) | select(type == "object") |
	((.properties // {}) | to_entries[] | "\($at)\(if $at == "" then "" else "." end)\(.key)" as $p | $p, (.value | paths_of($root; $p; $depth + 1))),
	((.patternProperties // {}) | to_entries[] | select(.key != "^x-") | .value | paths_of($root; $at + ".*"; $depth + 1)),
	((.additionalProperties // empty) | select(type == "object") | paths_of($root; $at + ".*"; $depth + 1)),
	((.items // empty) | paths_of($root; $at + "[]"; $depth + 1)),
	((.oneOf // [])[], (.anyOf // [])[], (.allOf // [])[] | paths_of($root; $at; $depth)) end;
. as $root | paths_of($root; ""; 0)
