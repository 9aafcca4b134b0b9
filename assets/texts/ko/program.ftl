### 관찰하는 프로그램: 레인, 작업, 대기열, 종료.

## 작업과 대기열.

program-tasks-done = { $all }개 중 { $finished }개 완료
held-by-parent = 부모가 { $bytes } 보유
held-in-parent = 부모에 { $bytes }
no-queue-of-threads = 대기열 없음: 작업마다 스레드 하나
no-queue-of-process-tree = 대기열 없음: 이 프로세스들의 작업은 보이지 않는다
no-queue-of-processes = 대기열 없음: 작업마다 프로세스 하나
no-queue = 대기열 없음
workers-private = 워커 전용 { $bytes }
bytes-private = 전용 { $bytes }
function-and-items = { $function }, 항목 { $items }
function-and-task = { $function }, 작업 { $task }
tasks-of-all-finished = { $all }개 중 { $n }개 완료
private-at-most = 전용 최대 { $bytes }
held-by-parent-at-most = 부모가 최대 { $bytes } 보유

## 프로그램.

of-length = 전체 { $length }
not-all-observed = 일부 미관찰
reports-lost = 보고 { $n }개 유실
exit-code = 종료 코드 { $code }
program-ran = { $command } 실행 시간 { $time }
program-ran-short = 실행 시간 { $time }
program-runs = { $command } 실행 중, { $time } 경과
program-runs-short = 실행 중, { $time } 경과
processes-reported = 프로세스 { $n }개 보고
processes-report = 프로세스 { $n }개 보고 중
attached-to = { $engine }에 연결: { $processes }
used-no-pool = multiprocessing, concurrent.futures, threading의 풀, 프로세스, 스레드를 쓰지 않았다
used-no-pool-short = 풀, 프로세스, 스레드를 쓰지 않았다
no-pool-yet = multiprocessing, concurrent.futures, threading의 풀, 프로세스, 스레드가 아직 없다
no-pool-yet-short = 풀, 프로세스, 스레드가 아직 없다
not-attached = 연결되지 않음: 보고한 Python 인터프리터가 없다
not-attached-short = 연결되지 않음
not-attached-yet = 아직 연결되지 않음
waiting-for-report = 첫 보고 대기 중
reasons-for-no-report =
    python -I, -E, -S, PYTHONPATH가 없는 환경, 다른 언어의 프로그램은 관찰할 수 없다
reasons-for-no-report-short = python -I, -E, -S나 다른 언어는 관찰할 수 없다
recorder-has-gone = 기록하던 프로세스가 사라졌다: 기록은 { $time }에서 끝난다
program-took = { $program }은(는) { $time } 걸렸다
program-took-serial = { $program }은(는) { $time } 걸렸고, 그중 { $share }이(가) 직렬 구간이다
program-ended-with = 종료 상태: { $exit }
outcomes-and-makespan = { $outcomes } · 첫 작업부터 마지막 작업이 완료될 때까지 { $time }
program-runs-on =
    프로그램은 프로세스 { $pid }(으)로 계속 실행되고, 출력은 여기에 나온다. 끝내려면: kill -INT { $pid }
more-lanes = 레인 { $n }개가 더 있다: --report FILE.json이나 기록의 mpviz export에 모두 나온다.
more-findings = 진단 { $n }개가 더 있다: --report FILE.json이나 기록의 mpviz export에 모두 나온다.

## 출력 패널.

output-title = { $command }의 출력 · { $keys }
output-title-short = 출력 · { $keys }
output-keys-running = 키는 프로그램으로 · F12: 닫기
output-keys-ended = 프로그램 종료됨 · Esc: 닫기
output-keys-running-short = F12: 닫기
output-keys-ended-short = Esc: 닫기
output-rows-shown = { $all }줄 중 마지막 { $shown }줄

## 워커의 죽음. `$end`는 방식, `$place`는 하던 일로 뒤에 빈칸이 있다.

lost-by-signal = 강제 종료됨({ $signal })
lost-by-signal-short = 강제 종료됨({ $signal })
lost-with-code = 종료됨(코드 { $code })
lost-in-task = { $task }에서{ " " }
lost-with-lock = 대기열의 락을 잡은 채{ " " }
lost-without-task = 작업 없이{ " " }
worker-lost = 워커 pid { $pid }이(가) { $place }{ $end }
process-lost = 프로세스 pid { $pid }이(가) { $place }{ $end }
pid-lost = pid { $pid }이(가) { $place }{ $end }
lane-took-no-other-task = { $lane }은(는) 다음 작업을 꺼내지 못했다
lane-takes-no-other-task = { $lane }은(는) 더는 작업을 꺼내지 못한다
call-did-not-return = { $call } 호출이 반환되지 않았다
call-never-returns = { $call } 호출은 영원히 반환되지 않는다
result-did-not-come = { $call }의 결과가 오지 않았다
result-never-comes = { $call }의 결과는 영원히 오지 않는다
call-raises = { $call }에서 BrokenProcessPool 발생
call-at = { $site }의 { $call }
lost-item = 항목 { $item }
lost-items = 항목 { $items }
lost-task = 작업 { $task }

## 워커가 시간을 쓴 곳.

time-on-core = 코어 { $share }
time-waiting-for-core = 코어 대기 { $share }
time-blocked = 차단 { $share }
time-between-tasks = 작업 사이 { $share }
time-blocked-or-waiting = 차단 또는 코어 대기 { $share }
time-too-short-to-tell = { $rest }, 너무 짧아 구분할 수 없음
time-not-known-which = { $rest }, 구분할 수 없음
time-in-brief-blocked = CPU { $cpu } · 차단 { $rest }
time-in-brief-blocked-or-waiting = CPU { $cpu } · 차단/대기 { $rest }
time-in-brief-unknown = CPU { $cpu } · 불명 { $rest }
