### Dask 클러스터. scheduler, managed, unmanaged, spilled, worker-saturation은 Dask의 용어이다.

cluster-at = { $place }의 Dask 클러스터
cluster-alone = Dask 클러스터
cluster-saturation = saturation { $saturation }
cluster-queue = 스케줄러에 { $scheduler }개 · 워커로 보냄 { $workers }개
cluster-queue-short = 스케줄러 { $scheduler } · 보냄 { $workers }
cluster-queue-shortest = { $scheduler } + 보냄 { $workers }
cluster-queue-for-results = 스케줄러에 { $scheduler }개 · 워커로 보냄 { $workers }개 · 결과를 기다림 { $results }개
cluster-queue-for-results-short = 스케줄러 { $scheduler } · 보냄 { $workers } · 결과 대기 { $results }
cluster-queue-for-results-shortest = { $scheduler } + 보냄 { $workers } · 대기 { $results }
cluster-activity = 스레드 { $threads }개 중 { $busy }개 실행 · 스케줄러에 { $scheduler }개 · 워커에서 대기 { $workers }개
cluster-activity-short = 스레드 { $busy }/{ $threads } · 워커에서 대기 { $workers }개
cluster-activity-shortest = 스레드 { $busy }/{ $threads }
cluster-threads-not-observed = 관찰 안 됨 { $n }개
cluster-without-workers = 연결된 워커 없음
cluster-without-tasks = 작업 없음: 스레드 { $threads }개 대기
cluster-counted = 보내지 않음 { $scheduler }개 · 워커에서 대기 또는 실행 { $workers }개
cluster-counted-short = 보내지 않음 { $scheduler } · 워커 { $workers }
cluster-results = 결과 { $n }개 보관
cluster-threads-not-known = 스레드 { $threads }개 중 몇 개가 실행 중인지 알 수 없음
cluster-threads-not-known-short = 실행 수: 알 수 없음
cluster-only-counts = 개수만 표시. HTTP로는 어느 작업이 어디서 얼마나 실행되는지, 무엇이 유실되었는지 알 수 없다.
cluster-peak-failed = 실패 최대 { $n }개
cluster-peak-counted = 최대 보내지 않음 { $scheduler }개 · 워커에 { $workers }개
cluster-peak-counted-short = 최대 { $scheduler } + { $workers }
cluster-peak-results = 결과 최대 { $n }개 보관
cluster-counts-sampled = 작업 수는 1초에 한 번 표본으로 얻었고, 완료를 제외하면 한때의 최댓값이다.
cluster-no-history = 스레드의 기록 없음: HTTP로는 스레드가 무엇을 실행하는지 알 수 없다.
cluster-no-history-short = HTTP로는 스레드의 기록 없음
cluster-only-counts-short = 개수만 표시
cluster-memory = { $tasks } · managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-short = managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-spilled = managed { $managed } · spilled { $spilled }
cluster-memory-in-memory = managed { $managed } · unmanaged { $unmanaged }
cluster-memory-shortest = managed { $managed }
cluster-threads = 스레드
# 이력 아래: 작업을 실행하는 스레드의 비율. 자리가 없으면 기호로 바뀐다.
strip-threads = 실행
cluster-worker-counted = { $name } · 스레드 w{ $worker }
cluster-worker = { $name } · 스레드 w{ $worker } · pid { $pid } · { $holding }
cluster-worker-lost = 워커 { $worker } 유실
cluster-worker-lost-in = 워커 { $worker } 유실, 실행 중: { $task }
cluster-worker-lost-shortest = { $worker } 유실: { $task }
cluster-worker-lost-with = 워커 { $worker } 유실: 작업 { $n }개 실행 중
cluster-tasks-returned = 이 워커에서 대기하던 작업 { $n }개가 스케줄러로 돌아왔다: { $names }
cluster-tasks-returned-short = 작업 { $n }개 돌아옴
cluster-tasks-given-up = 워커가 너무 많이 유실되어 Dask가 { $names }을(를) 다시 실행하지 않는다
cluster-lost-tasks-given-up = 워커가 너무 많이 유실되어 Dask가 이 작업 { $n }개를 다시 실행하지 않는다
cluster-lost-and-waiting-tasks-given-up =
    워커가 너무 많이 유실되어 Dask가 이 작업 { $n }개와 거기서 대기하던 { $names }을(를) 다시 실행하지 않는다
cluster-given-up-shortest = { $worker } 유실, Dask가 포기: { $names }
cluster-tasks-given-up-short = 작업 { $n }개 다시 실행 안 함
cluster-names-and-more = { $names }, …
cluster-observed = { $place } 관찰 시간 { $time }
worker-is-gone = 사라짐
worker-gone-at = { $time }에 { $worker } 사라짐
cluster-not-changed = 클러스터는 바꾸지 않는다: 작업과 워커는 프로그램이 정한다
label-saturation = saturation
label-dask-version = Dask
label-threads = 스레드
label-busy = 작업 중
label-managed = managed
label-spilled = spilled
label-requeued = 다시 대기
label-finished = 완료
label-not-sent = 보내지 않음
label-on-workers = 워커에
label-failed = 실패
label-transfer = 데이터
# 작업이 스케줄러에서 다시 기다린 까닭.
requeued-worker-lost = 워커 유실 { $n }
requeued-worker-retired = 워커 은퇴 { $n }
requeued-stolen = 다른 워커로 이동 { $n }
requeued-rescheduled = 다시 예약 { $n }
requeued-failed = 실패 { $n }
requeued-result-lost = 결과 유실 { $n }
requeued-other = 그 밖 { $n }
requeued-tasks = 작업 { $n }개
cluster-transfer-wait-short = 스레드 대기 { $time }
cluster-transfer-wait = 모든 스레드를 합해 다른 워커의 데이터를 { $time } 기다림
cluster-sent-bytes = 워커가 보낸 데이터 { $bytes }
cluster-threads-busy = 스레드 { $threads }개, 일이 있던 시간의 { $busy } 동안 작업
cluster-threads-busy-short = 스레드 작업 { $busy }
cluster-peak-memory = 최대 managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-peak-memory-short = 최대 managed { $managed }

## 클러스터의 진단. scheduler, managed, worker-saturation은 Dask의 용어이다.

finding-worker-silent = { $pool }: 하트비트가 오지 않았다: { $workers }
# 워커와 하트비트가 오지 않은 때.
silent-between = { $worker } { $from }부터 { $to }까지
silent-since = { $worker } { $from }부터
finding-queued-on-workers =
    { $pool }: { $threads }뿐인 워커에서 평균 { $tasks }개 작업이 기다렸고, 그동안 결과가 메모리를 최대 {
        $managed } 차지했다
finding-spilling =
    { $pool }: 메모리가 모자라 결과가 최대 { $peak }까지 디스크에 있었다; { $written }을(를) 쓰고 {
        $read }을(를) 다시 읽었다
finding-stragglers =
    { $pool }: { $prefix }의 마지막 { $time } 동안 { $threads } 중 { $busy }개만 일했다; 가장 긴 작업은 {
        $longest }, 중앙값은 { $median }
finding-running-straggler =
    { $pool }: 마지막 { $time } 동안 { $threads } 중 { $busy }개만 일했다; { $prefix }의 작업 하나가 {
        $longest }째 실행 중이고, 중앙값은 { $median }
finding-scheduler-bound =
    { $pool }: 스케줄러가 시간의 { $busy } 동안 바빴고, 작업마다 { $cost }을(를) 썼다; 작업은 평균 { $mean } 걸리고, 시간의 {
        $idle } 동안 기다리는 작업이 있는데도 스레드가 놀았다
finding-scheduler-without-core =
    { $pool }: 스케줄러가 시간의 { $busy } 동안 바빴고, 시간의 { $waited } 동안은 코어를 기다렸다; 시간의 {
        $idle } 동안 기다리는 작업이 있는데도 스레드가 놀았다
finding-transfer = { $pool }: 스레드가 시간의 { $share } 동안 다른 워커의 데이터를 기다렸다
finding-transfer-of-bytes =
    { $pool }: 스레드가 시간의 { $share } 동안 다른 워커의 데이터를 기다렸다; 워커가 보낸 데이터는 { $bytes }
change-worker-silent = 프로세스가 멈췄는지, 머신이 과부하이거나 연결이 끊겼는지, 작업이 GIL을 잡고 있었는지 확인한다
change-queued-on-workers = 스케줄러를 시작하는 곳에서 distributed.scheduler.worker-saturation을 1.1로 둔다
change-spilling = 메모리나 워커를 늘리거나, 파티션을 작게 하거나, 결과를 일찍 놓아준다
change-stragglers = 가장 큰 파티션을 나눈다
change-scheduler-bound = 청크나 파티션을 키운다: 작업이 { $time }이면 모든 스레드가 쉬지 않는다
change-scheduler-without-core =
    스케줄러에 코어를 남긴다: 그 머신의 워커나 스레드를 줄이거나 더 큰 머신을 쓴다
change-transfer = 워커 수를 줄이고 워커마다 스레드를 늘리거나, 이웃이 적은 큰 청크를 쓴다
brief-change-worker-silent = 멈췄는지 확인한다
brief-change-queued-on-workers = worker-saturation을 1.1로 둔다
brief-change-spilling = 메모리를 늘리거나 파티션을 작게 한다
brief-change-scheduler-bound = 작업을 { $time }로 키운다
brief-change-scheduler-without-core = 스케줄러에 코어를 남긴다
brief-change-transfer = 워커를 줄이고 스레드를 늘린다
brief-worker-silent = 하트비트 없음: { $workers }
brief-queued-on-workers = 작업 { $tasks }개가 워커에서 대기, 결과 { $managed }
brief-spilling = 디스크에 결과 최대 { $peak }
brief-stragglers = 가장 긴 작업 { $longest }, 중앙값 { $median }
brief-running-straggler = 작업 하나가 { $longest }째 실행 중, 중앙값 { $median }
brief-scheduler-bound = 스케줄러 { $busy } 사용, 스레드 { $idle } 유휴
brief-scheduler-without-core = 스케줄러가 코어를 { $waited } 기다림, 스레드 { $idle } 유휴
brief-transfer = 스레드가 데이터를 { $share } 기다림

## 클러스터의 예측.

cluster-prediction-heading =
    작업 { $n }개({ $dependent ->
        [0] 서로 독립
       *[other] 그중 { $dependent }개는 다른 작업의 결과가 필요
    }), { $workers }(각 { $threads })로 기록한 시간(*) { $time }. 예측(괄호 안: 열 번 중 아홉 번의 범위):
cluster-prediction-each = 각 스레드 { $n }개
cluster-left-out-cores = 코어 부족
cluster-left-out-cores-reason = 코어 부족: 작업이 코어를 기다리게 되어 스레드를 늘려도 거의 빨라지지 않는다.
cluster-left-out-scheduler = 스케줄러 포화
cluster-left-out-scheduler-reason = 스케줄러 포화: 스케줄러가 시간의 절반 넘게 계산하게 된다.
cluster-left-out-short-tasks = 짧은 작업
cluster-left-out-short-tasks-reason = 짧은 작업: 작업 사이({ $time })에 스레드가 서로 기다리게 된다.
cluster-left-out-submission = 제출 시각
cluster-left-out-submission-reason =
    제출 시각: 끝난 작업이 있은 뒤에 작업이 더 제출되었고, 프로그램이 그 결과를 기다렸는지는 기록되지 않는다.
cluster-prediction-submission =
    프로그램이 { $time } 동안 작업을 제출했고, 어떤 예측도 이보다 짧을 수 없다. 한 번에 제출하면 줄어든다.
cluster-left-out-threads-reason = 빈칸: 기록한 스레드의 8배가 넘거나 스레드가 작업보다 많다.
cluster-prediction-choice =
    추천: { $workers }, 각 { $threads }(n_workers={ $n_workers }, threads_per_worker={ $threads_per_worker }). { $gain }.
cluster-prediction-faster = { $ratio }배 빠르고, 스레드가 더 적으면 이만큼 빠르지 않다
cluster-prediction-fewer = 스레드를 줄여도 5 % 이내로 같은 속도이다
cluster-prediction-keep = 그대로 둔다: { $workers }, 각 { $threads }. 5 % 넘게 더 빠른 설정이 예측되지 않는다.
cluster-prediction-interval = ±{ $share } 이상이다. 코어 2개에서 새로 실행한 예측 68개 중 63개가 이 안에 들었다.
cluster-prediction-assumption = 가정: 다른 워커에서도 작업 시간이 같고, 워커가 쓸 코어가 비어 있다.
cluster-prediction-one-host = 가정: 작업 시간이 같고, 워커들이 호스트의 { $cores }를 나눠 쓴다.
cluster-prediction-hosts = 가정: 다른 워커에서도 작업 시간이 같고, 호스트마다 워커와 코어 수가 기록과 같다: { $workers }에 { $cores }.
cluster-prediction-dependent = 작업은 필요한 결과가 있는 곳에서 시작하고, 나머지는 기록대로 가져온다.
cluster-prediction-threads = 작업은 자기 시간의 { $share } 동안만 계산하므로 GIL을 거의 기다리지 않는다.
cluster-prediction-no-threads =
    스레드 수는 바꾸어 예측하지 않는다: 작업이 자기 시간의 { $share } 동안 계산하고, 그때 GIL을 쥐는지는 기록되지 않는다.
cluster-prediction-threads-unknown =
    스레드 수는 바꾸어 예측하지 않는다: 작업이 얼마나 계산하는지 워커가 알리지 않았다.
cluster-refusal-running = 클러스터의 작업이 아직 끝나지 않았다: 끝난 뒤에 예측한다
cluster-refusal-forgotten = 관찰이 길어 가장 오래된 작업의 기록이 남아 있지 않다: 더 짧은 실행을 기록한다
cluster-refusal-only-counts =
    HTTP로는 작업의 수만 세므로 얼마나 걸렸는지 모른다: tcp:// 주소로 클러스터를 기록한다
cluster-refusal-no-tasks = 끝난 작업이 없다
cluster-refusal-unfinished = 실패하거나 유실되거나 끝나지 않은 작업이 있어 그 시간을 모른다: 실행 전체를 기록한다
cluster-refusal-requeued = 작업 { $n }개가 두 번 이상 실행되었다: 그런 일이 없는 실행을 기록한다
cluster-refusal-over-time =
    끝난 작업이 있은 뒤에 작업이 더 제출되었고, 프로그램이 그 결과를 기다렸는지는 기록되지 않는다: 한 번에 제출하거나 dask.compute로 그래프 하나로 제출한다
cluster-refusal-workers =
    작업이 실행되는 동안 워커가 오가거나 스레드 수가 서로 다르다: 워커가 그대로인 실행을 기록한다
cluster-refusal-silent =
    한동안 하트비트가 오지 않은 워커가 있고, 그동안 작업이 멈춰 있었을 수 있다: 그런 일이 없는 실행을 기록한다
cluster-refusal-silent-scheduler =
    작업이 있는 동안 스케줄러의 보고가 { $time } 오지 않았고, 스케줄러가 멈춰 있었을 수 있다: 그런 일이 없는 실행을 기록한다
cluster-refusal-left-threads =
    작업이 스레드를 다른 작업에 넘겨(secede, worker_client) 워커의 스레드가 늘었다: 그런 일이 없는 실행을 기록한다
cluster-refusal-scheduler = 스케줄러가 시간의 { $share } 동안 계산하거나 코어를 기다렸으므로 워커를 늘려도 기다린다: 작업을 키우거나 다른 프로그램이 없는 머신에서 기록한다
cluster-refusal-cores =
    스레드가 코어보다 많고 코어가 시간의 { $share } 동안 바빴으므로 작업이 코어를 기다렸다: 워커를 줄여 기록한다
cluster-refusal-others =
    클러스터의 작업과 스케줄러가 아닌 것이 코어의 { $share }을(를) 써서 작업이 더 오래 걸렸다: top으로 코어를 쓰는 프로그램을 찾아 끝내고 다시 기록한다
cluster-refusal-shuffle =
    워커끼리 데이터를 섞었고(P2P shuffle), 이것은 그래프에 없다: split_out=1을 쓰거나 shuffle을 피한다
cluster-refusal-transfers =
    워커가 결과 { $bytes }를 보내야 하고, 그 시간은 워커 수에 따라 달라진다: 결과를 작게 한다
cluster-refusal-transfers-of-one =
    워커가 둘이면 각각 결과 { $bytes }를 보내야 하는데, 그 시간은 기록되지 않았다: 워커 둘로 기록한다
cluster-refusal-transfer-waits =
    스레드가 시간의 { $share } 동안 다른 워커의 결과를 기다렸고, 그 시간은 워커 수에 따라 달라진다: 결과를 작게 한다
cluster-refusal-not-reproduced =
    같은 워커를 시뮬레이션하면 { $predicted }인데 실제로는 { $measured } 걸렸다: 방해받았거나 Dask가 작업을 다르게 배치했으므로 다시 기록한다

graph-not-repeated = 그래프를 다시 실행하지 못했다: { $reason }
graph-not-changed = 그래프는 키로 바꾸지 않는다: --tasks, --workers, --graph로 정한다

# mpviz가 Dask에서 실행하는 그래프.
graph-independent = Dask 그래프 independent: { $tasks } × { $bytes }
graph-independent-short = Dask 그래프 independent
graph-joined = Dask 그래프 joined: { $tasks } × ({ $bytes } + { $bytes })
graph-joined-short = Dask 그래프 joined
graph-expects-independent = 결과가 서로 기다리지 않는다. 작업이 어디서 기다리는지 보자. 메모리는 적게 쓴다
graph-expects-joined = 불러온 데이터는 짝이 올 때까지 메모리에 남는다. managed를 보자
graph-cluster-starts = saturation { $saturation } 클러스터를 시작하는 중이다
graph-held = 최대 스케줄러에 실행 가능 { $scheduler }개, 한 워커에 { $worker }개
graph-held-short = 실행 가능 { $scheduler }, 한 워커 { $worker }
graph-held-shortest = 가능 { $scheduler }, 워커당 { $worker }
graph-results = 결과 최대 { $bytes }
graph-without-lanes = 그래프를 끝까지 실행한 클러스터가 없다
graph-of-only-cluster = saturation { $saturation }의 클러스터만 그래프 전체를 실행했고, 결과는 최대 { $bytes }였다
graph-of-cluster = 이 클러스터의 worker-saturation: { $saturation }, 결과의 최대 크기: { $bytes }
graph-memory-differs = 결과의 최대 크기: saturation { $of_most }에서 { $most }, { $of_least }에서 { $least }
graph-waits-for-partners = 불러온 데이터가 메모리에서 짝을 기다리고, 워커 하나에 작업이 { $of_most }에서는 { $most }개, { $of_least }에서는 { $least }개까지 있었다
graph-memory-differs-short = 결과 최대 { $of_most }에서 { $most }, { $of_least }에서 { $least }
graph-waits-for-partners-short = 불러온 데이터가 짝을 기다린다
graph-memory-alike = saturation { $all }에서 결과는 { $bytes }를 넘지 않았다
graph-without-partners = 결과가 다른 결과를 기다리지 않고, 작업이 기다리는 곳만 다르다. 스케줄러에 { $of_first }에서는 { $first }개, { $of_last }에서는 { $last }개
graph-memory-alike-short = 결과 최대 { $bytes }
graph-without-partners-short = 결과가 다른 결과를 기다리지 않는다

## 클러스터를 관찰하기 전.

cluster-connecting = { $place }에 연결하는 중 · q로 종료
cluster-of-configuration = Dask 설정의 클러스터
cluster-reading-configuration = Dask 설정에서 스케줄러의 주소를 읽는 중 ({ $python } 사용)
cluster-reading-file = { $file }에서 스케줄러의 주소를 읽는 중 ({ $python } 사용)
cluster-ask-to-register =
    mpviz는 { $place }의
    스케줄러와 워커에 플러그인을 등록하고, 끝날 때 제거한다.
    등록하지 않으면 스케줄러의 HTTP 포트에서 작업의 개수만 읽는다.
    등록할까?
cluster-ask-again = y나 n으로 답한다. 등록할까?
cluster-nothing-registered = 아무것도 등록하지 않고 스케줄러의 HTTP 포트에서 작업의 개수를 읽는다
cluster-traced-until = Ctrl-C, SIGTERM 또는 스케줄러가 끝날 때까지 클러스터를 관찰한다
