### 표와 결과 카드에 쓰는 레인의 수치, 순위.

## 대기열과 메모리.

queue-of-processes = 대기 없음: 작업마다 프로세스 하나
queue-at-most = 최대 작업 { $n }개
queue-on-average = 평균 { $mean }
at-most = 최대 { $what }
numbers-in-processes = 숫자 { $payload }, 프로세스 { $processes }
private-and-pss = 전용 { $private } · PSS { $pss }

## 코어와 CPU 시간.

too-short-to-tell = 너무 짧아 알 수 없음
share-used = { $share } 사용
share-of-core-time = { $s } 코어·초의 { $share } 사용
share-by-others = 다른 프로그램 { $share }
stall-core-seconds = 정체 { $s } 코어·초
stall-of-core-time = 정체 { $s }
tail-of-core-time = 끝의 유휴 { $s }
wait-of-core-time = 대기 { $s }
stalled-core-seconds = 작업 대기 중 유휴 { $s } 코어·초
core-seconds = { $s } 코어·초
io-of-all-workers = { $time }, 모든 워커
cpu-per-number = 숫자당 CPU { $time }
no-io = I/O 없음
time-in-io = I/O { $time }
share-of-the-time = 전체 시간의 { $share }
ns-per-number = 숫자당 { $ns } ns
switches-and-delay = 강제 { $switches }, 코어 대기 { $delay }

## 워커와 작업.

workers-in-time = { $workers }, { $time }
number-in-time = { $n }개, { $time }
workers-replaced = { $n }개 교체
tasks-finished = { $n }개 완료
tasks-done = 완료 { $n }개
tasks-failed = 실패 { $n }개
tasks-lost = 유실 { $n }개
tasks-not-finished = 미완료 { $n }개
attempts-run-again = 다시 실행 { $n }번
tasks-never-run = 미실행 { $n }개

## 결과.

simulated-not-run = 없음: 실행하지 않은 시뮬레이션
simulated = 시뮬레이션
incomplete-because = 불완전: { $missing }
incomplete = 불완전
correct = 맞음
wrong = 틀림
wrong-sum = 틀림: { $sum }
lane-outcome =
    { $status ->
        [finished] 완료
        [cancelled] 취소
       *[failed] 실패
    }: 작업 { $all }개 중 { $finished }개 완료
sum-is-correct = 합은 { $sum }, 맞음
sum-is-wrong = 합은 { $sum }, 틀림
cause-mark = ◄ 원인
more-rows = 외 { $n }개

## 같은 실행의 레인들 사이의 순위.

first-to-finish = 가장 먼저 끝남
rank-cut-off = 기록이 끊김
ended-by-viewer = 사용자가 끝냄
rank-simulated = 시뮬레이션
times-the-measured = 측정 시간의 { $ratio }배
times = { $ratio }배
rank-measured = 측정
rank-incomplete = 불완전
waited-after-tasks = 마지막 작업까지. 그 뒤로 Pool.map()이 { $time } 더 기다림
waited-after-tasks-short = 그 뒤로 { $time } 대기
rank-disturbed = 방해받음: 다시 실행
rank-disturbed-short = 다시 실행
too-short-to-compare = 너무 짧아 비교 불가
too-short = 너무 짧음
rank-fastest = 가장 빠름
times-faster = { $ratio }배 빠름
equally-fast = 똑같이 빠름
equally-fast-short = 같음
times-as-long = { $ratio }배 걸림
rank-equal = 같음
within-percent = 차이 { $n } % 이내
not-significant = 유의한 차이 없음
within-spread = 반복 실행의 편차 이내
within-spread-short = 편차 이내
medians-of-runs = 실행 { $n }회의 중앙값
medians-of-runs-short = { $n }회의 중앙값
of-runs = 실행 { $n }회
