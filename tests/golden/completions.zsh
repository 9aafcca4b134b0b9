#compdef mpviz

autoload -U is-at-least

_mpviz() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'*--lanes=[The modes to run side by side, one lane each]:MODE,…:(serial threads pool process)' \
'--numbers=[How many numbers to add\: 0, 1, 2, …]:N:_default' \
'--tasks=[Into how many tasks to cut them]:N:_default' \
'--workers=[Workers of a pool, threads of a process]:N:_default' \
'--cost=[CPU time that adding one number costs; 0 is a plain sum]:TIME:_default' \
'--io=[I/O operations in each task]:N:_default' \
'--io-latency=[How long an I/O operation of kind sleep or net lasts]:TIME:_default' \
'--io-kind=[What an I/O operation is\: a sleep, 4 KiB forced to disk, a request to a local server that answers late]:KIND:(sleep disk net)' \
'--io-dir=[Where I/O of kind disk is done; not on a file system in memory]:DIR:_files' \
'--cores=[How the lanes share the cores\: a set each, all on all at once, or one lane after the other]:HOW:(split shared turns)' \
'--chunksize=[Tasks that a pool'\''s worker or a thread takes at a time; auto does as Python'\''s Pool.map]:N|auto:_default' \
'--max-tasks-per-worker=[Records after which a worker of the pool is replaced by a fresh process]:N:_default' \
'--no-gil=[Let the threads of a process compute at the same time]::BOOL:(true false)' \
'--skew=[How uneven the tasks are\: sizes go as 1, 2^-S, 3^-S, …; 0 is even]:S:_default' \
'--seed=[Draws the order of uneven tasks]:N:_default' \
'--repeat=[Run so many times, lanes in turn, and give medians]:N:_default' \
'--record=[Write every event of the run to a file, a line of JSON each, packed if it ends in .zst or .gz; \`mpviz replay\` plays it]:FILE:_files' \
'--scenario=[Run a scenario, a named set of these options\: lesson, memory, stall, width, gil, skew (\`mpviz scenarios\` says what each shows), or a file of your own, NAME.toml]:NAME|FILE:_default' \
'--fps=[Frames a second at most]:N:_default' \
'--theme=[Colours by name\: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml]:NAME:_default' \
'--color=[How many colours to use; auto asks COLORTERM and TERM, and heeds \`NO_COLOR\` unless a theme is named]:WHEN:(auto always never truecolor 256 16)' \
'--ascii=[Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux]::WHEN:(auto always never)' \
'--no-animation=[Draw once a beat, four times a second, and nothing in between]::BOOL:(true false)' \
'--no-mouse=[Leave the mouse to the terminal, to select text with]::BOOL:(true false)' \
'--config=[Read this configuration file rather than ~/.config/mpviz/config.toml]:FILE:_files' \
'--force[Run although memory, processes or descriptors seem not to suffice; overwrite the file of --record]' \
'(--config)--no-config[Read no configuration file]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_mpviz_commands" \
"*::: :->mpviz" \
&& ret=0
    case $state in
    (mpviz)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:mpviz-command-$line[1]:"
        case $line[1] in
            (replay)
_arguments "${_arguments_options[@]}" : \
'--fps=[Frames a second at most]:N:_default' \
'--theme=[Colours by name\: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml]:NAME:_default' \
'--color=[How many colours to use; auto asks COLORTERM and TERM, and heeds \`NO_COLOR\` unless a theme is named]:WHEN:(auto always never truecolor 256 16)' \
'--ascii=[Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux]::WHEN:(auto always never)' \
'--no-animation=[Draw once a beat, four times a second, and nothing in between]::BOOL:(true false)' \
'--no-mouse=[Leave the mouse to the terminal, to select text with]::BOOL:(true false)' \
'--config=[Read this configuration file rather than ~/.config/mpviz/config.toml]:FILE:_files' \
'--json[Print the result as one JSON object]' \
'--csv[Print the result as CSV, a row a lane]' \
'--markdown[Print the result as a Markdown table]' \
'(--config)--no-config[Read no configuration file]' \
'-h[Print help]' \
'--help[Print help]' \
':file -- The recording, plain or packed:_files' \
&& ret=0
;;
(run)
_arguments "${_arguments_options[@]}" : \
'*--lanes=[The modes to run side by side, one lane each]:MODE,…:(serial threads pool process)' \
'--numbers=[How many numbers to add\: 0, 1, 2, …]:N:_default' \
'--tasks=[Into how many tasks to cut them]:N:_default' \
'--workers=[Workers of a pool, threads of a process]:N:_default' \
'--cost=[CPU time that adding one number costs; 0 is a plain sum]:TIME:_default' \
'--io=[I/O operations in each task]:N:_default' \
'--io-latency=[How long an I/O operation of kind sleep or net lasts]:TIME:_default' \
'--io-kind=[What an I/O operation is\: a sleep, 4 KiB forced to disk, a request to a local server that answers late]:KIND:(sleep disk net)' \
'--io-dir=[Where I/O of kind disk is done; not on a file system in memory]:DIR:_files' \
'--cores=[How the lanes share the cores\: a set each, all on all at once, or one lane after the other]:HOW:(split shared turns)' \
'--chunksize=[Tasks that a pool'\''s worker or a thread takes at a time; auto does as Python'\''s Pool.map]:N|auto:_default' \
'--max-tasks-per-worker=[Records after which a worker of the pool is replaced by a fresh process]:N:_default' \
'--no-gil=[Let the threads of a process compute at the same time]::BOOL:(true false)' \
'--skew=[How uneven the tasks are\: sizes go as 1, 2^-S, 3^-S, …; 0 is even]:S:_default' \
'--seed=[Draws the order of uneven tasks]:N:_default' \
'--repeat=[Run so many times, lanes in turn, and give medians]:N:_default' \
'--record=[Write every event of the run to a file, a line of JSON each, packed if it ends in .zst or .gz; \`mpviz replay\` plays it]:FILE:_files' \
'--scenario=[Run a scenario, a named set of these options\: lesson, memory, stall, width, gil, skew (\`mpviz scenarios\` says what each shows), or a file of your own, NAME.toml]:NAME|FILE:_default' \
'--config=[Read this configuration file rather than ~/.config/mpviz/config.toml]:FILE:_files' \
'--force[Run although memory, processes or descriptors seem not to suffice; overwrite the file of --record]' \
'--json[Print the result as one JSON object]' \
'--csv[Print the result as CSV, a row a lane]' \
'--markdown[Print the result as a Markdown table]' \
'(--config)--no-config[Read no configuration file]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(export)
_arguments "${_arguments_options[@]}" : \
'--to=[What to write]:FORMAT:((perfetto\:"A trace for ui.perfetto.dev and other readers of Chrome'\''s JSON trace format"
asciicast\:"A film for a terminal\: asciicast version 2, for asciinema"
svg\:"A picture of the screen, or with --animate one that moves"
html\:"A page with a player, that needs nothing else"
csv\:"A table, a row a task"
joblog\:"GNU parallel'\''s job log"))' \
'-o+[Where to; standard output if nothing is named]:OUT:_files' \
'--output=[Where to; standard output if nothing is named]:OUT:_files' \
'--run=[Which run of the recording; the last if nothing is said]:N:_default' \
'--size=[Pictures\: columns and rows of the screen \[default\: 120x40\]]:WxH:_default' \
'--theme=[Pictures\: colours by name, as of the screen \[default\: dark\]]:NAME:_default' \
'--speed=[Films\: so many times as fast as the run was \[default\: 1\]]:X:_default' \
'--fps=[Films\: frames a second at most \[default\: 10, 4 for svg\]]:N:_default' \
'(--animate)--at=[svg\: the screen as it was drawn at this time of the run, or next after it \[default\: its end\]]:TIME:_default' \
'--force[Overwrite OUT]' \
'--animate[svg\: all of the run, moving]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':file -- The recording:_files' \
&& ret=0
;;
(compare)
_arguments "${_arguments_options[@]}" : \
'*--lanes=[The modes whose lanes are compared; all, on the screen as far as there is room for, first those that all runs have]:MODE,…:(serial threads pool process)' \
'--fps=[Frames a second at most]:N:_default' \
'--theme=[Colours by name\: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml]:NAME:_default' \
'--color=[How many colours to use; auto asks COLORTERM and TERM, and heeds \`NO_COLOR\` unless a theme is named]:WHEN:(auto always never truecolor 256 16)' \
'--ascii=[Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux]::WHEN:(auto always never)' \
'--no-animation=[Draw once a beat, four times a second, and nothing in between]::BOOL:(true false)' \
'--no-mouse=[Leave the mouse to the terminal, to select text with]::BOOL:(true false)' \
'--config=[Read this configuration file rather than ~/.config/mpviz/config.toml]:FILE:_files' \
'--table[Print the table though there is a terminal]' \
'--json[Print the result as one JSON object]' \
'--csv[Print the result as CSV, a row a lane]' \
'--markdown[Print the result as a Markdown table]' \
'(--config)--no-config[Read no configuration file]' \
'-h[Print help]' \
'--help[Print help]' \
'*::files -- Recordings (several runs of one are repeats), or objects that `mpviz run --json` printed:_files' \
&& ret=0
;;
(doctor)
_arguments "${_arguments_options[@]}" : \
'--json[Print what was found as one JSON object]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(scenarios)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'--print-default[Print a file that sets every option to its default, with comments]' \
'--path[Print where the configuration file is, whether or not there is one]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
':shell -- For which shell:(bash elvish fish powershell zsh)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
        esac
    ;;
esac
}

(( $+functions[_mpviz_commands] )) ||
_mpviz_commands() {
    local commands; commands=(
'replay:Play a recording on the same screen, or print its result\: with --json, --csv or --markdown, or without a terminal' \
'run:Run without a screen\: progress on standard error, the result on standard output' \
'export:Write a recording in another form\: a trace, a film, a picture, a page, a table' \
'compare:Lanes of several runs side by side\: recordings on the screen, and a table of them or of what \`mpviz run --json\` printed' \
'doctor:Say what works here and what does not, and what to do about it' \
'scenarios:List the scenarios\: what each shows, and the options it stands for' \
'config:Print a configuration file, or say where it is' \
'completions:Print a script that completes commands and options in a shell' \
'man:Print the man page' \
    )
    _describe -t commands 'mpviz commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__compare_commands] )) ||
_mpviz__subcmd__compare_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz compare commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__completions_commands] )) ||
_mpviz__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz completions commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__config_commands] )) ||
_mpviz__subcmd__config_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz config commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__doctor_commands] )) ||
_mpviz__subcmd__doctor_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz doctor commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__export_commands] )) ||
_mpviz__subcmd__export_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz export commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__man_commands] )) ||
_mpviz__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz man commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__replay_commands] )) ||
_mpviz__subcmd__replay_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz replay commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__run_commands] )) ||
_mpviz__subcmd__run_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz run commands' commands "$@"
}
(( $+functions[_mpviz__subcmd__scenarios_commands] )) ||
_mpviz__subcmd__scenarios_commands() {
    local commands; commands=()
    _describe -t commands 'mpviz scenarios commands' commands "$@"
}

if [ "$funcstack[1]" = "_mpviz" ]; then
    _mpviz "$@"
else
    compdef _mpviz mpviz
fi
