### 수업.

lesson-seconds = { $number }초
lesson-core-seconds = { $number }코어·초
lesson-list-title = 수업 · ↑↓ 선택 · enter 시작 · q 종료
lesson-keys-vote = 1–{ $last }: 한 번에 한 표 · esc: 한 표 취소 · enter: 시작 · q: 종료
lesson-keys-go-on = space: 계속
lesson-keys-end = esc: 닫기 · S: 수업 목록 · q: 종료
lesson-stop-position = 멈춤 { $number }/{ $of }
lesson-run-position = 실행 { $number }/{ $of }
lesson-result = 결과
lesson-right-here = 이 컴퓨터에서 맞는 답
lesson-none-right = 이 컴퓨터에서는 맞는 답이 없다.
lesson-changed = 실행 중에 설정이 바뀌어 결과가 없다. S를 눌러 수업을 다시 시작한다.
lesson-not-measured = 측정되지 않은 값이 있어 결과가 없다.
lesson-in-doubt = 다른 프로그램이 코어를 써서 맞는 답을 정할 수 없다. 수업을 다시 실행한다.
lesson-disturbed = 다른 프로그램이 코어를 썼다. 시간을 믿으려면 수업을 다시 실행한다.
lesson-claim = 주장: { $claim }
lesson-votes = { $count }표
lesson-question-heading = 질문
lesson-stops-heading = 무슨 일이 일어나는가
lesson-think-heading = 생각해 볼 문제
lesson-machine = 코어 { $cores }개, 메모리 { $memory }, { $os }
lesson-stop-missing = 이번 실행에는 이 순간이 없었다.
