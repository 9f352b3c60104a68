# bash completion for tlspolicy(1). The command itself knows its verbs and options.

_tlspolicy() {
    local IFS=$'\n'
    COMPREPLY=($("$1" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1))
    if [[ ${#COMPREPLY[@]} -eq 0 && ${COMP_WORDS[COMP_CWORD - 1]} == -* ]]; then
        compopt -o default 2>/dev/null # the value of an option, which may be a file
    fi
}

complete -F _tlspolicy tlspolicy
