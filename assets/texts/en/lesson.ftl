### Lessons.

lesson-seconds = { $number } s
lesson-core-seconds = { $number } core-s
lesson-list-title = lessons · ↑↓ select · enter start · q quit
lesson-keys-vote = 1–{ $last }: one vote each · esc: take one back · enter: start · q: quit
lesson-keys-go-on = space: go on
lesson-keys-end = esc: close · S: lessons · q: quit
lesson-stop-position = stop { $number } of { $of }
lesson-run-position = run { $number } of { $of }
lesson-result = Result
lesson-right-here = right on this machine
lesson-none-right = No answer is right on this machine.
lesson-changed = The runs were changed by keys: no result. Start the lesson again with S.
lesson-not-measured = A figure was not measured: no result.
lesson-in-doubt = Other programs used the cores, so no answer is marked: repeat the lesson.
lesson-disturbed = Other programs used the cores: repeat the lesson before you trust its times.
lesson-claim = Claim: { $claim }
lesson-votes = { $count ->
    [one] 1 vote
   *[other] { $count } votes
 }
lesson-question-heading = Question
lesson-stops-heading = What happens
lesson-think-heading = To think about
lesson-machine = { $cores ->
    [one] 1 core
   *[other] { $cores } cores
 }, { $memory } of memory, { $os }
lesson-stop-missing = This moment did not occur in this run.
