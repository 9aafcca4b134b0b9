### 조언: 작업에 맞는 설정과 그 설정이 바뀌는 조건.

## 작업.

advice-cpu = CPU { $time }
advice-io = I/O { $time }
advice-no-io = I/O 없음
advice-tasks-of = { $size }: { $tasks }
advice-heading = { $cores } 기준 예측:

## 설정의 표.

heading-mode = 방식
heading-workers = 워커
heading-time = 시간
heading-interval = 구간
heading-memory = 메모리
heading-cores = 코어
mode-threads-gil = 스레드, GIL
mode-threads-no-gil = 스레드, GIL 없음
mark-tie = 동률
mark-does-not-fit = 자원 부족

## 문장 속의 설정.

setting-serial = 직렬 프로세스 하나
setting-pool = 워커 { $n }개인 풀
setting-threads-gil = GIL이 있는 { $threads }
setting-threads-no-gil = GIL이 없는 { $threads }
setting-processes = 동시 { $processes }

## 선택.

advice-choice = 추천: { $setting }, 약 { $time }({ $interval }).
advice-choice-with-memory = 추천: { $setting }, 약 { $time }({ $interval }), 메모리 최대 { $memory }.
reason-cores-busy = { $cores }의 { $share }을(를) 쓰고 있어 워커를 늘려도 소용없다
reason-gil-busy = 전체 시간의 { $share } 동안 GIL이 잡혀 있어 스레드를 늘려도 소용없다
reason-worker-for-each-task = 모든 작업에 워커가 하나씩 있다
reason-tie = { $setting }도 5 % 이내로 같은 시간이 걸린다
reason-slower = { $setting }은(는) { $ratio }배 걸린다
reason-nothing-faster = 더 빠른 설정이 없다
choice-with-fewer-workers =
    워커를 줄이면 { $setting }은(는) 가장 빠른 설정의 { $ratio }배 걸린다; { $reason }.
choice-has-fewest-workers = 워커가 가장 적은 설정이다; { $reason }.
tied-settings = 5 % 이내로 같은 설정: { $settings }.
crossover-more-io = 작업당 I/O가 약 { $time } 이상이면 { $setting }
crossover-less-io = 작업당 I/O가 약 { $time } 이하면 { $setting }
crossover-more-tasks = { $tasks }쯤부터는 { $setting }
crossover-fewer-tasks = { $tasks }쯤까지는 { $setting }
crossovers-not-searched = 작업이 너무 많아 선택이 바뀌는 조건을 찾지 않았다.
crossovers-none = I/O나 작업 수를 늘리거나 줄여도 선택이 바뀌지 않았다.
crossovers-heading = 선택이 바뀌는 조건:

## 확실한 정도.

noise-measured =
    노이즈, 이 머신에서 측정: 반복 실행의 차이는 { $median }(중앙값)에서 { $most }(95 백분위수)까지.
noise-default =
    노이즈, 다른 머신의 기본값: 반복 실행의 차이는 { $median }(중앙값)에서 { $most }(95 백분위수)까지.
width-learnt = 구간 ±{ $share }: 이 머신에서 최근 --confirm 실행 { $runs }회의 90 %가 그 안에 들었다.
width-default =
    구간 ±{ $share }은(는) 이 머신에서 측정하지 않은 기본값이다: --confirm 실행이 대신한다(현재 { $runs }/{ $needed }).
closed-form-queues =
    어림 계산(CPU 시간 ÷ 코어, 작업 시간 ÷ 워커, 가장 긴 작업)은 { $time }(으)로 { $share } 차이 난다: 코어나 GIL을 {
        "" }기다리는 작업과 마지막의 긴 작업을 고려하지 않는다.
closed-form-overlaps =
    어림 계산(CPU 시간 ÷ 코어, 작업 시간 ÷ 워커, 가장 긴 작업)은 { $time }(으)로 { $share } 차이 난다: 겹쳐서 {
        "" }실행되는 일을 고려하지 않는다.
extrapolated-cores =
    { $cores } 기준의 외삽: 이 머신에는 { $here }개뿐이다. 이 머신의 코어만큼 빠르고 캐시나 메모리로 서로 늦추지 않는 {
        "" }코어를 가정하며, 구간에는 이 오차가 들어 있지 않다.
advice-note = 참고: { $note }.
advice-lanes-not-predicted = 예측하지 않은 것: { $lanes }. 풀이 먼저이고, 그다음은 가장 오래 바빴던 것이다. 다른 레인은 mpviz replay의 끝에서 고르고 w를 누른다
tasks-need-memory =
    작업에 메모리가 최소 { $least } 필요한데 이 머신에는 { $memory }뿐이다: 작업을 더 작게 나눠야 한다
settings-too-large =
    `자원 부족`인 설정은 이 머신의 메모리 { $memory }보다 많은 메모리가 들거나, 한도(ulimit -n, ulimit -u)가 허용하는 {
        "" }{ $processes }보다 프로세스가 많다.

## 확인하는 실행.

confirmed-heading = 실제 실행으로 확인:
confirmed-setting = { $setting }: 예측 { $predicted }, 실측 { $measured }({ $difference } %)
faster-neighbour = 실제로는 { $setting }이(가) 추천한 설정보다 { $ratio }배 빨랐다: 이쪽을 쓴다.
disturbed-confirmation =
    { $settings }: 실행하는 동안 다른 프로그램이 코어를 써서 세지 않는다. 다른 프로그램이 없는 머신에서 다시 실행한다.
confirmed-interval = 구간은 이 실행들로 ±{ $share }, 없으면 ±{ $before }.
confirming = 실제 실행 { $runs }회로 확인 중, 약 { $time }

## 예측하지 않거나 덜 확실한 이유.

reservation-other-lanes =
    다른 레인이 함께 실행되어 방해했다: --cores turns로 기록하거나 레인 하나만 기록해야 한다
reservation-other-pools =
    프로그램의 다른 풀이나 클러스터에도 같은 때에 작업이 있어 방해했다: 하나씩 차례로 실행하도록 하고 기록해야 한다
reservation-disk-io =
    디스크 I/O 시간은 동시에 쓰는 워커 수에 따라 다른데 { $n }개로만 기록했다: `mpviz run --workers`로 설정을 직접 {
        "" }실행해 봐야 한다
reservation-disturbed =
    기록하는 동안 다른 프로그램이 코어를 썼다: 다른 프로그램이 없는 머신에서 다시 기록해야 한다
reservation-many-processes = 프로세스 수백 개의 예측은 기본값으로 20 %까지 틀릴 수 있다
reservation-large-results =
    평균 { $bytes }인 결과를 부모 프로세스가 처리하는 시간은 예측하지 않는다: 반환값을 줄여야 한다
reservation-short-bursts =
    0.5 ms보다 짧게 계산하거나 기다리는 스레드의 예측은 기본값으로 25 %까지 틀릴 수 있다
reservation-python = Python 풀의 예측은 기본값으로 20 %까지 틀릴 수 있다
reservation-other-python-mode =
    Python의 스레드와 프로세스의 비용은 서로에게서 알 수 없다: 기록하지 않은 쪽은 계산이 GIL을 잡고 프로세스가 {
        "" }네이티브만큼 빨리 시작한다고 보고 예측하며, 기본값으로 30 %까지 틀릴 수 있다
reservation-replaced-workers =
    워커가 교체되었거나 풀을 다시 만들었다: maxtasksperchild 없이 풀 하나를 기록해야 한다
reservation-locks =
    작업이 락을 기다렸는데 그 순서는 설정에 따라 바뀐다: 서로 락을 쓰지 않는 작업을 기록해야 한다

## 선택한 설정의 Python 코드.

python-heading = Python 코드:
