### 레인이 하고 있는 일, 대기열, 메모리, 주요 순간. 짧은 것은 -short로 끝난다.

## 워커.

all-workers =
    { $n ->
        [1] 워커 1개
       *[other] 워커 { $n }개 모두
    }
all-threads =
    { $n ->
        [1] 스레드 1개
       *[other] 스레드 { $n }개 모두
    }
all-processes =
    { $n ->
        [1] 프로세스 1개
       *[other] 프로세스 { $n }개 모두
    }
# 워커가 막힌 곳. 워커 뒤에 붙는다.
blocked-in-io = I/O 중
blocked-in-wait = 차단(대기)
blocked-in-lock = 차단(락)
blocked-in-unknown = 차단
waits-unreadable = /proc/PID/syscall 읽기 불가: 추적 금지
waits-unreadable-short = /proc 읽기 불가
workers-blocked = { $workers } { $blocked }
workers-blocked-short = { $n }개 { $blocked }
some-workers-blocked = { $workers } 중 { $n }개 { $blocked }
# 코어 사용이 측정되지 않았을 때.
workers-ready = { $workers } 실행 준비됨
workers-not-measured = 부하 측정 전: { $workers } 실행 준비됨
workers-at-work = { $workers } 실행 중
workers-take-turns = { $workers } 교대 실행
workers-take-turns-short = { $n }개 교대 실행
workers-take-turns-others-blocked = { $workers } 교대 실행, { $n }개 { $blocked }
workers-left = { $workers } 남음
workers-left-some-blocked = { $workers } 남음, { $n }개 { $blocked }

## 설명.

waits-for-turn-of = 차례 대기: { $lane } 먼저 실행
waits-for-turn = 차례 대기
waits-for-turn-short = 대기
not-started-yet = 아직 시작 전
lane-ended = 종료
suspended-by-viewer = 사용자가 일시 정지, { $time } 경과 · z: 재개
suspended-for = 일시 정지 { $time }
suspended = 일시 정지
no-events-for = { $time } 동안 워커의 보고 없음
no-events = 보고 없음
running-function = { $function } 실행
workers-without-task = { $workers } 유휴, 작업 없음
no-worker-no-task = 워커 없음, 작업 없음
no-task = 작업 없음
workers-starting = { $workers } 시작 중
workers-starting-short = 시작 중
workers-loading = { $workers } 작업 적재 중
workers-loading-short = 적재 중
one-has-gil = 스레드 1개가 GIL 보유, { $n }개 대기
one-has-gil-short = GIL 보유 1개, 대기 { $n }개
threads-wait-for-gil = { $n }개 GIL 대기
cores-idle = 코어 { $idle }개 유휴
some-cores-idle-while-tasks-wait = 작업 { $queued }개가 대기하는데 코어 { $cores }개 중 { $idle }개 유휴
cores-idle-tasks-wait = 코어 { $idle }개 유휴, { $queued }개 대기
cores-idle-tasks-wait-short = { $idle }개 유휴, { $queued }개 대기
cores-idle-short = { $idle }개 유휴
# 코어의 일부. 다음 문장에 쓴다.
part-of-cores = 코어 { $cores }개 중 { $part }개
programs-take = 다른 프로그램이 { $taken } 사용
lanes-and-programs-take = 다른 레인과 프로그램이 { $taken } 사용
others-take = 외부에서 { $taken } 사용
others-take-short = 외부에서 { $n }개 사용
cores-used-here = 여기서는 { $n }개 사용
all-cores-busy =
    { $cores ->
        [1] 코어 사용 중
       *[other] 코어 { $cores }개 모두 사용 중
    }
all-wait-for-io = { $workers } I/O 대기, 대기열은 비어 있음
nothing-queued = 대기열 비어 있음
some-cores-busy = 코어 { $cores }개 중 { $busy }개 사용 중

## 대기열.

no-waiting = 대기 없음
queue-empty = 대기열이 비어 있음
queue-empty-short = 비어 있음
tasks-wait-for-processes = 작업 { $n }개가 프로세스 시작을 대기
tasks-wait-for-processes-short = 프로세스 시작 중
process-for-every-task = 모든 작업이 곧바로 프로세스를 받음
first-in-first-out = 선입선출(FIFO): 다음은 { $task }
task-is-next = 다음은 { $task }
tasks-of-pile-cell = ■ = 작업 { $n }개
next-tasks = 다음: { $tasks }

## 주요 순간.

moment-first-task = { $time }에 첫 작업을 가져갔다
moment-first-io = { $time }에 첫 I/O 대기
moment-idle-core = { $time }에 처음으로 작업이 대기하는데 코어가 놀았다: 대기열에 { $n }개
moment-idle-core-short = { $time }에 작업이 대기하는데 코어가 놀았다
moment-all-processes = { $time }에 모든 작업이 프로세스를 받았다
moment-queue-empty = { $time }에 대기열이 비었다, 작업 { $left }개는 아직 워커에 있다
moment-queue-empty-short = { $time }에 대기열이 비었다
moment-memory-peak = 메모리 최대 사용: { $payload }, 작업 { $all }개 중 { $n }개, { $time }
moment-memory-peak-short = 메모리 최대: { $payload }, { $time }
moment-death = w{ $worker }이(가) { $time }에 죽었다
moment-end = { $time }에 끝났다

## 코어와 메모리의 수치.

busy-cores = { $cores }개 중 { $busy }개 사용
payload-and-processes = 숫자 { $payload }, 프로세스 { $private }
payload-of-numbers = 숫자 { $payload }
tasks-of-tasks = 작업 { $all }개 중 { $n }개
tasks-of-all = { $n }/{ $all }개
tasks-loading = { $n }개 적재 중
