### 실행 전체: 부하, 보이는 부분, 의심스러운 점.

## 부하.

io-off = I/O 없음
io-on = I/O 있음
io-to-disk = 작업당 I/O { $n } × 디스크
io-of-task = 작업당 I/O { $n } × { $latency }
tasks-of-size = 작업 { $n }개, 각 { $size }
tasks-averaging = 작업 { $n }개, 평균 { $size }
sum-of-numbers = 숫자 { $numbers }개의 합
some-numbers = 숫자 { $numbers }개
millions-of-numbers = 숫자 { $n } M개
cpu-of-task = CPU { $time }
disk-io-of-task = 디스크 I/O { $n }회
single-io-of-task = I/O { $latency }
repeated-io-of-task = I/O { $n } × { $latency }
start-method = 시작 방식 { $method }
core-policy = 코어 { $policy }

## 보이는 부분.

frozen-at = { $at }의 화면 · { $run } · End: 실시간으로
frozen-at-short = { $run } · End: 실시간으로
frozen-at-shortest = { $run } · End: 실시간
run-goes-on = 실행은 계속되어 지금 { $time }
lane-goes-on = 실행은 계속되어 { $lane }은(는) 지금 { $time }
frozen-after-end = { $at }의 화면 · 실행은 끝남 · End: 결과로
frozen-after-end-short = 실행은 끝남 · End: 결과로
frozen-after-end-shortest = 끝남 · End: 결과
recording-of-length = 기록, { $length }
run-of-recording = 기록 속 실행 { $n }/{ $of }, pgup/pgdn: 다른 실행
run-of-recording-short = 실행 { $n }/{ $of }, pgup/pgdn: 다른 실행
run-of-recording-shortest = 실행 { $n }/{ $of }, pgup/pgdn: 다른 것
run-number-of = 실행 { $n }/{ $of }
no-lane = 레인 없음
lanes-shown = 레인 { $shown }/{ $lanes }
tab-next = tab: 다음
runs-side-by-side = 실행 { $runs }개 나란히
simulated-beside-measured = 시뮬레이션과 측정 나란히

## 의심스러운 점, 머신의 제약.

samples-skipped = 샘플 { $n }개 건너뜀
events-late = { $time } 늦음
mpviz-held-up = { $time } 지연
cores-cannot-be-split = 코어 { $cores }개를 레인 { $lanes }개로 나눌 수 없어 레인을 차례로 실행한다
turns-for-gil = GIL은 코어가 여럿일 때만 차이가 있어 레인을 차례로 실행한다
turns-for-serial = 직렬을 여러 코어를 쓰는 레인과 비교하므로 레인을 차례로 실행한다
turns-for-workers = 워커 수는 코어가 많을 때만 차이가 있어 레인을 차례로 실행한다
turns-for-uneven-tasks = 고르지 않은 작업은 코어가 여럿일 때만 차이가 있어 레인을 차례로 실행한다
one-core-and-gil = 코어 1개에서는 GIL이 있어도 차이가 없다
one-core-and-serial = 코어 1개에서는 어느 레인도 직렬보다 빨리 계산하지 못한다
one-core-and-uneven-tasks = 코어 1개에서는 작업이 고르지 않아도 차이가 없다
one-core-and-workers = 코어 1개에서는 워커 수가 달라도 차이가 없다
io-shows-little =
    풀의 워커마다 작업이 { $rounds }개뿐이라 I/O의 영향이 작다: 워커를 줄이거나(-) 작업을 늘려야 한다(])
cores-isolated-left-out = 코어 { $cores }은(는) 격리되어 있어 쓰지 않는다
only-isolated-cores =
    { $n ->
        [1] 코어 { $cores }은(는) 격리되어 있다
       *[other] 코어 { $cores }은(는) 격리되어 있다: 커널이 레인의 모든 워커를 그중 하나에 둔다
    }
affinity-refused =
    워커를 코어에 고정하지 못해 레인들이 모든 코어를 함께 쓴다: sched_setaffinity 실패: { $error }
proc-of-other-namespace = /proc가 다른 PID 네임스페이스에 속해 워커의 CPU 시간과 메모리를 알 수 없다
not-attached-without-site =
    연결되지 않았다: mpviz에는 sitecustomize가 필요한데 { $program } -S는 임포트하지 않는다; -S를 빼야 한다
not-attached-without-path =
    연결되지 않았다: mpviz에는 PYTHONPATH가 필요한데 { $program } -{ $option }은(는) 무시한다; -{ $option }을(를) 빼야 한다
not-attached-not-reported =
    연결되지 않았다: { $program }의 보고가 없다; 환경에 PYTHONPATH가 없거나, mpviz doctor로 원인을 알 수 있다
not-attached-no-python = 연결되지 않았다: 보고한 Python 인터프리터가 없어 프로세스만 알 수 있다

## 레인의 제목.

one-process = 프로세스 1개
threads-with-gil = 스레드 { $n }개, GIL 1개
threads-without-gil = 스레드 { $n }개, GIL 없음
workers-and-queue = 워커 { $n }개, 대기열 1개
processes-at-once =
    { $n ->
        [1] 프로세스 1개
       *[other] 프로세스 { $n }개 동시에
    }
finished-after = 완료 { $time }
cancelled-after = 사용자가 끝냄 · { $all }개 중 { $finished }개 완료
cancelled-after-short = 끝냄 · { $finished }/{ $all }
work-and-tasks-done = 작업량의 { $work } · { $all }개 중 { $finished }개 완료
work-and-tasks-done-shorter = 진행 { $work } · { $all }개 중 { $finished }개 완료
work-and-tasks-done-short = { $work } · { $all }개 중 { $finished }개 완료
work-and-tasks-done-shortest = { $work } · { $finished }/{ $all }
lost-tasks = 유실 { $n }개
failed-tasks = 실패 { $n }개
failed-and-lost-tasks = 실패 { $failed }개 · 유실 { $lost }개
failed-or-lost-tasks = 실패/유실 { $n }개
one-loss-when = { $what }, { $time }
losses-when = { $what }, 마지막 { $time }
