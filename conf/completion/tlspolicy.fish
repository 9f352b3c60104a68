# fish completion for tlspolicy(1). The command itself knows its verbs and options.

function __tlspolicy_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command $words[1]
    set -e words[1]
    $command complete $words "$current" 2>/dev/null
end

complete -c tlspolicy -f -a '(__tlspolicy_candidates)'
