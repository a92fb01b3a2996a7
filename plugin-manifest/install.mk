# Installation: the plugin, its manual and the shells' completion.
#   make install            for everyone, below $(DESTDIR)$(PREFIX)
#   make install-user       for this user: $DOCKER_CONFIG or ~/.docker
PREFIX     ?= /usr/local
PLUGINS    ?= $(PREFIX)/lib/docker/cli-plugins
MANDIR     ?= $(PREFIX)/share/man/man1
BASHCOMP   ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMP    ?= $(PREFIX)/share/zsh/site-functions
FISHCOMP   ?= $(PREFIX)/share/fish/vendor_completions.d
USERDIR    ?= $(if $(DOCKER_CONFIG),$(DOCKER_CONFIG),$(HOME)/.docker)/cli-plugins
INSTALLED  := $(PLUGINS)/docker-flow $(MANDIR)/docker-flow.1 $(BASHCOMP)/docker-flow $(ZSHCOMP)/_docker-flow $(FISHCOMP)/docker-flow.fish
DOCS       := $O/docker-flow.1 $O/completion.bash $O/completion.zsh $O/completion.fish

$O/docker-flow.1: $O/docker-flow
	$< __doc man >$@

$O/completion.%: $O/docker-flow
	$< __doc $* >$@

install: $O/docker-flow $(DOCS)
	install -D -m 755 $< $(DESTDIR)$(PLUGINS)/docker-flow
	install -D -m 644 $O/docker-flow.1 $(DESTDIR)$(MANDIR)/docker-flow.1
	install -D -m 644 $O/completion.bash $(DESTDIR)$(BASHCOMP)/docker-flow
	install -D -m 644 $O/completion.zsh $(DESTDIR)$(ZSHCOMP)/_docker-flow
	install -D -m 644 $O/completion.fish $(DESTDIR)$(FISHCOMP)/docker-flow.fish

uninstall:
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))

install-user: $O/docker-flow
	install -D -m 755 $< $(USERDIR)/docker-flow

uninstall-user:
	rm -f $(USERDIR)/docker-flow

.PHONY: install uninstall install-user uninstall-user
