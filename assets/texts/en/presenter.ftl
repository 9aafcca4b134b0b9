### The presenter's layout, and the teacher's notes.

## What the pressed key does.

pressed-yes = yes
pressed-no = no
pressed-close = close
pressed-start = start
pressed-select = select
pressed-vote = a vote for { $answer }
pressed-go-on = go on
pressed-show-mode = show { $mode }
pressed-hide-mode = hide { $mode }
pressed-with-io = with I/O
pressed-without-io = without I/O
pressed-cores = cores divided another way
pressed-worker-more = one worker more
pressed-worker-fewer = one worker fewer
pressed-twice-tasks = twice as many tasks
pressed-half-tasks = half as many tasks
pressed-again = run again
pressed-save = save the run
pressed-previous-run = previous run
pressed-next-run = next run
pressed-quit = quit
pressed-freeze = freeze the picture
pressed-play = play
pressed-pause = pause
pressed-slower = slower
pressed-faster = faster
pressed-back-in-time = back in time
pressed-forward-in-time = forward in time
pressed-previous-event = previous event
pressed-next-event = next event
pressed-previous-moment = previous key moment
pressed-next-moment = next key moment
pressed-to-start = to the start
pressed-to-end = to the newest moment
pressed-suspend = suspend the lane
pressed-resume = resume the lane
pressed-kill = kill the worker
pressed-next-lane = another lane
pressed-next-worker = another worker
pressed-zoom = zoom in
pressed-back = back
pressed-order = another order
pressed-page = another page
pressed-usual-layout = usual layout
pressed-large-layout = large layout
pressed-help = help
pressed-output = output of the program
pressed-lessons = list of lessons
pressed-scenarios = list of scenarios
pressed-what-if = what if: other settings

## Notes.

notes-lesson = Before the run
notes-right = What is called right here is expected; the lesson decides by what it measures.
notes-ask = Ask: { $question }
