### Dask 클러스터. scheduler, managed, unmanaged, spilled, worker-saturation은 Dask의 용어이다.

cluster-title = DASK  { $place } · saturation { $saturation }
cluster-saturation = saturation { $saturation }
cluster-title-short = { $place } · saturation { $saturation }
cluster-queue = 스케줄러에 { $scheduler }개 · 워커로 보냄 { $workers }개
cluster-queue-short = 스케줄러 { $scheduler } · 보냄 { $workers }
cluster-queue-shortest = { $scheduler } + 보냄 { $workers }
cluster-activity = 스레드 { $threads }개 중 { $busy }개 실행 · 스케줄러에 { $scheduler }개 · 워커에서 대기 { $workers }개
cluster-activity-short = 스레드 { $busy }/{ $threads } · 워커에서 대기 { $workers }개
cluster-activity-shortest = 스레드 { $busy }/{ $threads }
cluster-without-tasks = 작업 없음: 스레드 { $threads }개 대기
cluster-memory = { $tasks } · managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-short = { $tasks } · { $managed } + { $unmanaged } · spilled { $spilled }
cluster-memory-shortest = managed { $managed }
cluster-threads = 스레드
cluster-worker = { $name } · 스레드 w{ $worker } · pid { $pid } · { $holding }
cluster-worker-lost = 워커 { $worker } 유실
cluster-worker-lost-in = 워커 { $worker } 유실, 실행 중이던 작업 { $task }
cluster-worker-lost-shortest = { $worker } 유실: { $task }
cluster-tasks-returned = 이 워커에서 대기하던 작업 { $n }개가 스케줄러로 돌아왔다: { $names }
cluster-tasks-returned-short = 작업 { $n }개 돌아옴
cluster-names-and-more = { $names }, …
cluster-observed = { $place } 관찰 시간 { $time }
worker-is-gone = 사라짐
worker-gone-at = { $time }에 { $worker } 사라짐
what-if-not-of-cluster = 클러스터의 설정은 예측하지 않는다
graph-not-changed = Dask 그래프는 키로 바꾸지 않는다: --tasks, --workers, --graph로 다시 시작한다
cluster-not-changed = 클러스터는 바꾸지 않는다: 작업과 워커는 프로그램이 정한다

# mpviz가 Dask에서 실행하는 그래프.
graph-independent = Dask 그래프 independent: { $tasks } × { $bytes }
graph-independent-short = Dask 그래프 independent
graph-joined = Dask 그래프 joined: { $tasks } × ({ $bytes } + { $bytes })
graph-joined-short = Dask 그래프 joined
graph-expects-independent = 결과가 다른 결과를 기다리지 않는다. 작업이 스케줄러와 워커 중 어디서 기다리는지 보자. 메모리는 적게 쓴다
graph-expects-joined = 불러온 데이터는 짝이 와서 더할 때까지 메모리에 남는다. managed와 작업이 기다리는 곳을 보자
graph-held = 최대 스케줄러에 { $scheduler }개, 워커 하나에 { $worker }개
graph-held-short = 스케줄러 { $scheduler }, 워커당 { $worker }
graph-results = 결과 최대 { $bytes }
graph-without-lanes = 그래프를 실행한 클러스터가 없다
graph-of-cluster = 이 클러스터의 worker-saturation: { $saturation }, 결과의 최대 크기: { $bytes }
graph-memory-differs = 결과의 최대 크기: saturation { $of_most }에서 { $most }, { $of_least }에서 { $least }
graph-waits-for-partners = 불러온 데이터가 메모리에서 짝을 기다리고, 워커 하나에 작업이 { $of_most }에서는 { $most }개, { $of_least }에서는 { $least }개까지 있었다
graph-waits-for-partners-short = 불러온 데이터가 메모리에서 짝을 기다린다
graph-memory-alike = 어느 saturation에서도 결과는 { $bytes }를 넘지 않았다
graph-without-partners = 결과가 다른 결과를 기다리지 않고, 작업이 기다리는 곳만 다르다. 스케줄러에 { $of_first }에서는 { $first }개, { $of_last }에서는 { $last }개
graph-without-partners-short = 결과가 다른 결과를 기다리지 않는다
