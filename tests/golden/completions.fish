# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mpviz_global_optspecs
    string join \n lanes= numbers= tasks= workers= cost= io= io-latency= io-kind= io-dir= cores= chunksize= max-tasks-per-worker= no-gil= skew= seed= repeat= record= scenario= force fps= theme= color= ascii= no-animation= no-mouse= config= no-config h/help V/version
end

function __fish_mpviz_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mpviz_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mpviz_using_subcommand
    set -l cmd (__fish_mpviz_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mpviz -n "__fish_mpviz_needs_command" -l lanes -d 'The modes to run side by side, one lane each' -r -f -a "serial\t''
threads\t''
pool\t''
process\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l numbers -d 'How many numbers to add: 0, 1, 2, …' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l tasks -d 'Into how many tasks to cut them' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l workers -d 'Workers of a pool, threads of a process' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l cost -d 'CPU time that adding one number costs; 0 is a plain sum' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l io -d 'I/O operations in each task' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l io-latency -d 'How long an I/O operation of kind sleep or net lasts' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l io-kind -d 'What an I/O operation is: a sleep, 4 KiB forced to disk, a request to a local server that answers late' -r -f -a "sleep\t''
disk\t''
net\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l io-dir -d 'Where I/O of kind disk is done; not on a file system in memory' -r -F
complete -c mpviz -n "__fish_mpviz_needs_command" -l cores -d 'How the lanes share the cores: a set each, all on all at once, or one lane after the other' -r -f -a "split\t''
shared\t''
turns\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l chunksize -d 'Tasks that a pool\'s worker or a thread takes at a time; auto does as Python\'s Pool.map' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l max-tasks-per-worker -d 'Records after which a worker of the pool is replaced by a fresh process' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l no-gil -d 'Let the threads of a process compute at the same time' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l skew -d 'How uneven the tasks are: sizes go as 1, 2^-S, 3^-S, …; 0 is even' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l seed -d 'Draws the order of uneven tasks' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l repeat -d 'Run so many times, lanes in turn, and give medians' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l record -d 'Write every event of the run to a file, a line of JSON each, packed if it ends in .zst or .gz; `mpviz replay` plays it' -r -F
complete -c mpviz -n "__fish_mpviz_needs_command" -l scenario -d 'Run a scenario, a named set of these options: lesson, memory, stall, width, gil, skew (`mpviz scenarios` says what each shows), or a file of your own, NAME.toml' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l fps -d 'Frames a second at most' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l theme -d 'Colours by name: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml' -r
complete -c mpviz -n "__fish_mpviz_needs_command" -l color -d 'How many colours to use; auto asks COLORTERM and TERM, and heeds `NO_COLOR` unless a theme is named' -r -f -a "auto\t''
always\t''
never\t''
truecolor\t''
256\t''
16\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l ascii -d 'Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l no-animation -d 'Draw once a beat, four times a second, and nothing in between' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l no-mouse -d 'Leave the mouse to the terminal, to select text with' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_needs_command" -l config -d 'Read this configuration file rather than ~/.config/mpviz/config.toml' -r -F
complete -c mpviz -n "__fish_mpviz_needs_command" -l force -d 'Run although memory, processes or descriptors seem not to suffice; overwrite the file of --record'
complete -c mpviz -n "__fish_mpviz_needs_command" -l no-config -d 'Read no configuration file'
complete -c mpviz -n "__fish_mpviz_needs_command" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_needs_command" -s V -l version -d 'Print version'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "replay" -d 'Play a recording on the same screen, or print its result: with --json, --csv or --markdown, or without a terminal'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "run" -d 'Run without a screen: progress on standard error, the result on standard output'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "export" -d 'Write a recording in another form: a trace, a film, a picture, a page, a table'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "compare" -d 'Lanes of several runs side by side: recordings on the screen, and a table of them or of what `mpviz run --json` printed'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "doctor" -d 'Say what works here and what does not, and what to do about it'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "scenarios" -d 'List the scenarios: what each shows, and the options it stands for'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "config" -d 'Print a configuration file, or say where it is'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "completions" -d 'Print a script that completes commands and options in a shell'
complete -c mpviz -n "__fish_mpviz_needs_command" -f -a "man" -d 'Print the man page'
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l fps -d 'Frames a second at most' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l theme -d 'Colours by name: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l color -d 'How many colours to use; auto asks COLORTERM and TERM, and heeds `NO_COLOR` unless a theme is named' -r -f -a "auto\t''
always\t''
never\t''
truecolor\t''
256\t''
16\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l ascii -d 'Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l no-animation -d 'Draw once a beat, four times a second, and nothing in between' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l no-mouse -d 'Leave the mouse to the terminal, to select text with' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l config -d 'Read this configuration file rather than ~/.config/mpviz/config.toml' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l json -d 'Print the result as one JSON object'
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l csv -d 'Print the result as CSV, a row a lane'
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l markdown -d 'Print the result as a Markdown table'
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -l no-config -d 'Read no configuration file'
complete -c mpviz -n "__fish_mpviz_using_subcommand replay" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l lanes -d 'The modes to run side by side, one lane each' -r -f -a "serial\t''
threads\t''
pool\t''
process\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l numbers -d 'How many numbers to add: 0, 1, 2, …' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l tasks -d 'Into how many tasks to cut them' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l workers -d 'Workers of a pool, threads of a process' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l cost -d 'CPU time that adding one number costs; 0 is a plain sum' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l io -d 'I/O operations in each task' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l io-latency -d 'How long an I/O operation of kind sleep or net lasts' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l io-kind -d 'What an I/O operation is: a sleep, 4 KiB forced to disk, a request to a local server that answers late' -r -f -a "sleep\t''
disk\t''
net\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l io-dir -d 'Where I/O of kind disk is done; not on a file system in memory' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l cores -d 'How the lanes share the cores: a set each, all on all at once, or one lane after the other' -r -f -a "split\t''
shared\t''
turns\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l chunksize -d 'Tasks that a pool\'s worker or a thread takes at a time; auto does as Python\'s Pool.map' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l max-tasks-per-worker -d 'Records after which a worker of the pool is replaced by a fresh process' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l no-gil -d 'Let the threads of a process compute at the same time' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l skew -d 'How uneven the tasks are: sizes go as 1, 2^-S, 3^-S, …; 0 is even' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l seed -d 'Draws the order of uneven tasks' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l repeat -d 'Run so many times, lanes in turn, and give medians' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l record -d 'Write every event of the run to a file, a line of JSON each, packed if it ends in .zst or .gz; `mpviz replay` plays it' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l scenario -d 'Run a scenario, a named set of these options: lesson, memory, stall, width, gil, skew (`mpviz scenarios` says what each shows), or a file of your own, NAME.toml' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l config -d 'Read this configuration file rather than ~/.config/mpviz/config.toml' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l force -d 'Run although memory, processes or descriptors seem not to suffice; overwrite the file of --record'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l json -d 'Print the result as one JSON object'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l csv -d 'Print the result as CSV, a row a lane'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l markdown -d 'Print the result as a Markdown table'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -l no-config -d 'Read no configuration file'
complete -c mpviz -n "__fish_mpviz_using_subcommand run" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l to -d 'What to write' -r -f -a "perfetto\t'A trace for ui.perfetto.dev and other readers of Chrome\'s JSON trace format'
asciicast\t'A film for a terminal: asciicast version 2, for asciinema'
svg\t'A picture of the screen, or with --animate one that moves'
html\t'A page with a player, that needs nothing else'
csv\t'A table, a row a task'
joblog\t'GNU parallel\'s job log'"
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -s o -l output -d 'Where to; standard output if nothing is named' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l run -d 'Which run of the recording; the last if nothing is said' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l size -d 'Pictures: columns and rows of the screen [default: 120x40]' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l theme -d 'Pictures: colours by name, as of the screen [default: dark]' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l speed -d 'Films: so many times as fast as the run was [default: 1]' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l fps -d 'Films: frames a second at most [default: 10, 4 for svg]' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l at -d 'svg: the screen as it was drawn at this time of the run, or next after it [default: its end]' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l force -d 'Overwrite OUT'
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -l animate -d 'svg: all of the run, moving'
complete -c mpviz -n "__fish_mpviz_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l lanes -d 'The modes whose lanes are compared; all, on the screen as far as there is room for, first those that all runs have' -r -f -a "serial\t''
threads\t''
pool\t''
process\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l fps -d 'Frames a second at most' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l theme -d 'Colours by name: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own, ~/.config/mpviz/themes/NAME.toml' -r
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l color -d 'How many colours to use; auto asks COLORTERM and TERM, and heeds `NO_COLOR` unless a theme is named' -r -f -a "auto\t''
always\t''
never\t''
truecolor\t''
256\t''
16\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l ascii -d 'Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux' -r -f -a "auto\t''
always\t''
never\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l no-animation -d 'Draw once a beat, four times a second, and nothing in between' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l no-mouse -d 'Leave the mouse to the terminal, to select text with' -r -f -a "true\t''
false\t''"
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l config -d 'Read this configuration file rather than ~/.config/mpviz/config.toml' -r -F
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l table -d 'Print the table though there is a terminal'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l json -d 'Print the result as one JSON object'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l csv -d 'Print the result as CSV, a row a lane'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l markdown -d 'Print the result as a Markdown table'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -l no-config -d 'Read no configuration file'
complete -c mpviz -n "__fish_mpviz_using_subcommand compare" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand doctor" -l json -d 'Print what was found as one JSON object'
complete -c mpviz -n "__fish_mpviz_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand scenarios" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand config" -l print-default -d 'Print a file that sets every option to its default, with comments'
complete -c mpviz -n "__fish_mpviz_using_subcommand config" -l path -d 'Print where the configuration file is, whether or not there is one'
complete -c mpviz -n "__fish_mpviz_using_subcommand config" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand completions" -s h -l help -d 'Print help'
complete -c mpviz -n "__fish_mpviz_using_subcommand man" -s h -l help -d 'Print help'
