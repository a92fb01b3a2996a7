/* Completion scripts. They ask `docker-flow __complete WORDS… WORD`, which answers
 * `candidate<TAB>description` lines and a last line `:BITS` (the protocol of the docker CLI: 2 no space, 4 no
 * files, 8 extensions, 16 directories). A docker CLI from 28 on asks plugins itself; these serve the name
 * docker-flow and older CLIs' shells. */
#include "cmd/doc/doc_shell.h"

#include <string.h>

static const char bash[] =
	"# bash completion for docker-flow\n"
	"_docker_flow() {\n"
	"	local current=${COMP_WORDS[COMP_CWORD]} answer bits line\n"
	"	answer=$(\"${COMP_WORDS[0]}\" __complete \"${COMP_WORDS[@]:1:COMP_CWORD-1}\" \"$current\" 2>/dev/null) || return\n"
	"	bits=${answer##*:}\n"
	"	COMPREPLY=()\n"
	"	if [ $((bits & 16)) != 0 ]; then\n"
	"		mapfile -t COMPREPLY < <(compgen -d -- \"$current\")\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		return\n"
	"	fi\n"
	"	if [ $((bits & 8)) != 0 ] || { [ $((bits & 4)) = 0 ] && [ \"${answer%%:*}\" = '' ]; }; then\n"
	"		mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		return\n"
	"	fi\n"
	"	while IFS= read -r line; do\n"
	"		[[ $line == :* ]] || COMPREPLY+=(\"${line%%$'\\t'*}\")\n"
	"	done <<<\"$answer\"\n"
	"	[ $((bits & 2)) = 0 ] || compopt -o nospace 2>/dev/null\n"
	"}\n"
	"complete -F _docker_flow docker-flow\n";

static const char zsh[] =
	"#compdef docker-flow\n"
	"_docker_flow() {\n"
	"	local -a answer candidates\n"
	"	local line bits\n"
	"	answer=(\"${(@f)$(\"${words[1]}\" __complete \"${(@)words[2,CURRENT-1]}\" \"${words[CURRENT]}\" 2>/dev/null)}\")\n"
	"	bits=${answer[-1]#:}\n"
	"	if (( bits & 16 )); then _files -/; return; fi\n"
	"	if (( bits & 8 )); then _files -g '*.(yml|yaml|json)'; return; fi\n"
	"	for line in \"${(@)answer[1,-2]}\"; do\n"
	"		[[ -n $line ]] && candidates+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
	"	done\n"
	"	if (( ${#candidates} == 0 && !(bits & 4) )); then _files; return; fi\n"
	"	if (( bits & 2 )); then _describe -t docker-flow docker-flow candidates -S ''\n"
	"	else _describe -t docker-flow docker-flow candidates; fi\n"
	"}\n"
	"_docker_flow \"$@\"\n";

static const char fish[] =
	"# fish completion for docker-flow\n"
	"function __docker_flow_complete\n"
	"	set -l words (commandline -opc)\n"
	"	set -l answer ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)\n"
	"	or return 1\n"
	"	set -l bits (string replace : '' -- $answer[-1])\n"
	"	if test (math \"bitand($bits, 16)\") -ne 0\n"
	"		__fish_complete_directories (commandline -ct)\n"
	"	else if test (math \"bitand($bits, 8)\") -ne 0; or test (count $answer) -eq 1 -a (math \"bitand($bits, 4)\") -eq 0\n"
	"		__fish_complete_path (commandline -ct)\n"
	"	else if test (count $answer) -gt 1\n"
	"		printf '%s\\n' $answer[1..-2]\n"
	"	end\n"
	"end\n"
	"complete -c docker-flow -f -a '(__docker_flow_complete)'\n";

void doc_shell(FILE *out, const char *shell)
{
	fputs(strcmp(shell, "bash") == 0 ? bash : strcmp(shell, "zsh") == 0 ? zsh : fish, out);
}
