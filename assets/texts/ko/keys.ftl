### 키.

## 도움말의 설명. 24칸까지.

key-modes = 직렬 스레드 풀 프로세스
key-io = 작업에 I/O 넣기, 빼기
key-cores = 다음 코어 배정 방식
key-scenarios = 시나리오 목록
key-workers = 워커 늘리기, 줄이기
key-tasks = 작업 수 절반, 두 배
key-again = 다시 실행
key-what-if = 다른 설정이라면?
key-freeze = 화면 멈춤; 재생 속도
key-save = 실행 기록을 파일로 저장
key-step-time = 시간 이동
key-step-moment = 이벤트, 주요 순간 이동
key-ends = 처음으로, 실시간으로
key-select = 레인, 워커 선택
key-zoom = 레인, 워커 확대; 뒤로
key-order = 목록 정렬; 쪽, 실행 이동
key-kill-suspend = 강제 종료; 일시 정지
key-presenter = 발표 화면, 보통 화면
key-output = 프로그램 출력; 뒤로
key-quit = 도움말, 종료; ctrl+z: 셸

## 아래 줄의 안내: 키, 하는 일.

hint-modes = 1-4 방식
hint-io = i I/O
hint-cores = c 코어
hint-scenarios = S 시나리오
hint-workers = +/- 워커
hint-tasks = [/] 작업
hint-again = r 다시
hint-what-if = w 예측
hint-freeze = space 멈춤
hint-go-on = space 계속
hint-freeze-go-on = space 멈춤, 계속
hint-play-speed = space 재생 · {"{ }"} 속도
hint-play-pause-speed = space 재생, 멈춤 · {"{ }"} 속도
hint-save = s 저장
hint-time = ←→ 시간
hint-step = ←→ 이동
hint-event-moment = , . 이벤트 · < > 순간
hint-ends = home/end
hint-select = tab 선택
hint-worker = ↑↓ 워커
hint-zoom = enter 확대
hint-zoom-back = enter 확대 · esc 뒤로
hint-order = o 정렬 · pgup/dn
hint-kill = k 강제 종료
hint-output = l 출력
hint-help-quit = ? 도움말 · q 종료
hint-while-typing = F12 닫기 · Ctrl-C 프로그램에 인터럽트

## 도움말 창.

help-title = 도움말 · 아무 키나 누르면 닫힘
mouse-click-label = 클릭
mouse-click = 제목, 워커, 순간
mouse-wheel-label = 휠
mouse-wheel = 시간; 확대하면 목록
