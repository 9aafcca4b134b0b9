### Keys.

## Descriptions in the help; at most 24 columns.

key-modes = serial threads pool proc.
key-io = tasks with or without I/O
key-cores = next core policy
key-scenarios = list of scenarios
key-workers = more, fewer workers
key-tasks = half, twice as many tasks
key-again = run again
key-what-if = what if: other settings
key-freeze = freeze; speed of a replay
key-save = save the run to a file
key-step-time = step in time
key-step-moment = step by event, key moment
key-ends = start, live
key-select = select a lane, a worker
key-zoom = a lane, a worker; back
key-order = sort the list; page, run
key-kill-suspend = kill (asks); suspend
key-presenter = large layout, or back
key-output = program output; back
key-quit = help, quit; ctrl+z: shell

## Hints in the footer: the key, then what it does.

hint-modes = 1-4 modes
hint-io = i I/O
hint-cores = c cores
hint-scenarios = S scenarios
hint-workers = +/- workers
hint-tasks = [/] tasks
hint-again = r again
hint-what-if = w what if
hint-freeze = space freeze
hint-go-on = space go on
hint-freeze-go-on = space freeze, go on
hint-play-speed = space play · {"{ }"} speed
hint-play-pause-speed = space play, pause · {"{ }"} speed
hint-save = s save
hint-time = ←→ time
hint-step = ←→ step
hint-event-moment = , . event · < > moment
hint-ends = home/end
hint-select = tab select
hint-worker = ↑↓ worker
hint-zoom = enter zoom
hint-zoom-back = enter zoom · esc back
hint-order = o order · pgup/dn
hint-kill = k kill
hint-output = l output
hint-help-quit = ? help · q quit
hint-while-typing = F12 close · Ctrl-C interrupt the program

## The help overlay.

help-title = help · any key closes
mouse-click-label = click
mouse-click = title, worker, moment
mouse-wheel-label = wheel
mouse-wheel = time; a list in the zoom
