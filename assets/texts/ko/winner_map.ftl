### 승자 지도: I/O 비율과 작업 수마다 가장 빠른 방식.

## 머리글, 축, 키.

map-tasks-of = 작업당 CPU { $cpu }
map-tasks-with-payload = 작업당 CPU { $cpu }, { $payload }
map-number-of-tasks = { $tasks }, 작업당 CPU { $cpu }
map-heading = { $tasks }, { $cores } 기준 예측
map-heading-extrapolated = { $tasks }, { $cores } 기준 예측(외삽)
map-given-width = 풀과 스레드는 { $workers }
map-best-width = 풀과 스레드는 각각 가장 좋은 워커 수, 글자 뒤의 숫자
map-best-width-short = 풀과 스레드는 가장 좋은 워커 수, 글자 뒤의 숫자
map-best-width-shortest = 글자 뒤: 가장 좋은 워커 수
map-rows-tasks = 작업
map-rows-payload = 데이터
map-column = I/O { $percent } %
map-no-payload = 없음
map-keys = ←→ ↑↓ 칸 · tab 주어진 또는 가장 좋은 워커 수 · q 종료
map-keys-short = ←→ ↑↓ 칸 · tab 워커 수 · q 종료
map-no-key = 여기에서는 기능이 없는 키 · q 종료

## 범례.

mode-eager = 동시 프로세스
mode-eager-short = 동시
map-tie = 동률
map-figures = = 동률, 5 % 미만 · 1.7×: 다음 방식은 1.7배 걸린다{ $marks }
map-figures-short = = 동률, 5 % 미만 · ×: 다음 방식의 시간{ $marks }
map-figures-shorter = = 동률{ $marks }
map-marks = { " " }· + 확인, ! 반증, ? 방해
map-tie-and-marks = = 동률 · + 확인 ! 반증 ? 방해
map-tie-alone = = 동률
map-marks-alone = + 확인 ! 반증

## 문장.

map-no-mode-wins = 이긴 방식 없음; 동률 { $ties }칸
map-wins = { $wins }; 동률 { $ties }칸
map-wins-given = { $cells }칸, { $workers }일 때: { $wins }.
map-wins-best = 가장 좋은 워커 수일 때: { $wins }.
map-depends-on-width =
    지도는 워커 수에 따라 다르다: 동시 프로세스는 { $workers }일 때 { $given }칸, 가장 좋은 워커 수일 때 {
        $best }칸에서 이긴다.
map-own-outside = 작업의 I/O가 마지막 열의 { $percent } %보다 많다: 표시한 열이 없다.
map-confirmed = 실제 실행으로 결과 { $all }개 중 { $n }개를 확인했다.
map-disturbed =
    결과 { $n }개는 실행하는 동안 다른 프로그램이 코어를 써서 확인이 되지 않았다: 다른 프로그램이 없는 머신에서 다시 {
        "" }실행한다.

## 칸.

map-cell = { $tasks }, I/O { $percent } %
map-cell-with-payload = { $payload }인 { $tasks }, I/O { $percent } %
map-cell-with-io = { $cell }(작업당 { $time })
map-nothing-fits = { $cell }: 어느 방식도 데이터가 메모리에 들어가지 않는다
map-measured = { " " }· 실측 { $runs }
map-left-out = { " " }· 메모리 부족: { $modes }
confirming-map = 칸 { $cells }개를 실제 실행 { $runs }회로 확인 중, 약 { $time }
