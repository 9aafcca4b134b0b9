### The panel that compares settings for the tasks of a lane, and what simulations show.

what-if-enter-runs = enter run it
what-if-enter-simulates = enter show it SIMULATED
what-if-keys = ↑↓ · tab { $mode } · { $enter } · esc close
what-if-title = what if { $lane } had run with other settings · { $keys }
what-if-title-short = what if · { $keys }
what-if-title-shortest = what if
what-if-close = esc close
what-if-measure-again =
    Enter runs the lanes again, one after the other, and then compares the settings here.
what-if-measuring-again =
    the lanes run one after the other; the settings are compared once they have ended
what-if-predicting = predicting; the first time, this machine is measured for about two seconds …
what-if-time = time
what-if-interval = interval
what-if-signs = ● predicted  ├──┤ nine of ten runs
what-if-signs-short = ● predicted  ├──┤ 90 %
what-if-today = today: measured { $time }
what-if-today-short = today { $time }
what-if-choice =
    Choose { $setting }: about { $time } ({ $interval }), { $ratio }× faster than predicted for today's setting.
what-if-choice-short = Choose { $setting }: about { $time }, { $ratio }× faster than today's setting.
what-if-choice-shortest = Choose { $setting }: about { $time }, { $ratio }× faster.
what-if-keep =
    Keep today's setting: nothing is more than 5 % faster, and nothing as fast has fewer workers.
what-if-keep-short = Keep today's setting: nothing is more than 5 % faster.
what-if-tie =
    Today's setting is a tie, within 5 %: { $setting } would do, with fewer workers.
what-if-tie-short = A tie, within 5 %: { $setting } would do.
what-if-nearly-tie = Today's setting takes as long as { $setting }, within 5 %.
what-if-nearly-tie-short = A tie with { $setting }.
what-if-other-page = { $setting } (tab)
origin-measured = measured
origin-default = default
what-if-assumptions =
    Assumed: { $cores }, the lane alone. Intervals: ±{ $share } ({ $of_width }). Repeats differ by { $median } to {
        $most } ({ $of_noise }).
what-if-assumptions-short =
    { $cores }, alone; intervals ±{ $share } ({ $of_width }); noise { $median } to { $most } ({ $of_noise })
what-if-assumptions-shortest = ±{ $share } ({ $of_width }); noise { $median } to { $most } ({ $of_noise })
recorded-elsewhere =
    recorded on another machine or system, but the costs of processes are those of this one
simulated-is-shown = SIMULATED: { $setting } · s: save it · pgup: back to the measured run

## Why other settings are not predicted.

what-if-not-in-memory =
    the run exceeds the memory kept for it: record it with --record FILE, and replay the file
what-if-no-file = the recording was read from a pipe, or beside others: replay its file alone
what-if-followed = a recording that is followed is not read again: open it with `mpviz replay`
what-if-not-measured =
    this machine is measured first, which takes a second without other runs: press w once the run has ended
