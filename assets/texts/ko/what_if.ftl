### 레인의 작업에 대해 설정을 비교하는 패널, 시뮬레이션.

what-if-enter-runs = enter 실행
what-if-enter-simulates = enter 시뮬레이션
what-if-keys = ↑↓ · tab { $mode } · { $enter } · esc 닫기
what-if-title = { $lane }을(를) 다른 설정으로 실행했다면 · { $keys }
what-if-title-short = 다른 설정이라면 · { $keys }
what-if-title-shortest = 다른 설정이라면
what-if-close = esc 닫기
what-if-measure-again = Enter를 누르면 레인을 차례로 다시 실행한 뒤 여기에서 설정을 비교한다.
what-if-measuring-again = 레인을 차례로 실행한다; 모두 끝나면 설정을 비교한다
what-if-predicting = 예측 중; 처음에는 이 머신을 2초쯤 측정한다 …
what-if-time = 시간
what-if-interval = 구간
what-if-signs = ● 예측  ├──┤ 열 번 중 아홉 번
what-if-signs-short = ● 예측  ├──┤ 90 %
what-if-today = 현재: 실측 { $time }
what-if-today-short = 현재 { $time }
what-if-choice =
    추천: { $setting }, 약 { $time }({ $interval }), 현재 설정의 예측보다 { $ratio }배 빠르다.
what-if-choice-short = 추천: { $setting }, 약 { $time }, 현재 설정보다 { $ratio }배 빠르다.
what-if-choice-shortest = 추천: { $setting }, 약 { $time }, { $ratio }배 빠르다.
what-if-keep =
    현재 설정 유지: 5 % 넘게 빠른 설정이 없고, 워커를 줄이면 느려진다.
what-if-keep-short = 현재 설정 유지: 5 % 넘게 빠른 설정이 없다.
what-if-tie = 현재 설정과 5 % 이내로 같다: { $setting }이면 더 적은 워커로 충분하다.
what-if-tie-short = 5 % 이내로 같다: { $setting }이면 충분하다.
what-if-nearly-tie = 현재 설정은 { $setting }과(와) 5 % 이내로 같은 시간이 걸린다.
what-if-nearly-tie-short = { $setting }과(와) 같다.
what-if-other-page = { $setting }(tab)
origin-measured = 실측
origin-default = 기본값
what-if-assumptions =
    가정: { $cores }, 이 레인만 실행. 구간: ±{ $share }({ $of_width }). 반복 실행의 차이: { $median }~{ $most }({
        $of_noise }).
what-if-assumptions-short =
    { $cores }, 단독 실행; 구간 ±{ $share }({ $of_width }); 노이즈 { $median }~{ $most }({ $of_noise })
what-if-assumptions-shortest = ±{ $share }({ $of_width }); 노이즈 { $median }~{ $most }({ $of_noise })
recorded-elsewhere = 다른 머신이나 시스템에서 기록했지만 프로세스의 비용은 이 머신의 것이다
simulated-is-shown = 시뮬레이션: { $setting } · s: 저장 · pgup: 측정한 실행으로

## 다른 설정을 예측하지 않는 이유.

what-if-not-in-memory =
    실행이 보관할 메모리를 넘는다: --record FILE로 기록하고 그 파일을 재생해야 한다
what-if-no-file = 파이프로 읽었거나 다른 기록과 함께 연 기록이다: 그 파일만 재생해야 한다
what-if-followed = 따라가는 중인 기록은 다시 읽지 않는다: `mpviz replay`로 열어야 한다
what-if-not-measured =
    먼저 다른 실행 없이 1초 동안 이 머신을 측정해야 한다: 실행이 끝난 뒤에 w
