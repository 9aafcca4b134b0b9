### 수가 붙는 명사, 레인의 이름, 항목 이름.

offline = 꺼짐
number-of-cores = 코어 { $n }개
number-of-workers = 워커 { $n }개
number-of-threads = 스레드 { $n }개
number-of-processes = 프로세스 { $n }개
number-of-tasks = 작업 { $n }개
time-range = { $min }~{ $max }

## 문장 속의 레인.

mode-serial = 직렬
mode-threads = 스레드
mode-pool = 풀
mode-process = 프로세스
mode-simulated = 시뮬레이션 { $mode }
mode-in-python = 파이썬 { $mode }
lane-of-run = { $run }의 { $lane }
pool-at = { $site }의 { $pool }
pool-of-pid = { $pool }(pid { $pid })
title-simulated = 시뮬레이션 { $name }
lane-with-workers = 워커 { $n }개인 { $lane }
possessive = { $lane }의
# 스레드와 프로세스는 워커의 이름이기도 해서 되풀이하지 않는다.
owned-workers =
    { $mode ->
        [serial] { $workers }
        [threads] { $workers }
        [process] { $workers }
       *[other] { $owner } { $workers }
    }

## 표와 결과 카드의 항목 이름. 카드에서는 9칸까지.

label-time = 시간
label-median = 중앙값
label-of-repeats = 반복 범위
label-to-the-first = 첫 실행 대비
label-start-up = 시작
label-queue = 대기열
label-memory = 메모리
label-measured = 측정값
label-in-memory = 메모리
label-tasks-in-memory = 메모리의 작업
label-private = 전용 메모리
label-cores = 코어
label-used = 사용률
label-stall = 정체
label-stall-io = 정체, I/O
label-stall-width = 정체, 워커 부족
label-tail = 끝의 유휴
label-idle-blocked = 유휴, 차단
label-idle-few-workers = 유휴, 워커 부족
label-idle-at-end = 끝의 유휴
label-workers = 워커
label-io = I/O
label-cpu = CPU
label-cpu-per-number = 숫자 하나
label-switches = 문맥 전환
label-forced-switches = 강제 문맥 전환
label-tasks = 작업
label-result = 결과
label-deaths = 워커 종료
label-finding = 진단
label-blocked = 차단
label-delay = 코어 대기
label-between = 작업 사이
label-graph = 그래프
label-on-scheduler = 스케줄러에
label-on-worker = 워커 하나에
label-results = 결과
label-not-observed = 미관찰
label-machine = 머신
label-core-policy = 코어 배정
label-numbers = 숫자
label-cost = 비용
label-skew = 불균등
label-chunksize = chunksize
label-tasks-per-worker = 워커당 작업
label-gil = GIL
label-start-method = 시작 방식
