### 워커와 작업의 상태, 기호의 뜻.

## 상태. 타일과 표에 쓰며 6칸까지.

state-none = 없음
state-start = 시작
state-idle = 유휴
state-load = 적재
state-turn = 교대
state-run = 실행
state-gil = GIL
state-io = I/O
state-blocked = 차단
state-lock = 락
state-wait = 대기
state-stop = 정지
state-unknown = 미상
state-ended = 종료
state-failed = 실패
state-killed = 죽음
state-queued = 대기열
state-held = 보유
state-done = 완료
state-lost = 유실
state-dropped = 폐기

## 기호의 뜻. 자리가 좁으면 짧은 것.

sign-computes = 계산
sign-executes = 작업 실행
sign-executes-in-cluster = DASK: 스레드가 작업 실행
sign-executes-in-cluster-short = DASK: 스레드 실행
sign-takes-turns = 교대 실행
sign-in-io = I/O 대기
sign-blocked = 차단: 대기, 락
sign-queued = 대기열
sign-idle-core = 작업 대기 중 노는 코어
sign-lost = 강제 종료, 실패
sign-suspended = 일시 정지
sign-not-observed = 관찰 안 됨
sign-others = 다른 프로그램
sign-later = 이후
sign-moment = 주요 순간
sign-loads = 데이터 쓰기
sign-takes-turns-briefest = 교대
sign-in-io-short = I/O
sign-blocked-short = 차단
sign-idle-core-short = 노는 코어
sign-idle-core-briefest = 유휴
sign-lost-short = 유실
sign-others-short = 외부
sign-moment-briefest = 순간
sign-loads-short = 적재

## 지도의 한 줄이 나타내는 것.

tasks-per-row = 한 줄 = 작업 { $n }개
tasks-per-row-short = 줄: 작업 { $n }개
thread-per-row = 한 줄 = 스레드 1개
thread-per-row-short = 줄: 스레드 1개
threads-of-rows = 한 줄 = 스레드 1개, { $all }개 중 { $shown }개
threads-of-rows-short = 스레드 { $all }개 중 { $shown }개
threads-with-row = 스레드 { $all }개 중 { $first }–{ $last }의 이력 · ↑ ↓, enter: 나머지
threads-with-row-short = 스레드 { $all }개 중 { $first }–{ $last }
worker-per-row = 한 줄 = 워커 1개
worker-per-row-short = 줄: 워커 1개
worker-or-thread-per-row = 한 줄 = 워커 1개, DASK는 스레드 1개
worker-or-thread-per-row-short = 줄: 워커 1개, DASK는 스레드
workers-of-rows = 한 줄 = 워커 1개, { $all }개 중 { $shown }개
workers-of-rows-short = 워커 { $all }개 중 { $shown }개
