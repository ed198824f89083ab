# Bash completion of all sealkit tools. Options come from --help, which is made from the
# same table that the tool reads, so that the two cannot differ.
# shellcheck shell=bash

_sealkit() {
	local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]} help commands
	COMPREPLY=()
	help=$("$1" --help 2>/dev/null) || return 0
	commands=$(sed -nE 's/^  ([a-z][a-z-]*) .*/\1/p' <<<"$help")
	if [[ -n $commands && $COMP_CWORD -eq 1 && $word != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
		return 0
	fi
	if [[ -n $commands && $COMP_CWORD -gt 1 ]]; then
		help=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null) || return 0
	fi
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '--[a-z][a-z0-9-]*' <<<"$help" | sort -u)" -- "$word")
		return 0
	fi
	# The word that --help has behind an option says what is wanted there.
	case $(sed -nE "s/^ +(-., )?$last ([A-Z]+).*/\2/p; s/^ +$last, --[a-z-]+ ([A-Z]+).*/\1/p" <<<"$help" | head -n 1) in
	DIR) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	'' | FILE | CARD) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}

complete -o filenames -F _sealkit seal-audit seal-ceremony seal-combine seal-drill seal-enroll seal-init seal-lock seal-open seal-rekey seal-reshare seal-roster seal-rotate seal-split seal-status seal-unseal seald
