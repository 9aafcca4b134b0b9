### A map of winners: the fastest mode for each share of I/O and number of tasks.

## The heading, axes and keys.

map-tasks-of = tasks of { $cpu } CPU
map-tasks-with-payload = tasks of { $cpu } CPU, { $payload }
map-number-of-tasks = { $tasks } of { $cpu } CPU
map-heading = { $tasks }, predicted for { $cores }
map-heading-extrapolated = { $tasks }, predicted for { $cores } (EXTRAPOLATED)
map-given-width = Pool and threads with { $workers }
map-best-width = Pool and threads with their best number of workers each, which follows the letter
map-best-width-short = Pool and threads with their best number of workers, after the letter
map-best-width-shortest = Best number of workers, after the letter
map-rows-tasks = tasks
map-rows-payload = payload
map-column = { $percent } % I/O
map-no-payload = none
map-keys = ←→ ↑↓ cell · tab given or best number of workers · q quit
map-keys-short = ←→ ↑↓ cell · tab workers · q quit
map-no-key = this key has no function here · q quits

## The legend.

mode-eager = eager processes
mode-eager-short = eager
map-tie = tie
map-figures = = tie, under 5 % · 1.7×: the next mode takes 1.7 times as long{ $marks }
map-figures-short = = tie, under 5 % · ×: next mode's time{ $marks }
map-figures-shorter = = tie{ $marks }
map-marks = { " " }· + confirmed, ! contradicted, ? disturbed
map-tie-and-marks = = tie · + right ! wrong ? disturbed
map-tie-alone = = tie
map-marks-alone = + right ! wrong

## Sentences.

map-no-mode-wins = no mode wins any; { $ties } are ties
map-wins = won by { $wins }; { $ties } are ties
map-wins-given = Of { $cells } cells, with { $workers }: { $wins }.
map-wins-best = With the best number of workers: { $wins }.
map-depends-on-width =
    The map depends on the width: eager processes win { $given } cells against { $workers }, { $best } against the {
        "" }best number.
map-own-outside = Your tasks have more I/O than the last column, { $percent } %: no column is marked.
map-confirmed = Real runs confirmed { $n } of { $all } outcomes.
map-disturbed =
    Other programs used the cores during the runs of { $n } outcomes, which prove nothing: repeat them on a quiet {
        "" }machine.

## A cell.

map-cell = { $tasks }, { $percent } % I/O
map-cell-with-payload = { $tasks } of { $payload }, { $percent } % I/O
map-cell-with-io = { $cell } ({ $time } a task)
map-nothing-fits = { $cell }: the payload of no mode fits into memory
map-measured = { " " }· measured { $runs }
map-left-out = { " " }· no memory for { $modes }
confirming-map =
    confirming { $cells ->
        [one] 1 cell
       *[other] { $cells } cells
    } by { $runs } real runs, about { $time }
