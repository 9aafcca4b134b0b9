### 관찰한 프로그램의 진단: 느려진 원인과 바꿀 점. `$pool`은 레인의 제목.

## 진단.

finding-memory = 워커의 전용 메모리가 { $private }, 머신 메모리 { $memory }의 { $share }에 이르렀다
finding-pool-blocked =
    { $pool }이(가) { $time } 동안 { $cores } 중 { $idle }개를 놀렸다: 워커가 그 시간의 { $share } 동안 막혀 있었다
finding-pool-narrow = { $pool }이(가) { $time } 동안 { $cores } 중 { $idle }개를 놀렸다: 워커가 너무 적다
finding-lock =
    { $pool }: { $workers }이(가) 전체 시간의 약 { $share } 동안 락을 기다렸고, { $cores } 중 { $used }개를 썼다
finding-lock-of-call =
    { $pool }: { $workers }이(가) 전체 시간의 약 { $share } 동안 { $call }의 락을 기다렸고, { $cores } 중 {
        $used }개를 썼다
finding-gil =
    { $pool }: GIL은 한 번에 스레드 하나만 가지므로 { $threads }이(가) { $cores } 중 { $used }개만 썼다; 전체 시간의 {
        $share } 동안 GIL을 기다렸다
finding-oversubscribed =
    { $pool }: { $workers }이(가) 전체 시간의 { $share } 동안 코어를 기다렸다: { $cores }뿐이다
finding-chunks =
    { $pool }: 항목 { $items }개짜리 마지막 청크가 실행되는 동안 코어 시간의 { $share }이(가) 놀았다
finding-small-tasks =
    { $pool }: 워커가 시간의 { $share }을(를) 작업 사이에서 보냈다, 작업은 평균 { $time } 걸린다
finding-shipping = { $pool }: 워커가 작업마다 { $bytes }을(를) 받아 역직렬화했다, 워커 시간의 { $share }
finding-recreated =
    { $pool }을(를) { $n }번 만들었다: 워커를 시작하는 데 { $time }, 실행 시간의 { $share }이(가) 들었다
finding-serial = { $time }, 전체 시간의 { $share } 동안 대기하거나 실행 중인 작업이 없었다; { $gap }
finding-serial-gap = 대기하거나 실행 중인 작업이 없었다: { $gap }
serial-gap = 최장 { $time }, { $place }
gap-between = { $after }의 호출과 { $before }의 호출 사이
gap-after = { $after }의 호출 뒤
gap-before = { $before }의 호출 앞
gap-in-one-place = 한 곳

## 바꿀 점.

predicted-change = { $change }: { $today } 대신 약 { $time }({ $interval }) 예상
predicted-change-of-pool = { $change }: { $pool }은(는) { $today } 대신 약 { $time }({ $interval }) 예상
change-after-loss-in-call =
    무엇 때문에 끝났는지 찾는다; ProcessPoolExecutor는 영원히 기다리지 않고 예외를 일으킨다
change-hanging-program =
    프로그램을 끝낸다; ProcessPoolExecutor는 영원히 기다리지 않고 예외를 일으킨다
change-after-loss = 무엇 때문에 끝났는지 찾는다: 커널이 메모리 부족으로 죽인 것은 dmesg에 나온다
change-memory = 워커를 줄이거나 청크를 작게 하거나 공유 메모리를 쓴다
change-more-workers = 워커를 늘린다
# 예측하지 않았다.
change-more-workers-unsure = 워커를 늘려 본다
change-lock = 락을 더 짧게 잡거나 쓰지 않는다; 워커를 늘려도 소용없다
change-gil = 프로세스를 쓰거나 GIL 없는 Python 빌드를 쓴다
change-fewer-workers = 워커를 줄인다
change-worker-per-core = 코어마다 하나씩 워커 { $n }개를 쓴다
change-chunksize = chunksize={ $chunk }을(를) 넘긴다
change-chunksize-unsure =
    chunksize={ $chunk }을(를) 넘긴다; 얼마나 줄어드는지는 가장 긴 항목에 달렸는데 그 길이를 알 수 없다
change-small-tasks = chunksize={ $chunk }을(를) 넘기거나 작업 하나에 더 많은 일을 담는다
change-shipping = 넘기는 데이터를 줄인다: initializer, 공유 메모리, 시작 방식 fork를 쓴다
change-recreated = 풀을 한 번만 만들어 계속 쓴다
change-serial = 그 일을 작업으로 옮기거나 작업과 동시에 실행한다

## 진단의 핵심 수치.

brief-pool-narrow = { $cores } 중 { $idle }개 유휴, 워커 차단 { $share }
brief-lock = 워커의 락 대기 약 { $share }
brief-gil = GIL 하나: { $cores } 중 { $used }개 사용
brief-oversubscribed = 워커의 코어 대기 { $share }
brief-chunks = 마지막 청크 동안 유휴 { $share }
brief-small-tasks = 워커가 작업 사이에 { $share }
brief-shipping = 작업 받기에 { $share }
brief-recreated = { $n }번 생성
serial-part = 직렬 구간 { $share }

## 바꿀 점을 짧게. `$change`는 `Pool(32)` 같은 풀이나 청크 크기.

brief-prediction = { $change }: { $today } 대신 약 { $time }
brief-change-lock = 락을 더 짧게 잡는다
brief-change-gil = 프로세스를 쓴다
brief-change-shipping = 넘기는 데이터를 줄인다
brief-change-loss = 끝난 원인을 찾는다
brief-change-hanging-program = 프로그램을 끝낸다
brief-change-after-loss = dmesg를 본다
