### Dask 클러스터. scheduler, managed, unmanaged, spilled, worker-saturation은 Dask의 용어이다.

cluster-title = DASK  { $place } · saturation { $saturation }
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
