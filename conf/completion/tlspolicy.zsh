#compdef tlspolicy
# zsh completion for tlspolicy(1). The command itself knows its verbs and options.

local -a candidates
candidates=(${(f)"$($words[1] complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
candidates=(${candidates//:/\\:})
candidates=(${candidates/$'\t'/:})
if (( $#candidates )); then
    _describe tlspolicy candidates
elif [[ $words[CURRENT-1] == -* ]]; then
    _files # the value of an option, which may be a file
fi
