### 레인들에 대한 판정, 실행의 비교. `$lane` 등 레인은 nouns.ftl의 명사.

## 판정.

setting-would-take = { $setting }: { $time } 예상
setting-took = { $setting }: { $time }
simulated-not-measured = 측정이 아닌 시뮬레이션
measured-beside = 측정
lane-took = { $lane }은(는) { $time } 걸렸다
disturbed = 방해받음
programs-took-share = 다른 프로그램이 코어의 { $share }을(를) 썼다
lane-was-faster = { $lane }이(가) { $ratio }배 빨랐다
lane-was-faster-than = { $lane }이(가) { $other }보다 { $ratio }배 빨랐다
lane-was-faster-than-with = { $lane }이(가) { $n }개일 때보다 { $ratio }배 빨랐다
lanes-competed = 레인들이 같은 코어 { $cores }개를 두고 경쟁했다
lanes-equally-fast = { $lanes }도 똑같이 빨랐다
same-speed = 속도가 같다
no-significant-difference = 유의한 차이가 없다: 같은 레인의 반복 실행끼리 { $spread } 차이 난다
spread-of-median = 중앙값의 { $ratio }배
in-memory = 메모리
run-again-key = r: 다시 실행
runs-not-finished = 실행 { $all }회 중 { $n }회 미완료
lane-was-faster-in = { $lane }은(는) { $slow }보다 { $fast }에서 { $ratio }배 빨랐다
lane-equally-fast-in-both = { $lane }은(는) 둘 다에서 똑같이 빨랐다
lane-equally-fast-in-all = { $lane }은(는) { $n }개 모두에서 똑같이 빨랐다
lane-was-disturbed = { $lane }은(는) 방해받았다
lane-was-too-short = { $lane }은(는) 비교하기에 너무 짧았다

## 레인을 비교할 수 없는 이유.

recording-ends-before-lane = { $lane }이(가) 끝나기 전에 기록이 끝난다
lane-result-wrong = { $lane }의 결과가 틀렸다
lane-has-only-counts = { $lane }의 작업은 수만 세어서 얼마나 걸렸는지 모른다
lane-finished-no-task = { $lane }은(는) 작업을 하나도 끝내지 못했다
lane-ended-with = { $lane }은(는) { $tasks }(으)로 끝났다
some-tasks-failed = 작업 { $n }개 실패
some-tasks-lost = 작업 { $n }개 유실
some-tasks-not-finished = 작업 { $n }개 미완료
some-tasks-abandoned = 작업 { $n }개 폐기
result-is-incomplete = 결과가 불완전하다
lane-ended-by-viewer = 사용자가 { $lane }을(를) 끝냈다
lane-suspended-by-viewer = 사용자가 { $lane }을(를) { $time } 동안 일시 정지했다
workers-killed-by-viewer = 사용자가 { $lane }의 워커 { $n }개를 강제 종료했다
workers-not-started = { $workers } 중 { $missing }개를 시작하지 못했다
workers-of-lane-died = { $lane }의 워커 { $n }개가 죽었다
no-comparison = 비교 불가

## 원인. `$owner`는 소유격, `$workers`는 소유격을 포함한다.

cause-io-and-stall =
    { $workers }이(가) 전체 시간의 { $share } 동안 I/O에 막혀 있었고, 작업이 대기하는데 { $stall } 코어·초가 놀았다
cause-io = { $workers }이(가) 전체 시간의 { $share } 동안 I/O에 막혀 있었다
cause-gil-and-idle = { $workers }이(가) GIL 하나를 함께 써서 { $idle } 코어·초가 놀았다
cause-gil = { $workers }이(가) GIL 하나를 함께 썼다
cause-width =
    { $workers }이(가) 코어 { $cores }개를 다 쓰지 못했다: 작업이 대기하는데 { $stall } 코어·초가 놀았다
cause-starting = { $lane }은(는) { $share }을(를) { $workers }의 시작에 썼다
part-of-whole = { $whole } 중 { $part }
cause-tail = { $owner } { $idle } 코어·초가 작업이 없어 놀았다
cause-other-lanes = 다른 레인들이 { $owner } { $whole } 코어·초 중 { $part }을(를) 썼다
cause-gil-and-other-lanes =
    { $workers }이(가) GIL 하나를 함께 썼고, 다른 레인들이 { $owner } { $whole } 코어·초 중 { $part }을(를) 썼다
cause-turns =
    { $owner } 작업 { $tasks }개가 코어 { $cores }개에서 번갈아 실행됐다, 강제 문맥 전환 { $switches }회
cause-times = { $slow }은(는) { $slow_time }, { $fast }은(는) { $fast_time } 걸렸다
cause-adding = 덧셈에 { $slow }은(는) { $slow_time } 코어·초, { $fast }은(는) { $fast_time } 코어·초가 들었다
cause-loading = 데이터 쓰기에 { $slow }은(는) { $slow_time } 코어·초, { $fast }은(는) { $fast_time } 코어·초가 들었다
cause-rest =
    시작, 해제, 시스템에 { $slow }은(는) { $slow_time } 코어·초, { $fast }은(는) { $fast_time } 코어·초가 들었다

## 첫 실행과의 비교.

lane-without-counterpart = { $lane }은(는) 비교할 상대가 없다
lane-shows-no-difference = { $lane }은(는) { $other }과(와) 차이가 없다
lane-too-short-to-compare = { $lane }은(는) { $other }과(와) 비교하기에 너무 짧았다
lane-not-comparable = { $lane }은(는) { $other }과(와) 비교할 수 없다
lane-took-as-long = { $lane }은(는) { $other }의 { $ratio }배 걸렸다
figures-here-and-there = { $here }, 상대 { $there }
starting-here-and-there = 시작에 { $here }, 상대 { $there }
cores-here-and-there = 코어 { $here }개, 상대 { $there }개
adding-here-and-there = 덧셈에 { $here } 코어·초, 상대 { $there }
loading-here-and-there = 데이터 쓰기에 { $here } 코어·초, 상대 { $there }
stall-io-here-and-there = 작업 대기 중 유휴, 워커가 I/O에 막힘: { $here } 코어·초, 상대 { $there }
stall-width-here-and-there = 작업 대기 중 유휴, 워커 부족: { $here } 코어·초, 상대 { $there }
tail-here-and-there = 작업이 없어 유휴: { $here } 코어·초, 상대 { $there }
rest-here-and-there = 시작, 해제, 시스템에 { $here } 코어·초, 상대 { $there }
no-difference = 차이 없음
machine-of-run = { $run }: 코어 { $cores }개, { $memory }, { $os }
machines-differ = 머신이 다르다
not-the-same = 설정이 다름: { $what }
list-and-last = { $list }, { $last }
run-was-simulated = { $run }은(는) 시뮬레이션이다: 수치는 측정이 아니라 예측이다
setting-here-and-there = { $setting } { $here }, 상대 { $there }
other-work-than = { $run }은(는) { $first }과(와) 같은 일을 하지 않았다
other-clusters-than = { $run }과(와) { $first }의 시간은 같은 작업, 버전, 설정에서 잰 것이 아니다
setting-off = 끔
setting-on = 켬
io-setting = 작업당 { $n } × { $kind } { $latency }
any-number = 제한 없음
policies-differ = { $run }은(는) --cores { $here }, { $first }은(는) --cores { $there }(으)로 실행했다
speeds-same-cost = 숫자 하나의 비용은 어느 머신에서나 { $cost }이다
speeds-differ =
    { $run }에서는 { $here }회, { $first }에서는 { $there }회 반복에 해당하므로 시간은 머신이 아니라 방식을 비교한다
