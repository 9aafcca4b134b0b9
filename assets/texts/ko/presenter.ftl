### 발표 화면과 교사용 메모.

## 누른 키가 하는 일.

pressed-yes = 예
pressed-no = 아니요
pressed-close = 닫기
pressed-start = 시작
pressed-select = 선택
pressed-vote = { $answer }번에 한 표
pressed-go-on = 계속
pressed-show-mode = { $mode } 보이기
pressed-hide-mode = { $mode } 숨기기
pressed-with-io = I/O 넣기
pressed-without-io = I/O 빼기
pressed-cores = 코어 배정 방식 바꾸기
pressed-worker-more = 워커 하나 늘리기
pressed-worker-fewer = 워커 하나 줄이기
pressed-twice-tasks = 작업 수 두 배로
pressed-half-tasks = 작업 수 절반으로
pressed-again = 다시 실행
pressed-save = 실행 기록 저장
pressed-previous-run = 이전 실행
pressed-next-run = 다음 실행
pressed-quit = 종료
pressed-freeze = 화면 멈춤
pressed-play = 재생
pressed-pause = 일시 정지
pressed-slower = 느리게
pressed-faster = 빠르게
pressed-back-in-time = 이전 시점으로
pressed-forward-in-time = 다음 시점으로
pressed-previous-event = 이전 이벤트
pressed-next-event = 다음 이벤트
pressed-previous-moment = 이전 주요 순간
pressed-next-moment = 다음 주요 순간
pressed-to-start = 처음으로
pressed-to-end = 최신 시점으로
pressed-suspend = 레인 일시 정지
pressed-resume = 레인 재개
pressed-kill = 워커 강제 종료
pressed-next-lane = 다른 레인
pressed-next-worker = 다른 워커
pressed-zoom = 확대
pressed-back = 뒤로
pressed-order = 다른 정렬 기준
pressed-page = 다른 쪽
pressed-usual-layout = 보통 화면
pressed-large-layout = 발표 화면
pressed-help = 도움말
pressed-output = 프로그램 출력
pressed-lessons = 수업 목록
pressed-scenarios = 시나리오 목록
pressed-what-if = 다른 설정이라면?

## 메모.

notes-lesson = 실행 전에
notes-right = 여기서 맞는 답이라 한 것은 예상이고, 수업에서는 측정한 값으로 정한다.
notes-ask = 질문: { $question }
