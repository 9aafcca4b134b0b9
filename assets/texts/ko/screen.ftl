### 수치 둘레의 화면: 머리글, 패널 이름, 표의 머리글, 메시지.

screen-too-small = mpviz에는 { $needed }이(가) 필요한데 지금은 { $size } · q 종료
screen-too-small-short = { $size } · q 종료
reading-recording = 기록 읽는 중: 이벤트 { $n }개 …
calibrating = 보정 중 …

## 머리글.

state-live = 실시간
state-frozen = 멈춤
state-replay = 재생 { $speed }
state-finished = 완료
# 끝나지 않은 작업이 있다.
state-run-ended = 종료
state-recorded = 기록
state-incomplete = 불완전
state-simulated = 시뮬레이션
run-of-repeats = 실행 { $n }/{ $of }

## 패널. 이름은 6칸까지.

panel-queue = 대기열
panel-memory = 메모리
panel-cores = 코어
# 모든 프로그램의 코어 부하. 막대에 레인의 몫이 있다.
total-load = 전체 { $load }
tile-task = 작업
tile-core = 코어
title-esc-back = esc: 뒤로
chart-history = 이력
chart-cpu = cpu, 최대 1
chart-memory = 메모리 { $bytes }
deaths-newest = { $n }건 종료, 최근: { $death }
scenarios-title = 시나리오 · ↑↓ 선택 · enter 시작 · esc 닫기
scenarios-title-short = ↑↓ · enter 시작 · esc 닫기
list-more-above = ↑ { $n }개 더
list-more-below = ↓ { $n }개 더

## 표의 머리글. 열의 너비는 수치의 너비.

column-slot = w
column-worker = 워커
column-thread = 스레드
column-pid = pid
column-state = 상태
column-task = 작업
column-function = 함수
column-part = 진행
column-cpu = cpu
column-wait = 대기
column-delay = 지연
column-lock = 락
column-io = I/O
column-blocked = 차단
column-tasks = 작업수
column-private = 메모리
column-switch-rate = 전환/s
column-exit = 종료
column-from = 시작
column-to = 끝
column-switches = 문맥 전환
column-queued = 대기 ms
column-loaded = 적재 ms
column-run = 실행 ms
column-io-time = I/O ms
column-total = 전체 ms
column-cpu-time = cpu ms
column-blocked-time = 차단 ms
column-ended = 종료

## 워커 목록의 정렬 기준.

order-number = 번호
order-state = 상태
order-cpu = cpu
order-io = I/O
order-memory = 메모리

## 메시지.

program-not-changed = 관찰하는 프로그램은 바꿀 수 없다: 워커, 작업, I/O는 프로그램의 코드가 정한다
key-without-function = 기능이 없는 키 · ? 모든 키 보기 · Ctrl-C 종료
output-elsewhere = 프로그램의 출력은 여기에 보이지 않는다: 프로그램이 쓴 곳으로 갔다
output-only-of-program = 출력은 관찰하는 프로그램에만 있다
lane-not-running = { $lane }은(는) 실행 중이 아니다
select-worker-and-lane = 먼저 워커를 선택: ↑ ↓, 레인은 Tab
select-worker = 먼저 워커를 선택: ↑ ↓
worker-has-ended = 이 워커는 이미 끝났다
speed-only-of-replay = 속도는 재생할 때만 바꿀 수 있다
recording-not-changed = 기록이라 바꿀 수 없다
recording-not-changed-replay = 기록이라 바꿀 수 없다; Home과 space로 다시 재생
recording-without-processes = 기록이라 프로세스를 강제 종료하거나 일시 정지할 수 없다
recording-is-saved = 기록이라 이미 저장되어 있다
recording-without-scenarios = 기록에는 시나리오가 없다
no-moment-before = 이보다 앞선 주요 순간이 없다
no-moment-after = 이보다 뒤의 주요 순간이 없다
what-if-no-lane = 아직 실행된 레인이 없다
what-if-simulated = 시뮬레이션한 레인이다: 측정한 레인을 선택
what-if-program-runs = 프로그램이 아직 실행 중이다: 끝난 뒤에 w
what-if-lane-runs = 레인이 아직 끝나지 않아 작업이 측정되지 않았다
run-saved = { $file }에 저장: 이벤트 { $events }개, { $size }
run-too-large-to-save = 저장할 수 없다: 실행이 { $limit }을(를) 넘는다; --record FILE로 시작해야 한다
run-not-saved = 실행을 저장할 수 없다: { $error }
run-not-in-memory = 저장할 수 없음: 이 실행은 메모리에 없다
recording-stopped = 기록을 멈췄고 실행은 계속된다: { $why }
recording-too-slow = 쓰기가 너무 느려 { $size }이(가) 밀려 있다
drawn-in-ascii = ASCII로 표시: 이 터미널은 다른 기호를 두 칸으로 표시한다(--ascii=never)
cannot-stop = 중지할 수 없다: 작업 제어가 있는 셸에서 시작하지 않았다
