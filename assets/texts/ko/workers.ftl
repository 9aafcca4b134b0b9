### 워커 하나, 워커와 작업의 목록, 질문.

## 워커의 종료.

killed-by = { $signal }(으)로 강제 종료
ended-with-code = 코드 { $code }(으)로 종료
worker-killed-by = { $worker }이(가) { $time }에 { $signal }(으)로 죽었다
worker-ended-with-code = { $worker }이(가) { $time }에 코드 { $code }(으)로 끝났다
worker-died = { $worker }이(가) { $time }에 죽었다
cell-ended-by-program = 종료
cell-alive = 실행
cell-ended = 종료
cell-code = 코드 { $code }
death-and-lost-task = { $death } · 작업 { $task } 유실
death-and-replacement = { $death } · w{ $worker }(으)로 교체

## 워커.

no-worker-yet = 아직 워커 없음
slot-without-worker = { $lane }, 슬롯 { $slot }: 아직 워커 없음
holding-nothing = 작업 없음
holding-unknown = 관찰 안 됨
holding-task = 작업 { $task }
holding-task-in-io = 작업 { $task }, I/O { $all }회 중 { $n }회
holding-ended-by-program = { $time }에 프로그램이 종료
holding-ended = { $time }에 { $exit }
worker-blocked = 차단 { $time }(락 { $locks })
worker-in-io = I/O { $time }
worker-figures =
    { $worker } · 코어 { $on_core }, 코어 대기 { $delay }, { $blocked } · 전용 { $private }
worker-figures-short = { $worker } · 코어 { $on_core }, { $blocked } · 전용 { $private }
worker-figures-shorter = { $worker } · 코어 { $on_core }, { $blocked }
cell-switches = 자발 { $own }, 강제 { $forced }
cell-timeslices-so-far = 현재까지 { $n }

## 목록.

shown-of = { $workers } 중 { $first }–{ $last }
none-shown = 0
workers-shown = 워커 { $all }개 중 { $shown }
workers-shown-ordered = 워커 { $all }개 중 { $shown }, { $order }순
threads-shown = 스레드 { $all }개 중 { $shown }
threads-shown-ordered = 스레드 { $all }개 중 { $shown }, { $order }순
tasks-shown = 작업 { $all }개 중 { $shown }
tasks-shown-newest-first = 작업 { $all }개 중 { $shown }, 최신순
tiles-shown = 워커 { $all }개 중 { $shown }개
workers-per-tile = 한 칸 = 워커 { $n }개
workers-per-tile-short = 한 칸 = { $n }개

## 질문.

end-program-question =
    프로그램이 실행 중이다. 끝낼까?   y 끝내기 · l 계속 실행 · 다른 키: 돌아가기
end-program-question-short = 프로그램을 끝낼까?   y 끝내기 · l 계속 실행 · 다른 키: 돌아가기
end-program-question-shortest = 프로그램을 끝낼까? y 끝내기 · l 계속
loss-of-all-threads = 프로세스의 모든 스레드와 그 작업이 유실된다.
loss-of-task = 작업 { $task }이(가) 유실된다.
loss-of-tasks = 작업 { $task }과(와) 그 외 { $n }개가 유실된다.
loss-of-nothing = 지금은 작업이 없다.
kill-question = w{ $worker }(pid { $pid })을(를) 강제 종료할까? { $loss }   y 강제 종료 · 다른 키: 취소
kill-question-short = w{ $worker }(pid { $pid })을(를) 강제 종료할까?   y 강제 종료 · 다른 키: 취소
kill-question-shortest = w{ $worker }을(를) 강제 종료할까? y 종료 · 다른 키: 취소
